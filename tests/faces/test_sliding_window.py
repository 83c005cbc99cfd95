"""lamplit's windows against OpenCV's, before grouping: the same ones, with the same sums."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles, LBPRectangles, read_cascade
from lamplit.boosting.cascade_files import parse_cascade
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, MissingExtraError, WeightsCorruptError
from lamplit.faces.candidate_windows import CandidateWindows, WindowSearch, ordered_windows
from lamplit.faces.opencv_windows import OpenCVWindow
from lamplit.faces.pyramid import pyramid_scales
from lamplit.faces.sliding_window import SlidingWindow
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image

FOLDER = Path(cv2.data.haarcascades)
FRONTAL = sorted(path.stem for path in FOLDER.glob("*frontal*.xml"))
TILTED = ["haarcascade_lefteye_2splits", "haarcascade_upperbody", "haarcascade_eye_tree_eyeglasses"]
SIZES = [(480, 640), (257, 321), (97, 64), (24, 24), (31, 200)]
EVERY = WindowSearch(ratio=1.1, smallest=1)


@pytest.fixture(scope="module")
def face(repository: Path) -> ByteArray:
    return grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))


def composed(face: ByteArray, shape: tuple[int, int], *, seed: int = 0) -> ByteArray:
    """Faces of several sizes and lights over soft clutter."""
    rng = np.random.default_rng(seed)
    clutter = rng.integers(0, 256, (shape[0] // 8 + 2, shape[1] // 8 + 2), dtype=np.uint8)
    picture = cv2.resize(clutter, shape[::-1], interpolation=cv2.INTER_CUBIC)
    for side in (150, 90, 50, 24):
        if side > min(shape):
            continue
        y, x = (int(rng.integers(0, n - side + 1)) for n in shape)
        small = cv2.resize(face[55:175, 165:285], (side, side), interpolation=cv2.INTER_AREA)
        picture[y : y + side, x : x + side] = small * rng.uniform(0.2, 1.0)
    return np.asarray(picture)


def opencv(classifier: cv2.CascadeClassifier, grey: ByteArray, ratio: float = 1.1) -> CandidateWindows:
    boxes, _, sums = classifier.detectMultiScale3(
        grey, scaleFactor=ratio, minNeighbors=0, outputRejectLevels=True
    )
    xywh: NDArray[np.int32] = np.asarray(boxes, dtype=np.int32).reshape(-1, 4)
    height, width = grey.shape
    return ordered_windows(xywh, np.asarray(sums, dtype=np.float64).reshape(-1), (height, width))


def assert_same(ours: CandidateWindows, theirs: CandidateWindows) -> None:
    np.testing.assert_array_equal(ours.xywh, theirs.xywh)
    np.testing.assert_array_equal(ours.sums, theirs.sums)


@pytest.mark.parametrize("name", [*FRONTAL, *TILTED])
def test_windows_are_opencvs(name: str, face: ByteArray) -> None:
    path = FOLDER / f"{name}.xml"
    ours, theirs = SlidingWindow(read_cascade(path)), cv2.CascadeClassifier(str(path))
    n_windows = 0
    for shape in SIZES:
        picture = composed(face, shape)
        found = ours.windows(picture, EVERY)
        assert_same(found, opencv(theirs, picture))
        n_windows += len(found)
    whole = ours.windows(face, EVERY)
    assert_same(whole, opencv(theirs, face))
    assert n_windows + len(whole) > 0, "an empty list proves nothing"


@pytest.mark.parametrize(("kind", "size"), [("haar", 1), ("haar", 3), ("lbp", 1), ("lbp", 3)])
@pytest.mark.parametrize("seed", range(3))
def test_windows_are_opencvs_on_cascades_that_we_write(
    random_cascade: Callable[..., BoostedCascade], face: ByteArray, kind: str, size: int, seed: int
) -> None:
    cascade = random_cascade(kind, size=size, seed=seed)
    picture = composed(face, (130, 170), seed=seed)
    found = SlidingWindow(cascade).windows(picture, EVERY)
    assert_same(found, OpenCVWindow(cascade).windows(picture, EVERY))
    assert len(found) > 20


def test_windows_are_opencvs_on_its_lbp_cascade(face: ByteArray) -> None:
    folder = Path(pytest.importorskip("skimage").__file__).parent / "data"
    content = (folder / "lbpcascade_frontalface_opencv.xml").read_bytes()
    # scikit-image's copy has a slip of the pen at which OpenCV stops.
    content = content.replace(b"featuhreParams", b"featureParams")
    cascade = parse_cascade(content)
    for picture in (composed(face, (480, 640)), face):
        found = SlidingWindow(cascade).windows(picture, EVERY)
        assert_same(found, OpenCVWindow(cascade).windows(picture, EVERY))
        assert len(found) > 5


@pytest.mark.parametrize("ratio", [1.01, 1.05, 1.25, 2.0, 3.7])
@pytest.mark.parametrize(("smallest", "largest"), [(1, None), (40, 90), (64, 64), (500, None)])
def test_both_engines_look_at_the_same_sizes(
    random_cascade: Callable[..., BoostedCascade],
    face: ByteArray,
    ratio: float,
    smallest: int,
    largest: int | None,
) -> None:
    cascade = random_cascade("lbp", window=(24, 24))
    search = WindowSearch(ratio=ratio, smallest=smallest, largest=largest)
    picture = composed(face, (97, 131))
    assert_same(
        SlidingWindow(cascade).windows(picture, search), OpenCVWindow(cascade).windows(picture, search)
    )


def test_stumps_may_have_their_leaves_either_way_round(
    random_cascade: Callable[..., BoostedCascade], face: ByteArray
) -> None:
    cascade = random_cascade("haar")
    turned = [
        CascadeStage(s.threshold, s.sizes, s.left - 1, s.right + 1, s.feature, s.split, swapped(s.leaves))
        for s in cascade.stages
    ]
    same = BoostedCascade(cascade.window, cascade.features, turned)
    first, second = (SlidingWindow(one).windows(face, EVERY) for one in (cascade, same))
    assert len(first.xywh) > 10
    np.testing.assert_array_equal(first.xywh, second.xywh)
    np.testing.assert_array_equal(first.sums, second.sums)


def swapped(leaves: NDArray[np.float32]) -> NDArray[np.float32]:
    return leaves.reshape(-1, 2)[:, ::-1].ravel()


def test_threads_change_nothing(face: ByteArray) -> None:
    engine = SlidingWindow(read_cascade(FOLDER / "haarcascade_frontalface_alt2.xml"))
    alone = engine.windows(face, EVERY)
    assert len(alone) > 20
    for threads in (2, 3, 50):
        assert_same(engine.windows(face, WindowSearch(ratio=1.1, smallest=1, threads=threads)), alone)


def test_sums_that_overflow_cancel_out(face: ByteArray) -> None:
    # 8.6 million white pixels are more than 32 bits hold.
    picture = np.full((2800, 3080), 255, np.uint8)
    picture[-128:, -128:] = cv2.resize(face, (128, 128), interpolation=cv2.INTER_AREA)
    engine = SlidingWindow(read_cascade(FOLDER / "haarcascade_frontalface_alt2.xml"))
    search = WindowSearch(ratio=1.1, smallest=20, largest=26)
    found = engine.windows(picture, search)
    assert_same(found, OpenCVWindow(engine.cascade).windows(picture, search))
    assert len(found) > 0


DARKER = HaarRectangles([[[2, 2, 8, 8], [2, 6, 8, 4], [0] * 4]], [[-1, 2, 0]], [False])


def bright_below(least: float) -> BoostedCascade:
    """One stump: a window of 12 x 12 passes where the lower half is brighter by `least`, normalised."""
    return BoostedCascade((12, 12), DARKER, [CascadeStage(0.5, [1], [0], [-1], [0], [least], [-1.0, 1.0])])


def halves(low: int, high: int) -> ByteArray:
    picture = np.full((12, 12), low, np.uint8)
    picture[6:] = high
    return picture


@pytest.mark.parametrize(("least", "passes"), [(0.6, True), (0.7, False)])
def test_a_value_by_hand(least: float, passes: bool) -> None:
    # Lower half 32 pixels of 150, upper half 32 of 50: the feature is 32 * 100 = 3200. Without the rim the
    # window has 50 pixels of each: area 100, standard deviation 50, so that the divisor is 100 * 50 = 5000,
    # and the value 0.64.
    found = SlidingWindow(bright_below(least)).windows(halves(50, 150), EVERY)
    assert found.xywh.tolist() == ([[0, 0, 12, 12]] if passes else [])
    assert found.sums.tolist() == ([1.0] if passes else [])


@pytest.mark.parametrize("least", [-10.0, 0.0])
def test_an_even_window_is_passed_over(least: float) -> None:
    assert len(SlidingWindow(bright_below(least), least_contrast=0.0).windows(halves(50, 50), EVERY)) == 0


@pytest.mark.parametrize(
    ("high", "contrast", "passes"), [(72, 10, True), (68, 10, False), (68, 8, True), (51, 0, True)]
)
def test_contrast_below_the_least_is_passed_over(high: int, contrast: float, passes: bool) -> None:
    # Halves of 50 and of `high` deviate by half their difference from their mean.
    engine = SlidingWindow(bright_below(0.6), least_contrast=contrast)
    assert len(engine.windows(halves(50, high), EVERY)) == passes


def test_a_pattern_by_hand() -> None:
    # Blocks of 4 x 4, brightest to the lower right: pattern bits from the upper left block on clockwise.
    levels = np.array([[9, 1, 9], [9, 5, 1], [1, 1, 5]], np.uint8)  # >= the centre: 1 0 1, 0, 1 0 0, 1
    picture = np.kron(levels, np.ones((4, 4), np.uint8))
    for pattern in (0b10101001, 0b10101000):
        subset = np.zeros((1, 8), np.int64)
        subset[0, pattern // 32] = 1 << pattern % 32
        stage = CascadeStage(0.5, [1], [0], [-1], [0], subset.astype(np.uint32).view(np.int32), [1.0, -1.0])
        cascade = BoostedCascade((12, 12), LBPRectangles([[0, 0, 4, 4]]), [stage])
        assert len(SlidingWindow(cascade).windows(picture, EVERY)) == (pattern == 0b10101001)


@pytest.mark.parametrize("contrast", [-1.0, 128.0, float("nan"), None])
def test_a_contrast_out_of_range_is_refused(contrast: float) -> None:
    with pytest.raises(
        InvalidArgumentError, match="least_contrast: needs a finite number from 0 to below 128"
    ):
        SlidingWindow(bright_below(0.0), least_contrast=contrast)


def twice(number: int) -> int:
    return 2 * number


def test_kernels_are_compiled_where_nothing_can_be_kept() -> None:
    kernels = pytest.importorskip("lamplit.faces.window_kernels")
    from_nowhere = FunctionType(twice.__code__.replace(co_filename="<nowhere>"), {})
    assert kernels._compiled(from_nowhere)(21) == 42


def test_without_numba_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "lamplit.faces.window_kernels", raising=False)
    with pytest.raises(MissingExtraError, match=r"the package 'numba', .*pip install -e '\.\[train\]'"):
        SlidingWindow(bright_below(0.0))


def test_what_opencv_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lamplit.faces.opencv_windows.cascade_to_xml",
        lambda cascade: b'<?xml version="1.0"?><opencv_storage><cascade><a>1</a></cascade></opencv_storage>',
    )
    with pytest.raises(WeightsCorruptError, match="needs one that OpenCV loads"):
        OpenCVWindow(bright_below(0.0))


def test_scales_by_hand() -> None:
    scales = pyramid_scales((60, 80), (24, 24), ratio=1.5, smallest=30, largest=60)
    assert [(s.factor, s.size, s.window, s.step) for s in scales] == [
        (1.5, (40, 53), (36, 36), 2),
        (2.25, (27, 36), (54, 54), 1),
    ]
    assert [s.reach for s in scales] == [(16, 30), (4, 13)]  # of 17 rows the last is in no whole step


@pytest.mark.parametrize("archive", ["yalefaces.zip"])
def test_windows_are_opencvs_on_real_pictures(data_dir: Path, archive: str) -> None:
    path = FOLDER / "haarcascade_frontalface_default.xml"
    ours, theirs = SlidingWindow(read_cascade(path)), cv2.CascadeClassifier(str(path))
    with zipfile.ZipFile(data_dir / archive) as pictures:
        names = [name for name in pictures.namelist() if name.endswith((".normal", ".leftlight"))][::5]
        for name in names:
            grey = grey_from_rgb(read_image(pictures.read(name)))
            found = ours.windows(grey, WindowSearch(ratio=1.2, smallest=1))
            assert_same(found, opencv(theirs, grey, 1.2))
    assert len(names) >= 5
