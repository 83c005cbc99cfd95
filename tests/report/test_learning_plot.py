"""The plot of validation accuracy over the epochs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.imaging.images import read_image
from lamplit.report.learning_plot import plot_learning

CURVES = {"none": [[0.3, 0.4, 0.5], [0.35, 0.5, 0.6]], "batch": [[0.5, 0.6, 0.7]]}


def test_the_same_curves_give_the_same_png_and_file(tmp_path: Path) -> None:
    png = plot_learning({"small": CURVES}, tmp_path / "plot.png", marks=[0.5])
    assert (tmp_path / "plot.png").read_bytes() == png == plot_learning({"small": CURVES}, marks=[0.5])


def width(tmp_path: Path, n_panels: int) -> int:
    plot_learning({str(number): CURVES for number in range(n_panels)}, tmp_path / "plot.png")
    return read_image(tmp_path / "plot.png").shape[1]


def test_every_network_has_a_panel(tmp_path: Path) -> None:
    assert width(tmp_path, 2) > 1.7 * width(tmp_path, 1)


def test_the_spread_of_seeds_is_drawn(tmp_path: Path) -> None:
    for name, curves in (("one", [[0.4, 0.5]]), ("same mean", [[0.3, 0.4], [0.5, 0.6]])):
        plot_learning({"a": {"way": curves, "other": [[0.2, 0.7]]}}, tmp_path / f"{name}.png")
    one, several = (read_image(tmp_path / f"{name}.png") for name in ("one", "same mean"))
    assert one.shape == several.shape
    assert (one != several).any(axis=2).sum() > 5000


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "panels: needs at least one panel, got none"),
        ({"a": {}}, "panels: a: needs 1 to 6 ways, got 0"),
        ({"a": {str(n): [[0.5]] for n in range(7)}}, "panels: a: needs 1 to 6 ways, got 7"),
        ({"a": {"way": [[0.5], [0.5, 0.6]]}}, r"a: way: needs curves of one length, got lengths \[1, 2\]"),
        ({"a": {"way": []}}, r"a: way: needs curves of one length, got lengths \[\]"),
        ({"a": {"way": [[]]}}, r"a: way: needs curves of one length, got lengths \[0\]"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    panels: dict[str, dict[str, list[list[float]]]], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        plot_learning(panels)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError):
        plot_learning({"small": CURVES}, tmp_path / "file" / "plot.png")
