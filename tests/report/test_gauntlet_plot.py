"""The gauntlet as a plot: every model and condition shows, and nothing is cut off."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.report.gauntlet_plot import plot_gauntlet

CONDITIONS: dict[str, tuple[str, tuple[float, ...]]] = {
    "good light": ("", (0.0,)),
    "dim": ("of full scale", (0.5, 0.2, 0.05)),
    "over-exposed": ("times full scale", (1.4, 2.2)),
    "ten directions": ("", (0.0,)),
}
SHORT = {name: (unit, strengths[:1]) for name, (unit, strengths) in CONDITIONS.items()}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")


def figures(conditions: Any = CONDITIONS, *, good: float = 0.87, mean: float | None = 0.82) -> Any:
    rows = []
    for condition, (unit, strengths) in conditions.items():
        for number, strength in enumerate(strengths):
            accuracy = good if condition == "good light" else good - 0.1 * (number + 1)
            rows.append(
                {
                    "name": f"{condition}, {strength:g} {unit}" if unit else condition,
                    "condition": condition,
                    "strength": strength,
                    "unit": unit,
                    "accuracy": accuracy,
                    "accuracy_interval": {"low": accuracy - 0.02, "high": accuracy + 0.02, "level": 0.95},
                }
            )
    return {"seed": 0, "faces": 3199, "mean_of_six_bad_lights": mean, "seven_lights": [], "lights": rows}


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def pixels_of(png: bytes, colour: str) -> int:
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((pixels(png) == rgb).all(axis=-1).sum())


@pytest.mark.parametrize("conditions", [CONDITIONS, SHORT], ids=["panels", "one panel"])
class TestEveryKind:
    @pytest.mark.parametrize("n_models", [1, 5])
    def test_every_model_shows_and_nothing_is_cut_off(self, conditions: Any, n_models: int) -> None:
        models = {
            f"expression-fusion-model-number-{n}": figures(conditions, good=0.9 - 0.03 * n)
            for n in range(n_models)
        }
        png = plot_gauntlet(models)
        picture = pixels(png)
        for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
            assert (edge == 255).all(), "something is cut off at the edge"
        shown = [pixels_of(png, colour) > 100 for colour in COLOURS]
        assert shown == [n < n_models for n in range(5)]

    def test_the_title_makes_the_figure_no_wider(self, conditions: Any) -> None:
        # A wide title used to stretch the picture beyond its panels.
        widths = [pixels(plot_gauntlet({name: figures(conditions)})).shape[1] for name in ("a", "a" * 60)]
        assert widths[1] == pytest.approx(widths[0], rel=0.01)

    def test_it_is_written_where_it_shall_be(self, conditions: Any, tmp_path: Path) -> None:
        target = tmp_path / "new" / "light.png"
        png = plot_gauntlet({"model": figures(conditions)}, target)
        assert target.read_bytes() == png

    def test_without_a_mean_and_without_good_light(self, conditions: Any) -> None:
        rest = {name: value for name, value in conditions.items() if name != "good light"}
        png = plot_gauntlet({"model": figures(rest, mean=None)})
        assert pixels_of(png, COLOURS[0]) > 100

    def test_the_order_of_the_rows_does_not_matter(self, conditions: Any) -> None:
        first, second = figures(conditions), figures(conditions, good=0.8)
        shuffled = {**second, "lights": second["lights"][::-1]}
        assert plot_gauntlet({"a": first, "b": shuffled}) == plot_gauntlet({"a": first, "b": second})


@pytest.mark.parametrize(
    ("unit", "strengths"),
    [
        ("of full scale", (0.5, 0.2, 0.05)),
        ("of the contrast", (0.5, 0.1, 0.05)),
        ("times full scale", (1.4, 2.2, 4.0)),
        ("degrees", (35.0, 60.0, 85.0)),
        ("of the side", (0.02, 0.06, 0.12)),
    ],
)
def test_what_is_worse_stands_to_the_right(unit: str, strengths: tuple[float, ...]) -> None:
    # Made-up accuracy falls from strength to strength, so the line must fall whatever the order of the rows.
    model = figures({"bad": (unit, strengths)})
    model["lights"] = [model["lights"][n] for n in (1, 2, 0)]
    blue = (pixels(plot_gauntlet({"model": model})) == (0x00, 0x72, 0xB2)).all(axis=-1)
    columns = np.nonzero(blue.any(axis=0))[0]
    left, right = (np.nonzero(blue[:, column])[0].mean() for column in (columns[0], columns[-1]))
    assert left < right - 50, "rows of pixels are counted downwards"


@pytest.mark.parametrize("n_models", [0, 6])
def test_no_model_and_too_many_are_refused(n_models: int) -> None:
    with pytest.raises(InvalidArgumentError, match=f"gauntlets: needs 1 to 5 models, got {n_models}"):
        plot_gauntlet({str(n): figures() for n in range(n_models)})


def test_models_in_other_lights_are_refused() -> None:
    fewer = {name: value for name, value in CONDITIONS.items() if name != "ten directions"}
    with pytest.raises(
        InvalidArgumentError, match=r"needs the same lights for each model, got \['ten directions'\] for some"
    ):
        plot_gauntlet({"a": figures(), "b": figures(fewer)})


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"light\.png: needs a file that can be written"):
        plot_gauntlet({"a": figures(SHORT)}, tmp_path / "file" / "light.png")
