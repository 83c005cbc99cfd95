"""The gauntlet as a table for the terminal."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from rich.table import Table

from lamplit.light.gauntlet import GAUNTLET, GOOD, SEVEN_LIGHTS, Light
from lamplit.report.gauntlet_terminal import gauntlet_table


def row(light: Light) -> dict[str, Any]:
    return {
        "name": light.name,
        "condition": light.condition,
        "strength": light.strength,
        "unit": light.unit,
        "accuracy": 0.87123,
        "accuracy_interval": {"low": 0.86, "high": 0.88, "level": 0.95},
        "relative": 1.0,
        "macro_f1": 0.61237,
        "log_loss": 12.34567,
        "calibration_error": 0.02345,
        "refused_for_light": 0.125,
        "refused_for_doubt": 0.25,
        "wrong_of_answered": 0.1,
    }


def figures(*lights: Light, mean: float | None = 0.82345) -> Any:
    return {
        "seed": 0,
        "faces": 3199,
        "least_probability": {"easy": 0.3, "hard": 0.6, "backlit": 0.9},
        "mean_of_six_bad_lights": mean,
        "seven_lights": [light.name for light in SEVEN_LIGHTS],
        "lights": [row(light) for light in lights],
    }


WHOLE = figures(GOOD, *GAUNTLET, SEVEN_LIGHTS[5])


def lines(table: Table, width: int = 100) -> list[str]:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(table)
    output = console.file
    assert isinstance(output, io.StringIO)
    return [line.rstrip() for line in output.getvalue().splitlines()]


def test_nothing_is_cut_at_80_columns() -> None:
    table = gauntlet_table(WHOLE)
    assert [line.split() for line in lines(table, width=80)] == [line.split() for line in lines(table, 200)]
    assert not any("…" in line for line in lines(table, width=80))


def test_figures_of_a_light() -> None:
    (found,) = [line.split() for line in lines(gauntlet_table(WHOLE)) if "over-exposed, 1.8" in line]
    name = ["over-exposed,", "1.8", "times", "full", "scale"]
    assert found[: len(name) + 5] == [*name, "0.8712", "100.0", "0.6124", "12.3457", "0.023"]


def test_the_short_protocol_has_stars_and_its_mean() -> None:
    printed = lines(gauntlet_table(WHOLE))
    starred = [line.partition(" *")[0].strip() for line in printed if " * " in line and "short" not in line]
    assert starred == [light.name for light in (GOOD, *GAUNTLET, SEVEN_LIGHTS[5]) if light in SEVEN_LIGHTS]
    assert any("* short protocol; mean of its six bad lights: 0.8235" in line for line in printed)


def test_without_a_mean_there_is_no_caption() -> None:
    assert gauntlet_table(figures(GOOD, mean=None)).caption is None


def test_conditions_are_parted_and_single_lights_are_not() -> None:
    dim = [light for light in GAUNTLET if light.condition == "dim"]
    night = [light for light in GAUNTLET if light.condition == "night"]
    body = lines(gauntlet_table(figures(GOOD, *dim, *night, mean=None)))
    names = [line.split("  ")[0].strip().removesuffix(" *") for line in body]
    start = names.index("good light")
    parted = [GOOD.name, "", *(light.name for light in dim), "", *(light.name for light in night)]
    assert names[start : start + len(parted)] == parted
    short = lines(gauntlet_table(figures(*SEVEN_LIGHTS, mean=None)))
    assert sum(not line for line in short) <= 2, "a blank line between single lights says nothing"


def test_brackets_in_the_title_are_no_markup() -> None:
    printed = lines(gauntlet_table(WHOLE, title="net on FER+ [validation]"))
    assert printed[0] == "net on FER+ [validation]"
