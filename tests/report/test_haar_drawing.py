"""Features drawn on a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import HaarFeatures, haar_like_features
from lamplit.imaging.images import read_image
from lamplit.report.haar_drawing import draw_haar_features

FACE = np.add.outer(np.arange(12), np.arange(12)).astype(np.uint8) * 9


def test_each_feature_has_a_face(tmp_path: Path) -> None:
    features = haar_like_features(12)[np.array([0, 400, 2000])]
    path = tmp_path / "features.png"
    png = draw_haar_features(FACE, features, path, captions=["a", "b", "c"])
    assert path.read_bytes() == png == draw_haar_features(FACE, features, captions=["a", "b", "c"])
    one = read_image(draw_haar_features(FACE, features[:1]))
    assert read_image(png).shape[1] > 1.5 * one.shape[1]
    many = read_image(draw_haar_features(FACE, haar_like_features(12)[:9]))
    assert many.shape[0] > 1.5 * one.shape[0]  # a second row


def test_what_is_added_is_blue_and_what_is_subtracted_red() -> None:
    whole, left = (0, 0, 12, 12), (0, 0, 6, 12)
    rectangles = np.array([[whole, left, (0, 0, 0, 0)]], np.int16)
    feature = HaarFeatures((12, 12), rectangles, np.array([[-1, 2, 0]], np.float32), np.array([False]))
    picture = read_image(draw_haar_features(FACE, feature)).astype(int)
    middle = picture.shape[0] // 3
    width = picture.shape[1]
    added, subtracted = (picture[middle, round(width * share)] for share in (0.6, 0.9))
    assert added[2] > added[0] + 60
    assert subtracted[0] > subtracted[2] + 60


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"face": FACE[:11]}, r"face: needs uint8 of \(12, 12\), got uint8 of \(11, 12\)"),
        ({"features": haar_like_features(12)[:0]}, "features: needs at least one feature, got none"),
        ({"captions": ["a"]}, "captions: needs 2 as there are features, got 1"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        draw_haar_features(**({"face": FACE, "features": haar_like_features(12)[:2]} | change))
