from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.features import (
    LBPExtractor,
    block_histograms,
    local_binary_pattern,
    rotation_invariant_uniform_patterns,
    uniform_patterns,
)
from lamplit.features.lbp_extractor import MAPPINGS

SCALES = ((8, 1.0), (16, 2.0), (24, 3.0))


def faces(n: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 26, 20), dtype=np.uint8)


def test_a_row_is_the_histograms_block_by_block() -> None:
    (face,) = faces(1)
    expected = block_histograms(uniform_patterns(local_binary_pattern(face)), block=8)
    assert (LBPExtractor(block=8).of(face) == expected.ravel()).all()


def test_scales_are_joined_in_their_order() -> None:
    (face,) = faces(1)
    whole = LBPExtractor(circles=SCALES, mapping="rotation-invariant-uniform", block=5)
    parts = [
        block_histograms(
            rotation_invariant_uniform_patterns(
                local_binary_pattern(face, points=points, radius=radius), points=points
            ),
            block=5,
            n_classes=points + 2,
        )
        for points, radius in SCALES
    ]
    assert (whole.of(face) == np.concatenate([part.ravel() for part in parts])).all()


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_rows_are_as_long_as_promised_and_count_every_pixel_once(mapping: str) -> None:
    extractor = LBPExtractor(circles=SCALES, mapping=mapping, block=6)
    rows = extractor.of_stack(faces())
    assert rows.shape == (3, extractor.n_features(26, 20))
    assert (rows.sum(axis=1) == 3 * 24 * 18).all()
    assert (rows[1] == extractor.of(faces()[1])).all()


def test_no_faces_give_no_rows() -> None:
    extractor = LBPExtractor()
    assert extractor.of_stack(np.zeros((0, 48, 48), np.uint8)).shape == (0, extractor.n_features(48, 48))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"circles": ()}, r"circles: needs at least one \(points, radius\), got none"),
        ({"circles": ((25, 1.0),)}, "points: needs a whole number of at least 1 and at most 24, got 25"),
        ({"circles": ((8, 0.0),)}, "radius: needs a finite number above 0"),
        ({"mapping": "none"}, r"mapping: needs one of \['uniform', 'rotation-invariant-uniform'\]"),
        ({"block": 0}, "block: needs a whole number of at least 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        LBPExtractor(**settings)


def test_one_face_is_no_stack() -> None:
    with pytest.raises(InvalidArgumentError, match=r"images: needs shape \(N, H, W\), got shape \(26, 20\)"):
        LBPExtractor().of_stack(faces()[0])
