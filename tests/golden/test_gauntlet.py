"""The gauntlet's pixels are recorded: a light that changes is another test and needs another version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamplit.evaluation.gauntlet import lights_to_run
from lamplit.light import gauntlet
from lamplit.light.gauntlet import GAUNTLET, GAUNTLET_VERSION, SEVEN_LIGHTS, Light

RECORD = Path(__file__).with_name("gauntlet.json")

# All in grey levels. Other processors round exponentials, logarithms and matrix products otherwise in the
# last bit, so that here and there a pixel becomes its neighbouring level or one electron more is counted. It
# is far from reaching these: for one level in the mean of a cell, all 144 pixels would have to move by one.
CELL_TOLERANCE = 1.0
"""For the mean of a cell; other noise moves it further."""

FACE_TOLERANCE = 0.1
"""For the mean of a face; cutting off instead of rounding moves it further, and no single cell."""

ROUGHNESS_TOLERANCE = 0.05
"""For the roughness of a face; another sensor, as noisy in the mean as this one is not, moves it further."""

IN_TURN = [SEVEN_LIGHTS[5], GAUNTLET[-1]]
"""Ten side lights and, at its longest, the blur in eight directions: recorded over ten positions, too."""

Measured = dict[str, list[Any]]


def made_up_faces() -> np.ndarray:
    """Two pictures by a formula: a bright oval with eyes and mouth; the same with slanted waves on it."""
    rows, columns = (np.mgrid[:48, :48] - 23.5) / 24  # from -1 to 1
    oval = 60 + 150 / (1 + np.exp(12 * (np.hypot(rows / 0.95, columns / 0.75) - 0.9)))
    for row, column, height, width in (
        (-0.22, -0.33, 0.08, 0.13),
        (-0.22, 0.33, 0.08, 0.13),
        (0.45, 0, 0.1, 0.3),
    ):
        oval -= 110 * np.exp(-(((rows - row) / height) ** 2) - ((columns - column) / width) ** 2)
    waves = oval + 45 * np.sin(7 * rows + 4 * columns)
    return np.rint(np.stack([oval, waves]).clip(0, 255)).astype(np.uint8)


def measured(faces: np.ndarray) -> Measured:
    """Return for each face the means of a grid of 4 x 4 cells, and how far neighbours in a row differ."""
    cells = faces.reshape(len(faces), 4, 12, 4, 12).mean(axis=(2, 4))
    roughness = np.abs(np.diff(faces.astype(int), axis=2)).mean(axis=(1, 2))
    return {"cells": cells.round(2).tolist(), "roughness": roughness.round(3).tolist()}


def of_two(light: Light, *, seed: int = 0) -> Measured:
    return measured(light.apply(made_up_faces(), seed=seed))


def in_turn(light: Light) -> Measured:
    return measured(light.apply(made_up_faces()[:1].repeat(10, axis=0)))


def differs(came: Measured, recorded: Measured) -> bool:
    """Whether two records are further apart than other processors explain."""
    cells = np.subtract(came["cells"], recorded["cells"])
    roughness = np.subtract(came["roughness"], recorded["roughness"])
    return bool(
        np.abs(cells).max() > CELL_TOLERANCE
        or np.abs(cells.mean(axis=(1, 2))).max() > FACE_TOLERANCE
        or np.abs(roughness).max() > ROUGHNESS_TOLERANCE
    )


def record() -> dict[str, Any]:
    return {
        "gauntlet_version": GAUNTLET_VERSION,
        "lights": {light.name: of_two(light) for light in lights_to_run()},
        "in_turn": {light.name: in_turn(light) for light in IN_TURN},
    }


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    # After a change that is meant: raise GAUNTLET_VERSION, then python tests/golden/test_gauntlet.py
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def changed(recorded: dict[str, Any]) -> set[str]:
    """Names of the lights that are not as recorded."""
    two = {light.name for light in lights_to_run() if differs(of_two(light), recorded["lights"][light.name])}
    return two | {light.name for light in IN_TURN if differs(in_turn(light), recorded["in_turn"][light.name])}


def test_the_record_is_of_this_version_and_has_every_light(recorded: dict[str, Any]) -> None:
    assert recorded["gauntlet_version"] == GAUNTLET_VERSION
    assert list(recorded["lights"]) == [light.name for light in lights_to_run()]
    assert list(recorded["in_turn"]) == [light.name for light in IN_TURN]


def test_pixels_are_as_recorded(recorded: dict[str, Any]) -> None:
    assert not changed(recorded)


def test_other_noise_would_be_seen(recorded: dict[str, Any]) -> None:
    light = next(light for light in GAUNTLET if light.name == "dark side light, 0.7 of full scale")
    assert differs(of_two(light, seed=1), recorded["lights"][light.name])


def test_a_pixel_cut_off_instead_of_rounded_would_be_seen(recorded: dict[str, Any]) -> None:
    light = next(light for light in GAUNTLET if light.name == "dark tones, 2 gamma")
    cut_off = (255 * (made_up_faces() / 255) ** 2).astype(np.uint8)
    assert differs(measured(cut_off), recorded["lights"][light.name])


@pytest.mark.parametrize(
    ("setting", "value", "seen"),
    [
        ("READ_NOISE", 1.2, "night, 0.03 of full scale"),
        ("FULL_WELL", 160.0, "flat light, 0.5 of the contrast"),
        ("DIRECTIONS", (*gauntlet.DIRECTIONS[:8], *gauntlet.DIRECTIONS[:7:-1]), "side light, ten directions"),
    ],
)
def test_another_setting_would_be_seen(
    recorded: dict[str, Any], monkeypatch: pytest.MonkeyPatch, setting: str, value: object, seen: str
) -> None:
    monkeypatch.setattr(gauntlet, setting, value)
    assert seen in changed(recorded)


if __name__ == "__main__":
    one_light_a_line = json.dumps(record()).replace("]}, ", "]},\n").replace(': {"', ': {\n"', 1)
    RECORD.write_text(one_light_a_line + "\n", encoding="utf-8")
