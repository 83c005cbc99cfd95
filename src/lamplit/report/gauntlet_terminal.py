"""The light gauntlet as a table for the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.report.scores import GauntletDict, LightScoresDict


def gauntlet_table(gauntlet: GauntletDict, *, title: str = "") -> Table:
    """Build a table with a row for each light.

    Parameters
    ----------
    gauntlet : dict
        Figures in the form of `lamplit.report.scores.GauntletDict`.
    title : str
        Title of the table: model, data set, split.

    Returns
    -------
    rich.table.Table
        The table; lights of the short protocol carry a star, and its mean stands below.

    Examples
    --------
    >>> empty = {"seed": 0, "faces": 0, "mean_of_six_bad_lights": 0.8, "seven_lights": [], "lights": []}
    >>> gauntlet_table(empty).caption
    '* short protocol; mean of its six bad lights: 0.8000'
    """
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,  # or the longest light and all figures do not fit 80 columns
    )
    table.add_column("light", no_wrap=True)
    for heading in ("accuracy", "% of\ngood", "macro\nF1", "log\nloss", "cal.\nerror"):
        table.add_column(heading, justify="right", no_wrap=True)
    conditions = [row["condition"] for row in gauntlet["lights"]]
    for row, before in zip(gauntlet["lights"], ["", *conditions], strict=False):
        many = conditions.count(row["condition"]) > 1 or conditions.count(before) > 1
        if before and row["condition"] != before and many:
            table.add_section()
        starred = row["name"] in gauntlet["seven_lights"]
        table.add_row(Text(f"{row['name']}{' *' if starred else ''}"), *_cells(row))
    mean = gauntlet["mean_of_six_bad_lights"]
    if mean is not None:
        table.caption = f"* short protocol; mean of its six bad lights: {mean:.4f}"
    return table


def _cells(row: LightScoresDict) -> tuple[str, ...]:
    """Return the figures of one light as text."""
    return (
        f"{row['accuracy']:.4f}",
        f"{100 * row['relative']:.1f}",
        f"{row['macro_f1']:.4f}",
        f"{row['log_loss']:.4f}",
        f"{row['calibration_error']:.3f}",
    )
