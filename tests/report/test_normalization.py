"""Recognition rates as table and plot."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.report.normalization_plot import plot_normalization
from lamplit.report.normalization_scores import mean_rate
from lamplit.report.normalization_terminal import normalization_table


def rates(share: float, night: float | None) -> dict[str, float | None]:
    return {"2": 1.0, "3": 0.9, "4": None, "5": 0.2, "2-5": share, "night": night, "margin": 0.1}


def chain(name: str, subset_1: float, frontal: float, night: float | None = 0.5) -> dict[str, Any]:
    groups = {"subset 1": rates(subset_1, night), "frontal": rates(frontal, night)}
    others = {"subset 1": rates(0.123, night), "frontal": rates(0.321, night)}
    return {"name": name, "steps": [], "all": groups, "others": others, "people_for_choosing": groups}


def figures(*chains: dict[str, Any]) -> Any:
    return {
        "dataset": "Extended Yale B, cropped", "people": 38, "people_for_choosing": [11], "pictures": {},
        "galleries": {}, "features": {}, "distance": "chi-square", "night": {}, "chains": list(chains),
    }  # fmt: skip


THREE = figures(chain("none", 0.7, 0.6), chain("[best]", 0.997, 0.99), chain("middling", 0.9, 0.65, None))


def printed(gallery: str, title: str = "") -> str:
    console = Console(width=120, file=io.StringIO(), color_system=None)
    console.print(normalization_table(THREE, gallery=gallery, title=title))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_has_the_best_on_top_and_names_as_they_are() -> None:
    rows = [line.split() for line in printed("frontal", "[title]").splitlines() if line.strip()]
    assert rows[0] == ["[title]"]
    assert [row[0] for row in rows[3:]] == ["[best]", "middling", "none"]
    assert rows[3][1:] == ["100.0", "90.0", "-", "20.0", "99.0", "50.0", "32.1"]
    assert rows[4][-2:] == ["-", "32.1"]


def test_the_table_is_that_of_the_gallery_asked_for() -> None:
    assert "99.7" in printed("subset 1")
    assert "12.3" in printed("subset 1")
    assert "99.7" not in printed("frontal")


def test_ranking_takes_nobody_for_nothing() -> None:
    assert mean_rate(chain("a", 0.5, 0.25), "frontal") == 0.25
    empty = chain("a", 0.5, 0.25)
    empty["all"]["frontal"]["2-5"] = None
    assert mean_rate(empty, "frontal") == 0.0


def test_the_plot_is_a_picture_that_grows_with_the_chains(tmp_path: Path) -> None:
    png = plot_normalization(THREE, tmp_path / "new" / "plot.png")
    assert png == (tmp_path / "new" / "plot.png").read_bytes()
    assert png == plot_normalization(THREE)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert (edge == 255).all(), "something is cut off at the edge"
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (pixels == colour).all(axis=-1).sum() > 50
    many = plot_normalization(figures(*(chain(f"chain {n}", n / 20, n / 25) for n in range(20))))
    assert Image.open(io.BytesIO(many)).height > pixels.shape[0] + 300


def test_nothing_to_plot_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="chains: needs at least one, got none"):
        plot_normalization(figures())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"plot\.png"):
        plot_normalization(THREE, tmp_path / "file" / "plot.png")
