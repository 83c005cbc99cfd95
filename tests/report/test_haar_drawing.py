"""Features drawn on a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import HaarFeatures, haar_like_features, haar_like_values
from lamplit.imaging.images import read_image
from lamplit.report.haar_drawing import _corners, draw_haar_features

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


@pytest.mark.parametrize("tilted", [False, True])
def test_corners_surround_the_pixels_that_count(tilted: bool) -> None:
    rectangles = np.zeros((1, 3, 4), np.int16)
    rectangles[0, 0] = (5, 1, 4, 3)
    weights = np.array([[1, 0, 0]], np.float32)
    feature = HaarFeatures((12, 12), rectangles, weights, np.array([tilted]))
    pixels = np.eye(144, dtype=np.uint8).reshape(-1, 12, 12)
    counted = haar_like_values(pixels, feature, normalized=False).reshape(12, 12)
    rows, columns = np.nonzero(counted)
    corners = _corners(rectangles[0, 0].astype(float), tilted=tilted)
    middle = corners.mean(axis=0)
    np.testing.assert_allclose(middle, [columns.mean(), rows.mean()])
    # Pixels are half a pixel wide to either side; corners of tilted ones are cut by the grid.
    low, high = corners.min(axis=0), corners.max(axis=0)
    slack = 0.5 if tilted else 0.0
    np.testing.assert_allclose(low, [columns.min() - 0.5, rows.min() - 0.5], atol=slack)
    np.testing.assert_allclose(high, [columns.max() + 0.5, rows.max() + 0.5], atol=slack)


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
