"""The detector over a boosted cascade: what it finds, through either engine, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lamplit.boosting import BoostedCascade, read_cascade, write_cascade
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.values import Detection
from lamplit.faces import BoostedFaceDetector, CascadeFaceDetector, get_detector
from lamplit.imaging.images import read_image
from lamplit.weights import assets

ALT2 = Path(cv2.data.haarcascades, "haarcascade_frontalface_alt2.xml")


@pytest.fixture(scope="module")
def photo(repository: Path) -> ByteArray:
    return read_image(repository / "examples" / "eileen-collins.jpg")


def key(found: list[Detection]) -> list[tuple[float, ...]]:
    return [(*d.box.xyxy.tolist(), d.score) for d in found]


def test_finds_what_the_detector_through_opencv_finds(photo: ByteArray) -> None:
    (ours,), (theirs,) = BoostedFaceDetector(ALT2).detect(photo), CascadeFaceDetector().detect(photo)
    np.testing.assert_array_equal(ours.box.xyxy, theirs.box.xyxy)
    assert int(ours.score) == theirs.score, "whole windows, and a fraction for the best of them"
    assert ours.score > theirs.score


@pytest.mark.parametrize("step", [1.1, 1.3])
def test_both_engines_find_the_same(photo: ByteArray, step: float) -> None:
    engines = [BoostedFaceDetector(ALT2, step=step, engine=name) for name in ("numba", "opencv")]
    first, second = (key(detector.detect(photo)) for detector in engines)
    assert first == second
    assert len(first) == 1


def test_takes_a_path_a_file_of_ours_or_a_cascade(photo: ByteArray, tmp_path: Path) -> None:
    cascade = read_cascade(ALT2)
    write_cascade(cascade, tmp_path / "faces.json")
    write_cascade(cascade, tmp_path / "faces.xml")
    sources: list[Any] = [ALT2, str(ALT2), cascade, tmp_path / "faces.json", tmp_path / "faces.xml"]
    found = [key(BoostedFaceDetector(source, threads=2).detect(photo)) for source in sources]
    assert found[1:] == found[:-1]


def test_a_contrast_below_opencvs_finds_a_face_in_the_dark(photo: ByteArray) -> None:
    dark = (photo // 16).astype(np.uint8)
    assert BoostedFaceDetector(ALT2).detect(dark) == []
    (found,) = BoostedFaceDetector(ALT2, least_contrast=0.5).detect(dark)
    assert found.box.x1 < 225 < found.box.x2


def test_no_window_smaller_than_min_size(photo: ByteArray) -> None:
    (found,) = BoostedFaceDetector(ALT2, min_size=90).detect(photo)
    assert found.box.width >= 90
    assert BoostedFaceDetector(ALT2, min_size=150).detect(photo) == []


def test_without_a_cascade_of_lamplits_own_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    with pytest.raises(WeightsMissingError, match=r"cascade-faces-v1\.asset\.json: needs a card"):
        get_detector("boosted")


def test_lamplits_own_cascade_looks_into_the_dark_where_it_can(photo: ByteArray) -> None:
    dark = np.rint(photo * 0.04).astype(np.uint8)
    (found,) = BoostedFaceDetector().detect(dark)
    assert found.box.x1 < 225 < found.box.x2
    assert BoostedFaceDetector(engine="opencv").detect(dark) == []
    assert len(BoostedFaceDetector(engine="opencv").detect(photo)) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_size": 19}, "min_size: needs a whole number of at least 20, got 19"),
        ({"neighbours": 0}, "neighbours: needs a whole number of at least 1"),
        ({"step": 1.0}, "step: needs a finite number above 1"),
        ({"threads": 0}, "threads: needs a whole number of at least 1"),
        ({"least_contrast": -1.0}, "least_contrast: needs a finite number"),
        ({"engine": "gpu"}, r"engine: needs one of \['auto', 'numba', 'opencv'\], got 'gpu'"),
        ({"engine": "opencv", "least_contrast": 1.0}, "least_contrast: needs 10 for OpenCV, got 1.0"),
        ({"cascade": 3}, "cascade: needs a path or a BoostedCascade, got int"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        BoostedFaceDetector(**{"cascade": ALT2} | settings)


def test_files_that_hold_no_cascade_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    with pytest.raises(WeightsCorruptError, match=r"a\.xml: needs a cascade of OpenCV"):
        BoostedFaceDetector(tmp_path / "a.xml")
    with pytest.raises(WeightsMissingError, match=r"b\.xml: needs a cascade file"):
        BoostedFaceDetector(tmp_path / "b.xml")


def test_without_numba_opencv_does_the_work(
    photo: ByteArray, random_cascade: Callable[..., BoostedCascade], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_numba = key(BoostedFaceDetector(ALT2).detect(photo))
    monkeypatch.setattr("lamplit.faces.boosted.find_spec", lambda name: None)
    monkeypatch.setattr("lamplit.faces.boosted.SlidingWindow", None)
    assert key(BoostedFaceDetector(ALT2).detect(photo)) == with_numba
    assert BoostedFaceDetector(random_cascade("lbp"), least_contrast=1.0), "patterns know no contrast"
