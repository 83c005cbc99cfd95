"""Recognition rates after each normalisation as a table for the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.report.normalization_scores import NormalizationDict, RatesDict, mean_rate

_COLUMNS = ("2", "3", "4", "5", "2-5", "night")


def normalization_table(figures: NormalizationDict, *, gallery: str, title: str = "") -> Table:
    """Build a table of the share of people recognised, one row per chain of methods, best first.

    Parameters
    ----------
    figures : dict
        Rates in the form of `NormalizationDict`.
    gallery : str
        Whose rates: "subset 1" or "frontal".
    title : str
        Title of the table.

    Returns
    -------
    rich.table.Table
        Per cent by subset, over subsets 2 to 5, at night, and over subsets 2 to 5 for the people on whom no
        setting was chosen.

    Examples
    --------
    >>> rates = {"frontal": {"2-5": 0.75, "2": 1.0}}
    >>> chain = {"name": "none", "steps": [], "all": rates, "others": rates, "people_for_choosing": rates}
    >>> figures = {"dataset": "", "people": 2, "people_for_choosing": [], "pictures": {}, "galleries": {},
    ...            "features": {}, "distance": "", "night": {}, "chains": [chain]}
    >>> [list(column.cells) for column in normalization_table(figures, gallery="frontal").columns][1]
    ['100.0']
    """
    table = Table(
        title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("normalisation", no_wrap=True)
    for column in _COLUMNS:
        table.add_column("all 2-5" if column == "2-5" else column, justify="right")
    table.add_column("others 2-5", justify="right")
    for chain in sorted(figures["chains"], key=lambda chain: -mean_rate(chain, gallery)):
        rates, others = chain["all"][gallery], chain["others"][gallery]
        cells = [_per_cent(rates, column) for column in _COLUMNS]
        table.add_row(Text(chain["name"]), *cells, _per_cent(others, "2-5"))
    return table


def _per_cent(rates: RatesDict, key: str) -> str:
    """Return a share in per cent, or a dash where there is none."""
    share = rates.get(key)
    return "-" if share is None else f"{100 * share:.1f}"
