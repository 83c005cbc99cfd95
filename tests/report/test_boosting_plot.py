"""Errors by round, as a plot."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.images import read_image
from lamplit.report.boosting_plot import plot_boosting_errors


def test_the_same_errors_give_the_same_picture(tmp_path: Path) -> None:
    path = tmp_path / "errors.png"
    png = plot_boosting_errors([0.3, 0.2], [0.3, 0.25], path, title="faces")
    assert path.read_bytes() == png == plot_boosting_errors([0.3, 0.2], [0.3, 0.25], title="faces")
    assert min(read_image(png).shape[:2]) > 400
    assert plot_boosting_errors([0.3, 0.2], [0.25, 0.3], title="faces") != png


@pytest.mark.parametrize(
    ("training", "validation", "message"),
    [
        ([], [], "training: needs at least one round, got none"),
        ([0.1, 0.2], [0.1], "validation: needs 2 errors as in training, got 1"),
        ([0.1], [1.5], "validation: needs shares from 0 to 1, got 1.5 to 1.5"),
        ([float("nan")], [0.1], "training: needs shares from 0 to 1"),
    ],
)
def test_errors_that_are_none_are_refused(training: list, validation: list, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        plot_boosting_errors(training, validation)
