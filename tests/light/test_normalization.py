"""Every method by its name: what all of them owe whoever calls them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import (
    EmptyImageError,
    InvalidArgumentError,
    NotFiniteImageError,
    UnreadableImageError,
)
from lamplit.light import normalization_methods, normalize, stretch_to_bytes
from lamplit.light.normalization import grey_levels, normalization_method

every_method = pytest.mark.parametrize("method", normalization_methods())

WITHIN_ZERO_AND_ONE = {
    "adaptive-gamma", "clahe", "denoise", "histogram-equalisation", "logarithm", "noise-aware",
}  # fmt: skip
RANGES = {
    **dict.fromkeys(WITHIN_ZERO_AND_ONE, (0, 1)),
    "gradientfaces": (0, 2 * np.pi),
    "homomorphic": (0, np.inf),
    "multi-scale-retinex": (-5.55, 5.55),
    "retinex": (-5.55, 5.55),
    "tan-triggs": (-10, 10),
    "weberfaces": (-np.pi / 2, np.pi / 2),
}
CENTRED = {
    "dct", "divisive", "gradientfaces", "multi-scale-retinex", "retinex", "tan-triggs", "weberfaces",
    "z-score",
}  # fmt: skip


def grey(height: int = 40, width: int = 30, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


@every_method
class TestEveryMethod:
    @pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 2), (7, 5), (31, 64)])
    def test_gives_finite_floats_of_the_same_shape(self, method: str, size: tuple[int, int]) -> None:
        result = normalize(grey(*size), method)
        assert (result.shape, result.dtype) == (size, np.float32)
        assert np.isfinite(result).all()

    def test_stays_within_its_range(self, method: str) -> None:
        low, high = RANGES.get(method, (-np.inf, np.inf))
        for image in (grey(), grey() // 10, np.where(grey() > 128, 255, 0).astype(np.uint8)):
            result = normalize(image, method)
            assert result.min() >= low - 1e-5
            assert result.max() <= high + 1e-5

    @pytest.mark.parametrize("level", [0, 1, 7, 128, 254, 255])
    @pytest.mark.parametrize("size", [(1, 1), (16, 16), (33, 50)])
    def test_of_one_level_is_of_one_value(self, method: str, level: int, size: tuple[int, int]) -> None:
        result = normalize(np.full(size, level, np.uint8), method)
        assert np.isfinite(result).all()
        assert np.ptp(result) <= 1e-4
        if method in CENTRED:
            assert np.abs(result).max() <= 1e-4

    def test_leaves_its_input_alone(self, method: str) -> None:
        x = grey().astype(np.float32) / 255
        before = x.copy()
        result = normalize(x, method)
        assert (x == before).all()
        assert not np.shares_memory(result, x)

    def test_does_the_same_every_time(self, method: str) -> None:
        assert (normalize(grey(), method) == normalize(grey(), method)).all()

    def test_can_be_shown(self, method: str) -> None:
        shown = stretch_to_bytes(normalize(grey(), method))
        assert shown.dtype == np.uint8
        assert shown.std() > 20

    def test_refuses_settings_that_it_does_not_have(self, method: str) -> None:
        with pytest.raises(InvalidArgumentError, match=f"{method}: needs .*settings.*, got nonsense"):
            normalize(grey(), method, nonsense=1)

    def test_a_larger_picture_is_not_beyond_it(self, method: str) -> None:
        assert normalize(grey(601, 403), method).shape == (601, 403)


def test_names_are_sorted_and_each_has_a_documented_source() -> None:
    names = normalization_methods()
    assert list(names) == sorted(names)
    assert len(names) == 15
    for name in names:
        documentation = normalization_method(name).__doc__ or ""
        assert "References" in documentation
        assert name in ("noise-aware", "z-score") or "doi:" in documentation


def test_settings_reach_the_method() -> None:
    small = normalize(grey(), "tan-triggs", tau=0.5)
    assert np.abs(small).max() <= 0.5
    with pytest.raises(InvalidArgumentError, match="tau: needs a finite number above 0, got 0"):
        normalize(grey(), tau=0)


def test_the_usual_method_is_tan_triggs() -> None:
    assert (normalize(grey()) == normalize(grey(), "tan-triggs")).all()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("tan-trigs", "tan-triggs"),
        ("histogram-equalization", "histogram-equalisation"),
        ("Clahe", "clahe"),
    ],
)
def test_an_unknown_method_names_the_nearest_and_all(name: str, near: str) -> None:
    with pytest.raises(InvalidArgumentError, match="method: needs one of adaptive-gamma, clahe") as caught:
        normalize(grey(), name)
    assert caught.value.hint == f"did you mean '{near}'?"


@pytest.mark.parametrize("name", ["", "photoshop", None, 3, ["clahe"]])
def test_what_is_like_no_method_gets_no_guess(name: object) -> None:
    with pytest.raises(InvalidArgumentError, match="method: needs one of") as caught:
        normalize(grey(), name)  # type: ignore[arg-type]
    assert not caught.value.hint


def test_whatever_holds_the_picture_the_result_is_the_same(tmp_path: Path) -> None:
    picture = grey()
    colour = np.repeat(picture[..., None], 3, axis=2)
    Image.fromarray(picture).save(tmp_path / "face.png")
    expected = normalize(picture)
    sources = [colour, tmp_path / "face.png", (tmp_path / "face.png").read_bytes(), Image.fromarray(picture)]
    for source in sources:
        assert (normalize(source) == expected).all()
    for dtype in (np.float32, np.float64):
        np.testing.assert_allclose(normalize(picture.astype(dtype) / 255), expected, atol=1e-3)


def test_grey_floats_are_not_rounded_to_bytes() -> None:
    x = np.array([[0.1234567, 0.7654321]])
    assert grey_levels(x).tolist() == x.astype(np.float32).tolist()
    assert grey_levels(np.repeat(x[..., None], 3, axis=2)).tolist() != grey_levels(x).tolist()


def test_colour_is_weighed() -> None:
    red = np.zeros((1, 1, 3), np.uint8)
    red[..., 0] = 255
    assert grey_levels(red)[0, 0] == pytest.approx(76 / 255)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(bad: float, dtype: type) -> None:
    x = np.full((4, 4), 0.5, dtype)
    x[1, 2] = bad
    with pytest.raises(NotFiniteImageError, match="NaN or infinity in 1 of 16"):
        normalize(x)


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_picture_without_pixels_is_refused(shape: tuple[int, int], dtype: type) -> None:
    with pytest.raises(EmptyImageError, match="at least one pixel"):
        normalize(np.empty(shape, dtype))


@pytest.mark.parametrize(
    "image",
    [
        np.zeros(4, np.uint8),
        np.zeros((4, 4, 2), np.uint8),
        np.full((4, 4), 1.5),
        np.full((4, 4), -0.1),
        5,
        None,
    ],
    ids=["one axis", "two channels", "above 1", "below 0", "number", "none"],
)
def test_what_is_no_picture_is_refused(image: object) -> None:
    with pytest.raises(InvalidArgumentError):
        normalize(image)  # type: ignore[arg-type]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match=r"missing\.png"):
        normalize(tmp_path / "missing.png")


def test_stretching_by_hand() -> None:
    assert stretch_to_bytes(np.array([[-1.0, 0.0], [1.0, 3.0]]), clip=0).tolist() == [[0, 64], [128, 255]]
    outlier = np.append(np.linspace(0, 1, 999), 1000.0)[None]
    assert stretch_to_bytes(outlier)[0, 500] == pytest.approx(128, abs=2)


@pytest.mark.parametrize("values", [np.full((3, 4), 7.0), np.zeros((1, 1)), np.full((2, 2), -1e30)])
def test_one_value_becomes_the_middle(values: np.ndarray) -> None:
    assert (stretch_to_bytes(values) == 128).all()


def test_a_few_outliers_on_one_value_are_seen() -> None:
    values = np.zeros((50, 50))
    values[0, 0] = 1
    assert stretch_to_bytes(values).max() == 255


@pytest.mark.parametrize(
    ("values", "clip", "message"),
    [
        (np.zeros(3), 0.5, r"values: needs shape \(H, W\), got shape \(3,\)"),
        (np.zeros((2, 2, 3)), 0.5, "values: needs shape"),
        (np.zeros((0, 3)), 0.5, "values: needs at least one pixel"),
        (np.full((2, 2), np.nan), 0.5, "values: needs finite pixels"),
        (np.zeros((2, 2)), 50, "clip: needs"),
        (np.zeros((2, 2)), -1, "clip: needs"),
    ],
)
def test_what_cannot_be_stretched_is_refused(values: np.ndarray, clip: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        stretch_to_bytes(values, clip=clip)
