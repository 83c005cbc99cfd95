"""The detector network at run time: sizes, borders, threads, and errors that say what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.values import Detection
from lamplit.faces import FaceDetector, NetFaceDetector, Verification
from lamplit.faces.net import MARGIN, TILE, _corners, scales_for
from lamplit.nets.export import export_onnx
from lamplit.weights.assets import AssetCard, write_asset
from lamplit.weights.registry import DEFAULT_DETECTOR


class Spots(torch.nn.Module):
    """Take each bright cell of 8 pixels for a face of 12, so that what is found is known."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = torch.nn.functional.avg_pool2d(x, 8)
        fine = self._answers(20 * means - 15, float(np.log(12 / 8)))
        rest = [torch.nn.functional.avg_pool2d(x, side) * 0 - 20 for side in (16, 32)]
        return torch.cat([fine, *(self._answers(logits, 0.0) for logits in rest)], dim=1)

    def _answers(self, logits: torch.Tensor, size: float) -> torch.Tensor:
        nothing = torch.zeros_like(logits)
        numbers = [logits, nothing, nothing, nothing + size, nothing + size, *[nothing] * 10]
        return torch.cat(numbers, dim=1).flatten(2).transpose(1, 2)


def kept(network: torch.nn.Module, folder: Path, name: str) -> Path:
    """Write a network with a card."""
    path = folder / f"{name}.onnx"
    export_onnx(network, path, size=64, outputs=("answers",), multiple=32)
    content = path.read_bytes()
    card = AssetCard(
        name=name,
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        what="spots",
        content={},
        source_data=[],
        licence="none",
        command="none",
        commit="none",
    )
    write_asset(card, content, folder)
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(Spots(), tmp_path_factory.mktemp("spots"), "spots")


def plain(weights: Path, **settings: Any) -> NetFaceDetector:
    """Return the detector that believes its own network."""
    return NetFaceDetector(weights, verify=False, **settings)


def picture(height: int, width: int, x: int, y: int, side: int = 8) -> np.ndarray:
    image = np.zeros((height, width), np.uint8)
    image[y : y + side, x : x + side] = 255
    return image


def test_finds_what_the_network_says_where_it_is(weights: Path) -> None:
    detector = plain(weights, threads=1)
    assert isinstance(detector, FaceDetector)
    (found,) = detector.detect(picture(100, 130, 40, 24))
    np.testing.assert_allclose(found.box.xyxy, [38, 22, 50, 34], atol=1e-3)
    assert found.score == pytest.approx(1 / (1 + np.exp(-5)), abs=1e-4)
    assert found.points is not None
    assert found.points.dtype == np.float32
    np.testing.assert_allclose(found.points, [[44, 28]] * 5, atol=1e-3)


def test_colours_are_weighed_into_grey(weights: Path) -> None:
    grey = picture(64, 64, 16, 16)
    assert len(plain(weights).detect(np.stack([grey] * 3, axis=2))) == 1
    red = np.stack([grey, 0 * grey, 0 * grey], axis=2)  # a third as bright
    assert plain(weights).detect(red) == []


def test_larger_faces_are_looked_for_in_a_smaller_picture(weights: Path) -> None:
    # With faces of 24 pixels and more, the picture is halved: a spot of 16 pixels becomes one cell.
    (found,) = plain(weights, min_size=24).detect(picture(96, 128, 32, 48, side=16))
    np.testing.assert_allclose(found.box.xyxy, [28, 44, 52, 68], atol=1e-3)


def test_smaller_faces_are_looked_for_in_a_larger_picture(weights: Path) -> None:
    (found,) = plain(weights, min_size=8, overlap=0.1).detect(picture(32, 64, 16, 16, side=16))[:1]
    assert 8 - 1e-3 < found.box.width < 8 + 1e-3


def test_scales_keep_the_smallest_face_and_reach_the_largest() -> None:
    for shape, smallest in (((480, 640), 12), ((2160, 3840), 54), ((4000, 3000), 12), ((20, 3000), 12)):
        scales = scales_for(shape, smallest)
        assert scales[0] * smallest == 12
        assert scales[-1] * min(shape) <= 400
        assert all(a / b == 4 for a, b in pairwise(scales))


