"""A panel for each figure of a log."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.images import read_image
from lamplit.report.run_plot import curves_of, plot_run_curves


def row(epoch: int, **figures: float) -> dict[str, float]:
    return {"epoch": epoch, "learning_rate": 0.1, "train_loss": 1.0 / epoch, **figures, "seconds": 9.0}


def test_time_and_rate_are_no_figures() -> None:
    assert curves_of(row(1, error=0.5)) == ["train_loss", "error"]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_more_figures_need_more_room(n: int, tmp_path: Path) -> None:
    figures = {f"figure_{number}": 0.5 for number in range(n)}
    png = plot_run_curves([row(1, **figures), row(2, **figures)], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes() == png
    height, width = read_image(png).shape[:2]
    assert round(width / 144 / 4.2) == min(n + 1, 3)
    assert round(height / 144 / 3.4) == (2 if n == 4 else 1)


def test_a_gap_is_no_error() -> None:
    assert plot_run_curves([row(1, error=math.nan), row(2, error=math.inf)])[1:4] == b"PNG"


@pytest.mark.parametrize("history", [[], [{"epoch": 1.0, "seconds": 3.0}]])
def test_nothing_to_plot_is_told(history: list[dict[str, float]]) -> None:
    with pytest.raises(InvalidArgumentError, match="history: needs at least one epoch with a figure"):
        plot_run_curves(history)
