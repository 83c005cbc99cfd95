"""A cascade in the terminal: a row for each stage."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich import box
from rich.table import Table

from lamplit.boosting.cascade import BoostedCascade
from lamplit.boosting.cascade_features import HaarRectangles
from lamplit.report.terminal import literal


def cascade_rows(cascade: BoostedCascade) -> list[dict[str, Any]]:
    """Return what is worth knowing of each stage.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.

    Returns
    -------
    list of dict
        `stage` from 1 on, `weak_classifiers`, `nodes`, `features` (different ones), `tilted` of them, the
        `threshold`, and the `lowest` and `highest` sum that its leaves can reach.

    Examples
    --------
    >>> from lamplit.boosting import CascadeStage, LBPRectangles
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [[1] * 8], [-1.0, 1.0])
    >>> cascade_rows(BoostedCascade((24, 24), LBPRectangles([[0, 0, 2, 2]]), [stage]))[0]["highest"]
    1.0
    """
    rows = []
    for number, stage in enumerate(cascade.stages, start=1):
        used = np.unique(stage.feature)
        trees = [stage.leaves[leaves] for _, leaves in stage.parts()]
        tilted = (
            cascade.features.tilted[used] if isinstance(cascade.features, HaarRectangles) else np.zeros(0)
        )
        row = {
            "stage": number,
            "weak_classifiers": stage.n_trees,
            "nodes": len(stage.feature),
            "features": len(used),
            "tilted": int(tilted.sum()),
            "threshold": stage.threshold,
            "lowest": float(sum(leaves.min() for leaves in trees)),
            "highest": float(sum(leaves.max() for leaves in trees)),
        }
        rows.append(row)
    return rows


def cascade_table(cascade: BoostedCascade, *, title: str) -> Table:
    """Lay out the stages of a cascade.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.
    title : str
        Stands above the table.

    Returns
    -------
    rich.table.Table
        To print with a `rich.console.Console`; the last row counts all stages together.

    Examples
    --------
    >>> from lamplit.boosting import CascadeStage, LBPRectangles
    >>> stage = CascadeStage(0.5, [1], [0], [-1], [0], [[1] * 8], [-1.0, 1.0])
    >>> cascade_table(BoostedCascade((24, 24), LBPRectangles([[0, 0, 2, 2]]), [stage]), title="a").row_count
    2
    """
    table = Table(title=literal(title), title_justify="left", box=box.SIMPLE_HEAD)
    names = (
        "stage",
        "weak classifiers",
        "nodes",
        "features",
        "tilted",
        "threshold",
        "lowest sum",
        "highest sum",
    )
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    rows = cascade_rows(cascade)
    for i, row in enumerate(rows):
        counts = (str(row[key]) for key in ("stage", "weak_classifiers", "nodes", "features", "tilted"))
        sums = (f"{row[key]:.3f}" for key in ("threshold", "lowest", "highest"))
        table.add_row(*counts, *sums, end_section=i == len(rows) - 1)
    n_nodes = sum(row["nodes"] for row in rows)
    used = np.unique(np.concatenate([stage.feature for stage in cascade.stages]))
    tilted = cascade.features.tilted[used].sum() if isinstance(cascade.features, HaarRectangles) else 0
    table.add_row("all", str(cascade.n_trees), str(n_nodes), str(len(used)), str(int(tilted)), "", "", "")
    return table
