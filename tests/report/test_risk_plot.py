"""The risk-coverage plot."""

from __future__ import annotations

import itertools
from pathlib import Path

from lamplit.evaluation.gauntlet import lights_to_run
from lamplit.imaging.images import read_image
from lamplit.report.figures import INK
from lamplit.report.risk_plot import GOOD_LIGHT, _colours, plot_risk_coverage
from lamplit.report.scores import RiskCurveDict


def curve(*, wrong: float | None = 0.1) -> RiskCurveDict:
    return {
        "threshold": [0.9, 0.5],
        "coverage": [0.5, 1.0],
        "risk": [0.0, 0.2],
        "answered": 0.7,
        "wrong": wrong,
    }


def test_every_condition_of_the_gauntlet_has_a_colour_of_its_own() -> None:
    conditions = dict.fromkeys(light.condition for light in lights_to_run())
    colours = dict(zip(conditions, _colours(conditions), strict=True))
    assert len(colours) == 11
    assert colours[GOOD_LIGHT] == INK
    for one, other in itertools.combinations(colours, 2):
        assert colours[one] != colours[other], (one, other)


def test_a_ring_stands_where_answers_are_given(tmp_path: Path) -> None:
    plot_risk_coverage({"night": curve()}, tmp_path / "with.png")
    plot_risk_coverage({"night": curve(wrong=None)}, tmp_path / "without.png")
    first, second = (read_image(tmp_path / name) for name in ("with.png", "without.png"))
    assert first.shape == second.shape
    assert 30 < (first != second).any(axis=2).sum() < 2000, "a ring and nothing else"