@pytest.mark.parametrize("shape", [(100, 200), (TILE, TILE), (TILE + 1, 2 * TILE), (4000, 5000)])
def test_pieces_cover_the_picture_and_overlap(shape: tuple[int, int]) -> None:
    corners = list(_corners(shape))
    for axis in (0, 1):
        starts = sorted({corner[axis] for corner in corners})
        assert starts[0] == 0
        assert starts[-1] + TILE >= shape[axis]
        assert all(b - a == TILE - MARGIN for a, b in pairwise(starts))


def test_a_face_between_two_pieces_is_found_once(weights: Path) -> None:
    x = TILE - 64
    found = plain(weights, min_size=12).detect(picture(40, TILE + 200, x, 16))
    assert [one.box.x1 for one in found] == [pytest.approx(x - 2)]


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (48, 48), (200, 300, 3)])
def test_a_dark_picture_has_no_face(weights: Path, shape: tuple[int, ...]) -> None:
    assert plain(weights).detect(np.zeros(shape, np.uint8)) == []


def test_threads_get_the_same_answer(weights: Path) -> None:
    detector, image = plain(weights, threads=1), picture(100, 130, 40, 24)
    with ThreadPoolExecutor(4) as pool:
        boxes = {tuple(found[0].box.xyxy) for found in pool.map(detector.detect, [image] * 12)}
    assert len(boxes) == 1


def test_boxes_below_the_smallest_face_are_left_out(weights: Path) -> None:
    image = picture(64, 64, 16, 16)
    assert len(plain(weights, min_size=12).detect(image)) == 1
    assert plain(weights, min_size=13).detect(image) == []


class Halves(Verification):
    """Somebody who believes half of what is proposed."""

    def of(self, grey: ByteArray, candidates: Sequence[Detection]) -> list[Detection]:
        return [replace(one, score=one.score / 2) for one in candidates]


def test_candidates_are_verified_unless_one_says_no(weights: Path) -> None:
    spot, halves = picture(100, 130, 40, 24), Halves(threads=1)
    (before,) = plain(weights).detect(spot)
    (after,) = NetFaceDetector(weights, threshold=0.4, verify=halves).detect(spot)
    assert (after.box, after.score) == (before.box, before.score / 2)
    assert NetFaceDetector(weights, threshold=0.5, verify=halves).detect(spot) == []
    # Those that come with lamplit doubt that a white square is a face, however sure the detector is.
    assert all(one.score < before.score for one in NetFaceDetector(weights, threshold=0.1).detect(spot))


def test_names_stand_for_the_weights_that_come_with_lamplit() -> None:
    named, usual = (NetFaceDetector(w, verify=False) for w in (DEFAULT_DETECTOR, None))
    image = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    assert named._answers(image)[0].tolist() == usual._answers(image)[0].tolist()


def test_files_that_are_no_detector_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError):
        NetFaceDetector(tmp_path / "nothing.onnx")
    with pytest.raises(WeightsMissingError, match="nobody"):
        NetFaceDetector("nobody")
    with pytest.raises(WeightsMissingError, match=r"runs/mine\.asset\.json"):
        NetFaceDetector("runs/mine")
    path = kept(torch.nn.Identity(), tmp_path, "other")
    with pytest.raises(WeightsCorruptError, match="a face detector, which answers with 15 numbers per cell"):
        NetFaceDetector(path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_size": 7}, "min_size"),
        ({"threshold": 0.0}, "threshold"),
        ({"overlap": 1.0}, "overlap"),
        ({"threads": 0}, "threads"),
        ({"verify": "yes"}, "verify: needs True, False or a Verification, got str"),
        ({"weights": 3}, "weights: needs the name of weights, or the path of an .onnx file, got int"),
    ],
)
def test_impossible_settings_are_refused(weights: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        NetFaceDetector(**({"weights": weights} | settings))  # type: ignore[arg-type]
