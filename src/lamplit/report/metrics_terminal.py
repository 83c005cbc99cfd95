"""The figures of an evaluation as tables for the terminal, within 80 columns for the eight expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from lamplit.report.scores import MetricsDict, check_metrics

_NOTHING = "-"


def metrics_table(figures: Mapping[str, MetricsDict], *, title: str = "") -> Table:
    """Build a table of overall figures, one column per set of figures.

    Parameters
    ----------
    figures : mapping of str to dict
        Figures in the form of `lamplit.report.scores.MetricsDict`, by the name that the column shall have.
    title : str
        Title of the table: model, data set, split.

    Returns
    -------
    rich.table.Table
        The table.

    Raises
    ------
    InvalidArgumentError
        If a set of figures lacks a key.

    Examples
    --------
    >>> list(metrics_table({}).columns[0].cells)[:2]
    ['faces', 'accuracy']
    """
    table = _new_table(title)
    table.add_column("", no_wrap=True)
    for name, metrics in figures.items():
        check_metrics(metrics, subject=name)
        table.add_column(Text(name), justify="right")
    for heading, show in _FIGURES.items():
        table.add_row(heading, *(show(metrics) for metrics in figures.values()))
    return table


def _interval(metrics: MetricsDict) -> str:
    """Return the bootstrap interval of the accuracy."""
    interval = metrics["accuracy_interval"]
    return f"{interval['low']:.4f} to {interval['high']:.4f}"


_FIGURES: dict[str, Callable[[MetricsDict], str]] = {
    "faces": lambda metrics: f"{metrics['n']:,}",
    "accuracy": lambda metrics: f"{metrics['accuracy']:.4f}",
    "95 % bootstrap interval": _interval,
    "macro F1": lambda metrics: f"{metrics['macro_f1']:.4f}",
    "log loss": lambda metrics: f"{metrics['log_loss']:.4f}",
    "calibration error": lambda metrics: f"{metrics['calibration_error']:.4f}",
}


def class_table(metrics: MetricsDict, *, title: str = "") -> Table:
    """Build a table of precision, recall and F1, one row per label.

    Parameters
    ----------
    metrics : dict
        Figures in the form of `lamplit.report.scores.MetricsDict`.
    title : str
        Title of the table.

    Returns
    -------
    rich.table.Table
        The table; a dash stands where there is no face to count.

    Raises
    ------
    InvalidArgumentError
        If the figures lack a key.

    Examples
    --------
    >>> metrics = {
    ...     "label_set": "smile", "n": 4, "accuracy": 0.75, "macro_f1": 0.733, "log_loss": 0.5,
    ...     "accuracy_interval": {"low": 0.25, "high": 1.0, "level": 0.95}, "calibration_error": 0.1,
    ...     "classes": [{"label": "no", "precision": 0.667, "recall": 1.0, "f1": 0.8, "support": 2},
    ...                 {"label": "yes", "precision": 1.0, "recall": 0.5, "f1": 0.667, "support": 2}],
    ...     "confusion": [[2, 0], [1, 1]],
    ...     "bins": {"confidence": [None, 0.85], "accuracy": [None, 0.75], "count": [0, 4]},
    ... }
    >>> list(class_table(metrics).columns[0].cells)
    [<text 'no' [] ''>, <text 'yes' [] ''>]
    """
    check_metrics(metrics)
    table = _new_table(title)
    table.add_column("label", no_wrap=True)
    for heading in ("precision", "recall", "F1", "faces", "named"):
        table.add_column(heading, justify="right", no_wrap=True)
    named = [sum(column) for column in zip(*metrics["confusion"], strict=True)]
    for scores, count in zip(metrics["classes"], named, strict=True):
        table.add_row(
            Text(scores["label"]),
            f"{scores['precision']:.3f}" if count else _NOTHING,
            f"{scores['recall']:.3f}" if scores["support"] else _NOTHING,
            f"{scores['f1']:.3f}" if count or scores["support"] else _NOTHING,
            f"{scores['support']:,}",
            f"{count:,}",
        )
    return table


def confusion_table(metrics: MetricsDict, *, title: str = "") -> Table:
    """Build a confusion matrix, one row per true label and one column per predicted one, cut to 4 letters.

    Parameters
    ----------
    metrics : dict
        Figures in the form of `lamplit.report.scores.MetricsDict`.
    title : str
        Title of the table.

    Returns
    -------
    rich.table.Table
        The table; right answers are bold, and a dot stands for no face.

    Raises
    ------
    InvalidArgumentError
        If the figures lack a key.

    Examples
    --------
    >>> metrics = {
    ...     "label_set": "smile", "n": 4, "accuracy": 0.75, "macro_f1": 0.733, "log_loss": 0.5,
    ...     "accuracy_interval": {"low": 0.25, "high": 1.0, "level": 0.95}, "calibration_error": 0.1,
    ...     "classes": [{"label": "no", "precision": 0.667, "recall": 1.0, "f1": 0.8, "support": 2},
    ...                 {"label": "yes", "precision": 1.0, "recall": 0.5, "f1": 0.667, "support": 2}],
    ...     "confusion": [[2, 0], [1, 1]],
    ...     "bins": {"confidence": [None, 0.85], "accuracy": [None, 0.75], "count": [0, 4]},
    ... }
    >>> confusion_table(metrics).row_count
    2
    """
    check_metrics(metrics)
    labels = [scores["label"] for scores in metrics["classes"]]
    table = _new_table(title)
    table.add_column("true", no_wrap=True)
    for label in _short(labels):
        table.add_column(Text(label), justify="right", no_wrap=True)
    for row, (label, counts) in enumerate(zip(labels, metrics["confusion"], strict=True)):
        cells = [
            Text(f"{count}" if count else "·", style="bold" if column == row else "" if count else "dim")
            for column, count in enumerate(counts)
        ]
        table.add_row(Text(label), *cells)
    return table


def _short(labels: Sequence[str]) -> list[str]:
    """Return heads of columns: the first four letters where they tell the labels apart."""
    short = [label[:4] for label in labels]
    return short if len(set(short)) == len(short) else list(labels)


def _new_table(title: str) -> Table:
    """Make an empty table in the one style of this file."""
    # Titles are Text so that square brackets in a name are not taken for markup.
    return Table(
        title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )
