"""Plots: real pictures come out, in the right place, and say what the numbers say."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.report import plots
from lamplit.report.plots import plot_confusion, plot_reliability, plot_training_curves

BINS: Any = {"confidence": [None, 0.8], "accuracy": [None, 0.75], "count": [0, 4]}


def history(n_epochs: int) -> list[dict[str, float]]:
    return [
        {
            "epoch": epoch,
            "train_loss": 1.5 / epoch + 0.3,
            "train_accuracy": 0.9 - 0.5 / epoch,
            "validation_loss": 1.2 / epoch + 0.4,
            "validation_accuracy": 0.87 - 0.4 / epoch,
        }
        for epoch in range(1, n_epochs + 1)
    ]


def picture(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def has_colour(png: bytes, colour: str) -> bool:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((picture(png) == rgb).all(axis=-1).any())


@pytest.mark.parametrize(
    "plot",
    [
        lambda path=None: plot_training_curves(history(3), path),
        lambda path=None: plot_confusion(np.array([[8, 2], [1, 9]]), ["no", "yes"], path),
        lambda path=None: plot_reliability(BINS, path),
    ],
    ids=["curves", "confusion", "reliability"],
)
class TestEveryPlot:
    def test_is_a_picture_with_content_and_white_margins(self, plot: Any) -> None:
        pixels = picture(plot())
        assert min(pixels.shape[:2]) > 300
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50
        for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
            assert (edge == 255).all(), "something is cut off at the edge"

    def test_writes_what_it_returns_and_makes_folders(self, plot: Any, tmp_path: Path) -> None:
        target = tmp_path / "new" / "plot.png"
        assert plot(target) == target.read_bytes()
        assert [path.name for path in target.parent.iterdir()] == ["plot.png"]

    def test_is_the_same_every_time(self, plot: Any) -> None:
        assert plot() == plot()

    def test_a_place_that_cannot_be_written_is_named(self, plot: Any, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(OutputError, match=r"plot\.png: needs a file that can be written"):
            plot(tmp_path / "file" / "plot.png")

    def test_a_folder_in_the_place_is_named_and_nothing_is_left(self, plot: Any, tmp_path: Path) -> None:
        (tmp_path / "plot.png").mkdir()
        with pytest.raises(OutputError, match=r"plot\.png"):
            plot(tmp_path / "plot.png")
        assert [path.name for path in tmp_path.iterdir()] == ["plot.png"]


def test_pyplot_is_not_loaded() -> None:
    program = (
        "import sys; from lamplit.report.plots import plot_confusion;"
        "plot_confusion([[1, 0], [0, 1]], ['no', 'yes']); print('matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


class TestTrainingCurves:
    @pytest.mark.parametrize("n_epochs", [1, 2, 24, 120])
    def test_both_curves_show(self, n_epochs: int) -> None:
        png = plot_training_curves(history(n_epochs))
        assert has_colour(png, "#0072B2")
        assert has_colour(png, "#D55E00")

    def test_a_loss_that_is_not_finite_leaves_a_gap(self) -> None:
        rows = history(4)
        rows[3]["train_loss"] = float("nan")
        rows[1]["validation_loss"] = float("inf")
        assert len(picture(plot_training_curves(rows)))

    def test_a_quantity_without_any_finite_value_still_plots(self) -> None:
        rows = [row | {"validation_loss": float("nan")} for row in history(3)]
        assert len(picture(plot_training_curves(rows)))

    def test_the_epoch_that_held_out_faces_chose_is_marked(self) -> None:
        plain, *marked = (
            picture(plot_training_curves([row | more for row in history(13)]))
            for more in ({}, {"best_epoch": 4.0}, {"best_epoch": 10.0})
        )
        above_the_labels, left_panel = slice(0, len(plain) - 100), slice(0, plain.shape[1] // 2)
        places = []
        for curves in marked:
            changed = (curves != plain)[above_the_labels, left_panel].any(axis=(0, 2))
            columns = np.nonzero(changed)[0]
            assert 0 < len(columns) < 8, "an upright line"
            places.append(columns.mean())
        assert places[1] - places[0] == pytest.approx(plain.shape[1] / 2 * 0.4, rel=0.25), "half of 12 epochs"

    def test_no_epoch_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match="history: needs at least one epoch, got none"):
            plot_training_curves([])

    def test_a_missing_key_is_named(self) -> None:
        rows = history(2)
        del rows[1]["validation_accuracy"]
        with pytest.raises(InvalidArgumentError, match=r"the keys \['validation_accuracy'\], got row 2"):
            plot_training_curves(rows)

    @pytest.mark.parametrize(
        ("heights", "expected"),
        [
            ([0.2, 0.8], [0.2, 0.8]),
            ([0.5, 0.5], [0.45, 0.55]),
            ([0.52, 0.48], [0.55, 0.45]),
            ([0.0, 0.02], [0.0, 0.1]),
            ([1.0, 0.99], [1.0, 0.9]),
            ([0.3], [0.3]),
            ([], []),
        ],
    )
    def test_labels_are_moved_apart(self, heights: list[float], expected: list[float]) -> None:
        assert plots._spread(heights, gap=0.1) == pytest.approx(expected)


class TestConfusion:
    def test_full_and_empty_cells_have_the_ends_of_the_scale(self) -> None:
        png = plot_confusion(np.diag([3, 5]), ["no", "yes"])
        assert has_colour(png, "#08306b")
        assert has_colour(png, "#f7fbff")

    def test_a_row_without_faces_is_empty(self) -> None:
        png = plot_confusion(np.array([[0, 0], [0, 0]]), ["no", "yes"])
        assert len(picture(png))

    @pytest.mark.parametrize(
        ("share", "text"), [(0.004, "<1 %"), (0.006, "1 %"), (0.863, "86 %"), (1.0, "100 %")]
    )
    def test_few_never_read_as_none(self, share: float, text: str) -> None:
        assert plots._per_cent(share) == text

    @pytest.mark.parametrize(
        ("matrix", "message"),
        [
            (np.ones((2, 3), int), r"matrix: needs shape \(2, 2\), got shape \(2, 3\)"),
            (np.ones((2, 2)), "matrix: needs counts, got float64"),
            (np.array([[1, -1], [0, 2]]), "a minimum of -1"),
        ],
    )
    def test_bad_matrices(self, matrix: np.ndarray, message: str) -> None:
        with pytest.raises(InvalidArgumentError, match=message):
            plot_confusion(matrix, ["no", "yes"])


class TestReliability:
    def test_lists_of_different_lengths_are_refused(self) -> None:
        with pytest.raises(
            InvalidArgumentError, match=r"bins: needs lists of one length, got lengths \[1, 2\]"
        ):
            plot_reliability({**BINS, "count": [4]})

    def test_no_face_is_refused(self) -> None:
        with pytest.raises(InvalidArgumentError, match="bins: needs at least one face, got none"):
            plot_reliability({"confidence": [None], "accuracy": [None], "count": [0]})
