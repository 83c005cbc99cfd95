"""The landmark network: places under maps by hand, bounded spreads, cost, and the same answers as ONNX."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import LandmarkNet, build_network, list_networks
from lamplit.nets.cost import count_cost
from lamplit.nets.export import export_onnx
from lamplit.nets.face_judge import FaceJudge
from lamplit.nets.landmarks import bounded_log_spread, mean_places, shares_of
from lamplit.weights.session import NetworkSession

SIDE = 112


@pytest.fixture(scope="module", params=[0, SIDE // 16], ids=["mean", "judge"])
def network(request: pytest.FixtureRequest) -> nn.Module:
    """A network whose every layer has a say, as after a training."""
    torch.manual_seed(0)
    network = LandmarkNet(judge_cells=request.param).train()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, 0.0, 0.2)
    for layer in (network.doubts, network.beyond, network.doubt):
        nn.init.normal_(layer.weight, 0.0, 0.02)  # type: ignore[arg-type]
    with torch.no_grad():
        network.maps.weight.mul_(10.0)  # type: ignore[operator]
        for _ in range(5):
            network(torch.rand(8, 1, SIDE, SIDE))
    return network.eval()


def test_the_place_is_the_mean_of_the_cells() -> None:
    # Shares 1/4 and 3/4 of two cells of a row of 4: centres 1/8 and 7/8, mean 1/32 + 21/32.
    shares = torch.zeros(1, 1, 2, 4)
    shares[0, 0, 1, 0], shares[0, 0, 1, 3] = 0.25, 0.75
    torch.testing.assert_close(mean_places(shares), torch.tensor([[[22 / 32, 0.75]]]))


def test_cells_beyond_the_crop_have_places_outside() -> None:
    # 8 cells of which 2 lie beyond on each side: the first one's centre is 1.5 of 4 cells before the crop.
    shares = torch.zeros(1, 2, 8, 8)
    shares[0, 0, 0, 0] = shares[0, 1, 7, 2] = 1.0
    expected = torch.tensor([[[-1.5 / 4, -1.5 / 4], [0.5 / 4, 5.5 / 4]]])
    torch.testing.assert_close(mean_places(shares, beyond=2), expected)


def test_shares_follow_the_softmax() -> None:
    maps = torch.tensor([[0.0, math.log(3.0)], [0.0, 0.0]])[None, None]
    torch.testing.assert_close(shares_of(maps)[0, 0], torch.tensor([[1 / 6, 3 / 6], [1 / 6, 1 / 6]]))


def test_spreads_are_bounded_and_rise() -> None:
    spread = bounded_log_spread(torch.linspace(-20, 20, 9)).exp()
    assert bool((spread.diff() > 0).all())
    assert spread[0] == pytest.approx(0.002, rel=1e-4)
    assert spread[-1] == pytest.approx(0.5, rel=1e-4)


def test_it_is_registered_and_no_classifier() -> None:
    assert list_networks("landmarks") == ["landmarks"]
    assert "landmarks" not in list_networks()
    network = build_network("landmarks", answers="landmarks", fused=16)
    assert isinstance(network, LandmarkNet)
    with pytest.raises(InvalidArgumentError, match=r"network: needs one of .*got 'landmarks'"):
        build_network("landmarks", n_classes=8)


def test_it_is_small() -> None:
    cost = count_cost(LandmarkNet(), size=SIDE)
    assert cost.parameters < 1_000_000
    assert 60e6 < cost.multiply_adds < 100e6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"widths": (8, 8, 8)}, r"widths, depths: needs four widths and three depths, got \[8, 8, 8\]"),
        ({"standardization": "none"}, "standardization: needs one of .*got 'none'"),
        ({"fused": 0}, "fused: needs a whole number of at least 1"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        build_network("landmarks", answers="landmarks", **settings)


def test_the_light_is_removed_inside(network: nn.Module) -> None:
    crops = torch.rand(2, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        bright, dark = network(crops), network(0.3 * crops)
    torch.testing.assert_close(bright.points, dark.points, atol=2e-3, rtol=0)


def test_the_exported_file_gives_the_same_answers_by_name(network: nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(network, path, size=SIDE, outputs=("points", "log_spread", "face"))
    session = NetworkSession(path.read_bytes(), name="net", threads=1)
    assert session.output_names == ("points", "log_spread", "face")
    for n in (1, 5):
        crops = torch.rand(n, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(n))
        with torch.no_grad():
            expected = network(crops)
        answered = session.run_all(crops.numpy())
        assert [array.shape for array in answered.values()] == [(n, 68, 2), (n, 68), (n,)]
        for name, array in answered.items():
            np.testing.assert_allclose(array, getattr(expected, name).numpy(), atol=1e-4)
    assert expected.points.std(dim=0).max() > 1e-3, "the network must say different things of different crops"
    assert expected.log_spread.std(dim=0).max() > 1e-3


def test_bfloat16_leaves_points_fine(network: nn.Module) -> None:
    crops = torch.rand(4, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        coarse = network(crops)
    assert coarse.points.dtype == coarse.log_spread.dtype == coarse.face.dtype == torch.float32
    with torch.no_grad():
        torch.testing.assert_close(coarse.points, network(crops).points, atol=0.02, rtol=0)


def test_a_judge_sees_where_things_are_and_points_learn_nothing_from_it() -> None:
    judge = FaceJudge(8, 7, 68).eval()
    coarse, points, spread = torch.rand(1, 8, 7, 7), torch.rand(1, 68, 2), torch.rand(1, 68)
    points.requires_grad_()
    said = judge(coarse, points, spread)
    assert said.item() != judge(coarse.flip(3), points, spread).item()  # a mean would not notice
    assert said.item() != judge(coarse, points.flip(1), spread).item()
    coarse.requires_grad_()
    judge(coarse, points, spread).sum().backward()
    assert coarse.grad is not None
    assert points.grad is None
