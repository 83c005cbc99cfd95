"""A cascade as a table, as maps of its features, and as a plot."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles, LBPRectangles, read_cascade
from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.features import HaarFeatures, haar_like_values
from lamplit.imaging.images import read_image
from lamplit.report.cascade_plot import first_features, plot_cascade
from lamplit.report.cascade_terminal import cascade_rows, cascade_table
from lamplit.report.feature_maps import feature_map

NONE = [0, 0, 0, 0]
FEATURES = HaarRectangles(
    [[[1, 1, 6, 4], [3, 1, 2, 4], NONE], [[4, 0, 3, 3], NONE, NONE]], [[-1, 3, 0], [1, 0, 0]], [False, True]
)


def cascade() -> BoostedCascade:
    bush = CascadeStage(0.25, [2, 1], [1, 0, 0], [-2, -1, -1], [1, 0, 1], [0.0] * 3, [1, 2, 3, -4, 5])
    stump = CascadeStage(-1.0, [1], [0], [-1], [0], [0.0], [-2, 2])
    return BoostedCascade((8, 9), FEATURES, [bush, stump])


def test_rows_by_hand() -> None:
    first, second = cascade_rows(cascade())
    assert first == {
        "stage": 1, "weak_classifiers": 2, "nodes": 3, "features": 2, "tilted": 1, "threshold": 0.25,
        "lowest": -3.0, "highest": 8.0,
    }  # fmt: skip
    assert (second["stage"], second["tilted"], second["lowest"], second["highest"]) == (2, 0, -2.0, 2.0)


def test_the_table_lines_up() -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(cascade_table(cascade(), title="a [b].xml"))
    lines = console.export_text().splitlines()
    assert lines[0].startswith("a [b].xml")
    ends = {line.index("0.250") + 5 for line in lines if "0.250" in line}
    assert ends == {line.index("-1.000") + 6 for line in lines if "-1.000" in line}
    assert any(line.split() == ["all", "3", "4", "2", "1"] for line in lines)


def test_an_upright_feature_is_drawn_where_it_lies() -> None:
    drawn = feature_map(FEATURES, 0, (8, 9))[2::4, 2::4]  # one point of each pixel
    expected = np.zeros((8, 9))
    expected[1:5, 1:7] = -0.5
    expected[1:5, 3:5] = 1.0
    np.testing.assert_array_equal(drawn, expected)


def test_a_turned_feature_covers_twice_its_sides_product() -> None:
    drawn = feature_map(FEATURES, 1, (8, 9))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert drawn.sum() / 16 == pytest.approx(2 * 3 * 3, abs=1.5)  # 45 degrees stretch both sides by sqrt 2
    rows, columns = np.nonzero(drawn)
    assert (rows.min() // 4, rows.max() // 4) == (0, 5)
    assert (columns.min() // 4, columns.max() // 4) == (0, 6)  # from 0.5 to 6.5: the topmost pixel is 3


@pytest.mark.parametrize("tilted", [False, True])
@pytest.mark.parametrize("rectangle", [(5, 1, 4, 3), (6, 2, 2, 2), (6, 0, 1, 5)])
def test_a_feature_is_drawn_where_its_pixels_count(rectangle: tuple[int, ...], tilted: bool) -> None:
    features = HaarRectangles([[rectangle, NONE, NONE]], [[1, 0, 0]], [tilted])
    pixels = np.eye(144, dtype=np.uint8).reshape(-1, 12, 12)
    same = HaarFeatures((12, 12), features.rectangles, features.weights, features.tilted)
    counted = haar_like_values(pixels, same, normalized=False).reshape(12, 12)
    drawn = feature_map(features, 0, (12, 12))
    assert drawn.sum() / 16 == counted.sum()
    for axis in (0, 1):
        middle = (np.nonzero(drawn)[axis].mean() + 0.5) / 4
        assert middle == pytest.approx(np.nonzero(counted)[axis].mean() + 0.5, abs=0.2)


def test_a_pattern_is_a_middle_block_among_eight() -> None:
    drawn = feature_map(LBPRectangles([[0, 0, 2, 1]]), 0, (4, 6))[2::4, ::8]
    np.testing.assert_array_equal(drawn, [[1, 0.5, 1], [0.5, -1, 0.5], [1, 0.5, 1], [0, 0, 0]])


def test_features_come_once_and_in_order() -> None:
    assert first_features(cascade().stages[0], 5) == [1, 0]
    assert first_features(cascade().stages[0], 1) == [1]


def test_the_same_cascade_gives_the_same_picture(tmp_path: Path) -> None:
    eyes = read_cascade(cv2.data.haarcascades + "haarcascade_eye_tree_eyeglasses.xml")
    png = plot_cascade(eyes, tmp_path / "new" / "plot.png", title="eyes", per_stage=3)
    assert (
        (tmp_path / "new" / "plot.png").read_bytes() == png == plot_cascade(eyes, title="eyes", per_stage=3)
    )
    assert min(read_image(png).shape[:2]) > 400


def test_a_cascade_of_one_stage_has_a_picture() -> None:
    assert read_image(plot_cascade(BoostedCascade((8, 9), FEATURES, cascade().stages[1:]))).ndim == 3


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"per_stage: needs a whole number .* at most 12"):
        plot_cascade(cascade(), per_stage=13)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="needs a file that can be written"):
        plot_cascade(cascade(), tmp_path / "file" / "plot.png")
