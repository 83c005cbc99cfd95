from __future__ import annotations

import subprocess
import sys

import pytest
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import FusionNet, build_network, list_networks, registry


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_ARCHITECTURES", {})


def test_the_fusion_network_is_there() -> None:
    assert "fusion" in list_networks()
    network = build_network("fusion", n_classes=3, widths=[8, 8, 8, 8], depths=[1, 1, 1, 1], fused=8)
    assert isinstance(network, FusionNet)
    assert network.classify.out_features == 3


def test_an_unknown_network_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidArgumentError, match=r"network: needs one of \[.*'fusion'.*\], got 'fushion'"):
        build_network("fushion", n_classes=8)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"colour": True}, "network fusion: needs settings that it knows, got .*colour"),
        ({"dropout": 2.0}, "network fusion: needs settings that it knows, got dropout probability"),
        ({"widths": 8}, "network fusion: needs settings that it knows, got"),
        ({"widths": [8, 8]}, r"widths: needs four numbers, one per stage, got \[8, 8\]"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidArgumentError, match=reason):
        build_network("fusion", n_classes=8, **settings)


@pytest.mark.usefixtures("empty")
def test_names_are_listed_in_order_and_the_class_stays_as_it_is() -> None:
    for name in ("b", "a"):
        assert registry.register(name)(nn.Linear) is nn.Linear
    assert list_networks() == ["a", "b"]
    network = build_network("a", n_classes=5, out_features=2)
    assert isinstance(network, nn.Linear)
    assert network.in_features == 5


@pytest.mark.usefixtures("empty")
def test_a_name_is_given_once() -> None:
    registry.register("a")(nn.Linear)
    with pytest.raises(
        InvalidArgumentError, match="name: needs an architecture name that is not taken, got 'a'"
    ):
        registry.register("a")(nn.Identity)
    assert isinstance(build_network("a", n_classes=1, out_features=1), nn.Linear)


def test_without_torch_the_error_names_the_extra() -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from lamplit.core.errors import MissingExtraError\n"
        "try:\n    import lamplit.nets\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("networks and training: needs the package 'torch', got an environment")
    assert "pip install -e '.[train]'" in run.stdout
