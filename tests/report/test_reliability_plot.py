"""Reliability diagrams side by side."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import InvalidArgumentError
from lamplit.report.figures import BLUE, VERMILLION
from lamplit.report.reliability_plot import chosen_conditions, plot_reliability_by_light

BINS: Any = {"confidence": [None, 0.4, 0.8], "accuracy": [None, 0.3, 0.75], "count": [0, 3, 4]}
SURER: Any = {"confidence": [None, 0.5, 0.95], "accuracy": [None, 0.3, 0.75], "count": [0, 1, 6]}
NAMES = ("good light", "dim", "night", "over-exposed", "side light", "backlight")


def picture(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB"))


def has_colour(pixels: np.ndarray, colour: str) -> bool:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((pixels == rgb).all(axis=-1).any())


def test_a_panel_for_each_condition(tmp_path: Path) -> None:
    one = picture(plot_reliability_by_light({"good light": BINS}))
    three = picture(plot_reliability_by_light(dict.fromkeys(NAMES[:3], BINS)))
    six = picture(plot_reliability_by_light(dict.fromkeys(NAMES, BINS), tmp_path / "six.png"))
    assert one.shape[1] < three.shape[1] == pytest.approx(six.shape[1], rel=0.03)
    assert three.shape[0] < 0.6 * six.shape[0]
    assert (picture((tmp_path / "six.png").read_bytes()) == six).all()


def test_before_is_drawn_beside_after() -> None:
    alone = picture(plot_reliability_by_light({"night": BINS}))
    both = picture(plot_reliability_by_light({"night": BINS}, before={"night": SURER}))
    assert has_colour(alone, BLUE)
    assert not has_colour(alone, VERMILLION)
    assert has_colour(both, BLUE)
    assert has_colour(both, VERMILLION)


def test_the_conditions_that_a_few_panels_show() -> None:
    assert chosen_conditions(["flat light", *NAMES[::-1]]) == list(NAMES)
    assert chosen_conditions(["flat light", "dim", "ten directions"]) == [
        "dim",
        "flat light",
        "ten directions",
    ]


@pytest.mark.parametrize(
    ("after", "before", "message"),
    [
        ({}, None, "after: needs bins of each condition, got none"),
        ({"dim": BINS, "night": BINS}, {"dim": BINS}, r"before: needs .*, got none for \['night'\]"),
        ({"dim": BINS | {"count": [1]}}, None, "bins: needs lists of one length"),
        ({"dim": BINS | {"count": [0, 0, 0]}}, None, "bins: needs at least one face"),
    ],
)
def test_what_cannot_be_drawn_is_refused(after: Any, before: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        plot_reliability_by_light(after, before=before)
