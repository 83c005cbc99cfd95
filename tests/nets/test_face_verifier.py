"""The verifier's network: its shapes, its size, and that the light of a crop says little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import FaceVerifierNet
from lamplit.nets.export import export_onnx
from lamplit.weights.session import NetworkSession


@pytest.mark.parametrize("size", [28, 56, 112])
def test_answers_for_crops_of_its_size(size: int) -> None:
    network = FaceVerifierNet(widths=(4, 4, 8, 8), size=size).eval()
    with torch.no_grad():
        answer = network(torch.rand(3, 1, size, size))
    assert answer.face.shape == (3,)
    assert answer.points.shape == (3, 5, 2)
    # Fresh, it takes a fifth of what is proposed for faces, their points in the middle.
    assert torch.sigmoid(answer.face).mean() == pytest.approx(0.2, abs=0.03)
    assert answer.points.mean() == pytest.approx(0.5, abs=0.05)


def test_is_small() -> None:
    assert sum(p.numel() for p in FaceVerifierNet().parameters()) < 300_000


def test_dim_light_and_veil_change_little() -> None:
    network = FaceVerifierNet().eval()
    crops = torch.rand(2, 1, 56, 56)
    with torch.no_grad():
        seen = network.stem(network._against_surround(crops))
        dim = network.stem(network._against_surround(0.3 * crops + 0.2))
    torch.testing.assert_close(dim, seen, atol=0.05, rtol=0.02)


def test_its_file_answers_as_it_does(tmp_path: Path) -> None:
    network = FaceVerifierNet(widths=(4, 4, 8, 8)).eval()
    export_onnx(network, tmp_path / "net.onnx", size=56, outputs=("face", "points"))
    session = NetworkSession((tmp_path / "net.onnx").read_bytes(), name="net", threads=1)
    crops = torch.rand(5, 1, 56, 56)
    with torch.no_grad():
        expected = network(crops)
    answers = session.run_all(crops.numpy())
    np.testing.assert_allclose(answers["face"], expected.face.numpy(), atol=1e-5)
    np.testing.assert_allclose(answers["points"], expected.points.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"widths": (4, 4)}, "widths, depths: needs four widths and three depths"),
        ({"depths": (1, 0, 1)}, "depths: needs"),
        ({"size": 60}, "size: needs a multiple of 14, got 60"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        FaceVerifierNet(**settings)  # type: ignore[arg-type]
