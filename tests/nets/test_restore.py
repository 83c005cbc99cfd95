"""Weight files back to networks: the same answers, and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import finished
import numpy as np
import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.nets.restore import restore_network
from lamplit.weights import WeightsCard, list_weights
from lamplit.weights.session import NetworkSession
from lamplit.weights.store import load_weights

Start = tuple[WeightsCard, bytes]

PAPER: dict[str, Any] = {"normalization": ["batch", "none"]}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    return load_weights(finished.write_finished(tmp_path_factory.mktemp("weights")))


@pytest.mark.parametrize("name", [card.name for card in list_weights() if not card.quantization])
def test_shipped_weights_answer_as_their_file(name: str) -> None:
    card, content = load_weights(name)
    faces = np.random.default_rng(1).random((5, 1, card.input_size, card.input_size), dtype=np.float32)
    faces[1] *= 0.1
    faces[4] = 0.5
    network = restore_network(card, content)
    assert not network.training
    with torch.no_grad():
        restored = network(torch.from_numpy(faces)).numpy()
    said = NetworkSession(content, name=name, threads=1).run(faces)
    np.testing.assert_allclose(restored[:4], said[:4], rtol=0, atol=1e-4)
    # What is left of an even picture is rounding, which the normalisation against the light makes large.
    np.testing.assert_allclose(restored[4], said[4], rtol=0, atol=1e-2)
    assert np.abs(said).max() > 1


@pytest.mark.parametrize(
    ("network", "settings", "size"),
    [
        ("fusion", finished.FUSION | {"standardization": "both"}, 24),
        ("fusion", finished.FUSION | {"regions": True, "squeeze": False}, 24),
        ("paper", PAPER, 128),
    ],
)
def test_a_network_comes_back_from_its_file(
    tmp_path: Path, network: str, settings: dict[str, Any], size: int
) -> None:
    card, content = load_weights(
        finished.write_finished(tmp_path, network=network, settings=settings, size=size)
    )
    faces = torch.rand(4, 1, size, size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = finished.network_of(network, settings)(faces)
        torch.testing.assert_close(restore_network(card, content)(faces), expected, rtol=0, atol=1e-4)


def test_it_may_be_trained_on(start: Start) -> None:
    network = restore_network(*start)
    network(torch.rand(2, 1, 48, 48)).sum().backward()
    gradients = {name: weight.grad for name, weight in network.named_parameters()}
    assert all(gradient is not None for gradient in gradients.values())


def test_random_numbers_of_the_caller_stay_as_they_are(start: Start) -> None:
    before = torch.get_rng_state()
    restore_network(*start)
    assert torch.equal(torch.get_rng_state(), before)


def refused(start: Start, error: type[Exception], **changes: Any) -> str:
    card, content = start
    with pytest.raises(error) as caught:
        restore_network(dataclasses.replace(card, recipe={**card.recipe, **changes}), content)
    return str(caught.value)


def test_settings_of_another_network_are_refused(start: Start) -> None:
    other = finished.FUSION | {"fused": 16}
    assert refused(start, WeightsCorruptError, settings=other).startswith(
        "finished: needs weights of the shapes on its card"
    )
    deeper = finished.FUSION | {"depths": [2, 1, 1, 1]}
    message = refused(start, WeightsCorruptError, settings=deeper)
    assert "weights for every layer of the network 'fusion', got none for ['stage1.1" in message
    assert "not from fine-tuned ones" in message


def test_the_same_weights_in_another_network_are_refused(start: Start) -> None:
    # Shapes fit, answers do not: only running both shows it.
    local = finished.FUSION | {"standardization": "local"}
    assert "got logits that differ by" in refused(start, WeightsCorruptError, settings=local)


def test_a_card_without_a_network_is_refused(start: Start) -> None:
    message = refused(start, InvalidArgumentError, network=None)
    assert message == "finished: needs a recipe on its card, with the network and its settings, got None"
    assert refused(start, InvalidArgumentError, network="other").startswith("network: needs one of")


def test_what_is_no_onnx_is_refused(start: Start) -> None:
    card, _ = start
    with pytest.raises(WeightsCorruptError, match="finished: needs an ONNX file, got"):
        restore_network(card, b"no network")


def test_statistics_that_were_folded_are_those_of_an_identity(start: Start) -> None:
    network = restore_network(*start)
    layer = next(layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d))
    x = torch.rand(2, layer.num_features, 3, 3)
    torch.testing.assert_close(layer(x), x + layer.bias[:, None, None])
