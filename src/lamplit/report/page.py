"""The page of an evaluation: one HTML file that holds all it shows and asks nothing of the network."""

from __future__ import annotations

import base64
import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import numpy as np

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.core.files import write_atomically
from lamplit.report.plots import plot_confusion, plot_reliability, plot_training_curves
from lamplit.report.scores import ClassScoresDict, MetricsDict, check_metrics

_jinja = require("jinja2", extra="train", purpose="the evaluation page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the figures come from, so that somebody else can make them again.

    Parameters
    ----------
    weights : str
        Name of the weights.
    sha256 : str
        SHA-256 of the weights file, 64 hexadecimal digits.
    command : str
        The command that made the figures.
    date : str
        The day it ran, as 2025-01-31.
    versions : mapping of str to str
        Version of each program that took part; see `installed_versions`.

    Examples
    --------
    >>> Provenance(weights="a", sha256="0" * 64, command="lamplit evaluate", date="2025-01-31").date
    '2025-01-31'
    """

    weights: str
    sha256: str
    command: str
    date: str
    versions: Mapping[str, str] = field(default_factory=lambda: installed_versions())


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSummary:
    """What the page of an evaluation shows.

    Parameters
    ----------
    model : str
        Name of the model.
    dataset, split, protocol : str
        The faces that it was measured on, and how their labels came about.
    metrics : dict
        Figures over all labels, in the form of `lamplit.report.scores.MetricsDict`.
    provenance : Provenance
        Where the figures come from.
    six : dict, optional
        Figures over the Ekman six, in the same form.
    without_copies : dict, optional
        Figures over all labels, without the faces whose pixels are among the training pictures.
    history : sequence of mapping
        Training history as `lamplit.report.plots.plot_training_curves` takes it; empty if there is none.

    Raises
    ------
    InvalidArgumentError
        If a set of figures lacks a key, or its confusion matrix does not fit its labels.
    """

    model: str
    dataset: str
    split: str
    protocol: str
    metrics: MetricsDict
    provenance: Provenance
    six: MetricsDict | None = None
    without_copies: MetricsDict | None = None
    history: Sequence[Mapping[str, float]] = ()

    def __post_init__(self) -> None:
        check_metrics(self.metrics, subject="metrics")
        if self.six is not None:
            check_metrics(self.six, subject="six")
        if self.without_copies is not None:
            check_metrics(self.without_copies, subject="without_copies")
        if len(self.provenance.sha256) != 64:
            raise InvalidArgumentError("sha256", "64 hexadecimal digits", repr(self.provenance.sha256))


def write_evaluation_page(path: str | os.PathLike[str], summary: EvaluationSummary) -> None:
    """Write an evaluation as one HTML file with its style and pictures inside.

    Parameters
    ----------
    path : path-like
        The file to write; folders that lack are made, an older file is replaced.
    summary : EvaluationSummary
        What the page shows.

    Raises
    ------
    InvalidArgumentError
        If the figures cannot be drawn, for instance because a history lacks a key.
    OutputError
        If the file cannot be written.
    """
    write_atomically(path, evaluation_page(summary).encode("utf-8"))


def evaluation_page(summary: EvaluationSummary) -> str:
    """Return an evaluation as one HTML document with its style and pictures inside.

    Parameters
    ----------
    summary : EvaluationSummary
        What the page shows.

    Returns
    -------
    str
        The document, without scripts and without anything that is loaded.

    Raises
    ------
    InvalidArgumentError
        If the figures cannot be drawn, for instance because a history lacks a key.

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
    >>> origin = Provenance(weights="a", sha256="0" * 64, command="lamplit evaluate", date="2025-01-31")
    >>> page = evaluation_page(EvaluationSummary(model="a", dataset="smiles", split="test",
    ...                                          protocol="majority", metrics=metrics, provenance=origin))
    >>> "<h1>a</h1>" in page, "http" in page
    (True, False)
    """
    labels = [scores["label"] for scores in summary.metrics["classes"]]
    page: str = (
        environment()
        .get_template("evaluation.html.jinja")
        .render(
            summary=summary,
            metrics=summary.metrics,
            groups=_groups(summary, n_labels=len(labels)),
            labels=labels,
            classes=_class_rows(summary.metrics),
            rows=_confusion_rows(summary.metrics, labels),
            confusion_png=embedded(plot_confusion(np.array(summary.metrics["confusion"]), labels)),
            reliability_png=embedded(plot_reliability(summary.metrics["bins"])),
            curves_png=embedded(plot_training_curves(summary.history)) if summary.history else None,
        )
    )
    return page


def installed_versions() -> dict[str, str]:
    """Return the versions of Python, lamplit, ONNX Runtime and NumPy that are in use.

    Returns
    -------
    dict of str to str
        Version by name; without those that are not installed under their usual name.

    Examples
    --------
    >>> list(installed_versions())
    ['Python', 'lamplit', 'ONNX Runtime', 'NumPy']
    """
    versions = {"Python": platform.python_version()}
    for name, distribution in (("lamplit", "lamplit"), ("ONNX Runtime", "onnxruntime"), ("NumPy", "numpy")):
        # Builds of ONNX Runtime for other devices carry other names.
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(distribution)
    return versions


def _groups(summary: EvaluationSummary, *, n_labels: int) -> list[tuple[str, MetricsDict]]:
    """Return the sets of headline figures, each with its title."""
    groups = [(f"All {n_labels} labels", summary.metrics)]
    if summary.six is not None:
        groups.append(("Ekman six", summary.six))
    if summary.without_copies is not None:
        groups.append((f"All {n_labels} labels, without copies of training pictures", summary.without_copies))
    return groups


def _class_rows(metrics: MetricsDict) -> list[tuple[ClassScoresDict, int]]:
    """Return the figures of each label with the number of faces that were given it."""
    named = [sum(column) for column in zip(*metrics["confusion"], strict=True)]
    return list(zip(metrics["classes"], named, strict=True))


def _confusion_rows(
    metrics: MetricsDict, labels: Sequence[str]
) -> list[tuple[str, int, list[dict[str, float]]]]:
    """Return label, number of faces and cells (count and share of the row) of each row."""
    rows = []
    for label, counts in zip(labels, metrics["confusion"], strict=True):
        total = sum(counts)
        cells = [{"count": count, "share": count / total if total else 0.0} for count in counts]
        rows.append((label, total, cells))
    return rows


def _percent(share: float, digits: int = 1) -> str:
    return f"{100.0 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def environment() -> Any:
    """Return what fills the templates of pages; every value is escaped, a missing one is an error."""
    found = _jinja.Environment(
        loader=_jinja.PackageLoader("lamplit.report", "templates"),
        autoescape=True,
        undefined=_jinja.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["percent"] = _percent
    return found


def embedded(png: bytes) -> str:
    """Return a picture as a data address.

    Parameters
    ----------
    png : bytes
        The picture.

    Returns
    -------
    str
        What stands in an `src` attribute, so that the page loads nothing.
    """
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
