"""The plot of a cascade beside its networks alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import OutputError
from lamplit.imaging.images import read_image
from lamplit.report.exit_plot import plot_exits

POINTS = [{"milliseconds": 0.4, "accuracy": 0.87}, {"milliseconds": 1.5, "accuracy": 0.89}]
FIGURES = {"curve": POINTS, "singles": POINTS, "reported": {"milliseconds": 0.8, "accuracy": 0.889}}


def test_the_same_figures_give_the_same_picture(tmp_path: Path) -> None:
    png = plot_exits(FIGURES, ["nano", "base"], tmp_path / "new" / "plot.png", title="faces")
    assert (
        (tmp_path / "new" / "plot.png").read_bytes()
        == png
        == plot_exits(FIGURES, ["nano", "base"], title="faces")
    )
    assert min(read_image(png).shape[:2]) > 400
    other = {**FIGURES, "reported": {"milliseconds": 0.8, "accuracy": 0.88}}
    assert plot_exits(other, ["nano", "base"], title="faces") != png


def test_every_network_needs_a_name() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer"):
        plot_exits(FIGURES, ["nano"])


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="needs a file that can be written"):
        plot_exits(FIGURES, ["nano", "base"], tmp_path / "file" / "plot.png")
