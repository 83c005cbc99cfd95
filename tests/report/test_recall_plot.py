"""Recall over false positives: a picture, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.imaging.images import read_image
from lamplit.report.recall_plot import plot_recall_curves

CURVE = ([0.01, 0.1, 1.0], [0.4, 0.7, 0.9])


def test_a_panel_for_each_light(tmp_path: Path) -> None:
    one = plot_recall_curves({"good": {"a": CURVE, "b": CURVE}}, tmp_path / "one.png")
    two = plot_recall_curves({"good": {"a": CURVE}, "bad": {"a": CURVE}})
    assert (tmp_path / "one.png").read_bytes() == one
    assert read_image(two).shape[1] > 1.5 * read_image(one).shape[1]


@pytest.mark.parametrize("panels", [{}, {"good": {}}, {"good": dict.fromkeys("abcdef", CURVE)}])
def test_nothing_and_too_much_are_refused(panels: dict[str, dict[str, object]]) -> None:
    with pytest.raises(InvalidArgumentError, match="panels: needs 1 to 5 detectors"):
        plot_recall_curves(panels)  # type: ignore[arg-type]
