"""The detector network: its grids, its light, its size, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lamplit.core.detector_grid import cells_of
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import FaceDetectorNet, build_network, list_networks
from lamplit.nets.cost import count_cost
from lamplit.nets.export import export_onnx
from lamplit.nets.face_detector import Fold, LocalContrast
from lamplit.weights.session import NetworkSession


@pytest.fixture(scope="module")
def network() -> FaceDetectorNet:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        built = FaceDetectorNet(stem=4, widths=(8, 8, 8), depths=(1, 1, 1), fused=8)
        for layer in built.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
                torch.nn.init.normal_(layer.bias, 0.0, 0.3)
        return built.eval()


@pytest.mark.parametrize("shape", [(32, 32), (64, 96), (480, 640)])
def test_every_cell_answers(network: FaceDetectorNet, shape: tuple[int, int]) -> None:
    with torch.no_grad():
        answers = network(torch.rand(2, 1, *shape))
    assert answers.shape == (2, len(cells_of(*shape)[0]), 15)


def test_a_cell_answers_for_its_own_place(network: FaceDetectorNet) -> None:
    # What changes in one corner of a large picture changes the answers of the cells near it, most of all.
    picture = torch.full((1, 1, 64, 256), 0.5)
    changed = picture.clone()
    changed[..., 8:16, 8:16] = 1.0
    with torch.no_grad():
        away = (network(picture) - network(changed)).abs().amax(dim=2)[0]
    fine = cells_of(64, 256)[1] == 8
    middles = cells_of(64, 256)[0][fine]
    at = middles[int(away[torch.from_numpy(fine)].argmax())]
    assert np.abs(at - 12).max() <= 16


def test_folding_is_pixel_unshuffling() -> None:
    x = torch.rand(2, 1, 8, 12)
    assert torch.equal(Fold()(x), torch.nn.PixelUnshuffle(2)(x))


def test_dim_light_and_veil_change_little() -> None:
    x = torch.rand(1, 4, 32, 48)
    layer = LocalContrast()
    torch.testing.assert_close(layer(x), layer(0.3 * x + 0.2), atol=0.05, rtol=0)
    assert layer(torch.full((1, 4, 32, 32), 0.7)).abs().max() < 1e-4


def test_the_default_is_small() -> None:
    cost = count_cost(FaceDetectorNet(), size=256)
    assert cost.parameters <= 300_000
    assert cost.multiply_adds * 640 * 480 / 256**2 <= 260e6


def test_fresh_scores_are_low() -> None:
    with torch.no_grad():
        answers = FaceDetectorNet().eval()(torch.rand(1, 1, 64, 64))
    assert torch.sigmoid(answers[..., 0]).max() < 0.05


def test_the_file_answers_alike_at_any_size(network: FaceDetectorNet, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(network, path, size=64, outputs=("answers",), multiple=32)
    session = NetworkSession(path.read_bytes(), name="net", threads=1)
    for n, height, width in ((1, 32, 96), (3, 128, 64)):
        picture = torch.rand(n, 1, height, width, generator=torch.Generator().manual_seed(n))
        with torch.no_grad():
            expected = network(picture).numpy()
        np.testing.assert_allclose(session.run(picture.numpy()), expected, atol=1e-3)


def test_the_file_of_the_default_is_small(tmp_path: Path) -> None:
    export_onnx(FaceDetectorNet(), tmp_path / "net.onnx", size=64, multiple=32)
    assert (tmp_path / "net.onnx").stat().st_size <= 2_000_000


def test_is_registered_among_networks_that_find_faces() -> None:
    assert list_networks("faces") == ["face-detector"]
    assert isinstance(build_network("face-detector", answers="faces"), FaceDetectorNet)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"widths": (8, 8)}, "widths: needs three numbers, one per level"),
        ({"depths": (1, 0, 1)}, "depths: needs .*at least 1"),
        ({"fused": 0}, "fused: needs .*at least 1"),
    ],
)
def test_refuses_impossible_settings(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        build_network("face-detector", answers="faces", **settings)
