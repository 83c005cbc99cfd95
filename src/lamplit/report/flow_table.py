"""Motion by muscle as a table: for the terminal, for spreadsheets, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TypedDict

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.features.muscle_motion import MuscleMotion
from lamplit.features.muscle_regions import Muscle
from lamplit.report.tables import not_a_formula
from lamplit.report.terminal import literal

MOVED = 20.0
"""Motion of at least this many thousandths of the eye distance along an axis is named by its action units."""

_SURE = 0.5
_ARROWS = "→↗↑↖←↙↓↘"


class MuscleRow(TypedDict):
    """One muscle's motion as plain values."""

    muscle: str
    side: str
    direction: float
    strength: float
    along: float
    across: float
    confidence: float
    hints_at: list[str]


def muscle_rows(motion: MuscleMotion) -> list[MuscleRow]:
    """Return one row per muscle.

    Parameters
    ----------
    motion : MuscleMotion
        Direction and strength by muscle.

    Returns
    -------
    list of dict
        muscle, side, direction in degrees (0 to the right of the picture, 90 up), strength, along and across
        in thousandths of the eye distance, confidence, and hints_at: the action units that such a motion is
        coded as, where it is strong and sure enough. A jaw that drops takes the skin of many windows along:
        these are hints, no coding.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.features.muscle_regions import load_muscles
    >>> smile = tuple(muscle for muscle in load_muscles() if muscle.full_name == "zygomaticus major, left")
    >>> rows = muscle_rows(MuscleMotion(smile, np.array([[30, -30]], np.float32), np.ones(1, np.float32)))
    >>> rows[0]["muscle"], rows[0]["direction"], rows[0]["strength"], rows[0]["hints_at"]
    ('zygomaticus major', 45.0, 42.4, ['AU12'])
    """
    columns = (motion.directions, motion.strengths, motion.along, motion.across, motion.confidence)
    return [
        {
            "muscle": muscle.name,
            "side": muscle.side,
            "direction": round(float(direction), 1),
            "strength": round(float(strength), 1),
            "along": round(float(along), 1),
            "across": round(float(across), 1),
            "confidence": round(float(sure), 3),
            "hints_at": _hints_at(muscle, float(along), float(sure)),
        }
        for muscle, direction, strength, along, across, sure in zip(motion.muscles, *columns, strict=True)
    ]


def muscle_table(title: str, motion: MuscleMotion) -> Table:
    """Lay out the motion of muscles for the terminal.

    Parameters
    ----------
    title : str
        Stands above the table, such as the names of the two pictures.
    motion : MuscleMotion
        Direction and strength by muscle.

    Returns
    -------
    rich.table.Table
        To print with a `rich.console.Console`: from the forehead to the chin, left and right the subject's.
        What hardly moved or is unsure is dim.

    Examples
    --------
    >>> import numpy as np
    >>> from lamplit.features.muscle_regions import load_muscles
    >>> one = MuscleMotion(load_muscles()[:1], np.zeros((1, 2), np.float32), np.ones(1, np.float32))
    >>> muscle_table("a to b", one).row_count
    1
    """
    table = Table(title=literal(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("muscle", ratio=None)
    table.add_column("side")
    for heading in ("direction", "strength", "along", "across", "confidence"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("hints at", no_wrap=True)
    for row in muscle_rows(motion):
        clear = row["strength"] >= MOVED and row["confidence"] >= _SURE
        arrow = _ARROWS[round(row["direction"] / 45) % 8]
        cells = (
            row["muscle"], row["side"], f"{row['direction']:.0f}° {arrow}", f"{row['strength']:.0f}",
            f"{row['along']:+.0f}", f"{row['across']:+.0f}", f"{row['confidence']:.2f}",
            " ".join(row["hints_at"]),
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells), style="" if clear else "dim")
    return table


def flow_csv(pairs: Sequence[tuple[str, str, MuscleMotion]]) -> bytes:
    """Write the motion of muscles over several pairs of pictures as CSV.

    Parameters
    ----------
    pairs : sequence of (str, str, MuscleMotion)
        The names of the two pictures, and the motion from one to the other.

    Returns
    -------
    bytes
        UTF-8, a row per pair and muscle.

    Examples
    --------
    >>> flow_csv([]).decode().strip()
    'before,after,muscle,side,direction,strength,along,across,confidence,hints_at'
    """
    text = io.StringIO()
    names = ("before", "after", *MuscleRow.__annotations__)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for before, after, motion in pairs:
        for row in muscle_rows(motion):
            values = {**row, "hints_at": " ".join(row["hints_at"])}
            writer.writerow([not_a_formula(before), not_a_formula(after), *values.values()])
    return text.getvalue().encode()


def _hints_at(muscle: Muscle, along: float, sure: float) -> list[str]:
    """Return the action units of a motion along the axis or against it."""
    if abs(along) < MOVED or sure < _SURE:
        return []
    return list(muscle.action_units if along > 0 else muscle.opposite)
