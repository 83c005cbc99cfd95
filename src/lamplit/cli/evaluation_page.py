"""The files that `lamplit evaluate` leaves: page, plots, figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamplit.core.files import write_atomically
from lamplit.report.page import EvaluationSummary, Provenance, write_evaluation_page
from lamplit.report.plots import plot_confusion, plot_reliability, plot_training_curves


def write_page(folder: Path, figures: Mapping[str, Any], *, history: Sequence[Mapping[str, float]]) -> Path:
    """Write evaluation.html, confusion.png, reliability.png, curves.png and figures.json; return the page."""
    labels = [row["label"] for row in figures["all"]["classes"]]
    write_atomically(folder / "figures.json", (json.dumps(figures, indent=2) + "\n").encode())
    plot_confusion(figures["all"]["confusion"], labels, folder / "confusion.png")
    plot_reliability(figures["all"]["bins"], folder / "reliability.png")
    if history:
        plot_training_curves(history, folder / "curves.png")
    provenance = Provenance(
        weights=figures["weights"],
        sha256=figures["sha256"],
        command=figures["command"],
        date=figures["date"],
    )
    summary = EvaluationSummary(
        model=figures["weights"],
        dataset=figures["dataset"],
        split=figures["split"],
        protocol=figures["protocol"],
        metrics=figures["all"],
        six=figures["six"],
        without_copies=figures["without_copies"],
        history=history,
        provenance=provenance,
    )
    page = folder / "evaluation.html"
    write_evaluation_page(page, summary)
    return page
