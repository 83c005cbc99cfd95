"""The page that `lamplit train` leaves where a recipe names what others have claimed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from lamplit.report.claims import CLAIMS, Rerun, write_claims_page
from lamplit.report.page import Provenance
from lamplit.report.plots import plot_training_curve
from lamplit.training.recipe import Recipe
from lamplit.training.stopping import result_epoch
from lamplit.weights.cards import WeightsCard

PAGE = "claimed-and-measured.html"


def write_claims(recipe: Recipe, card: WeightsCard, folder: Path) -> Path:
    """Write the page, loss.png and accuracy.png; return the page."""
    whole = card.metrics[0]
    trained = card.training_data[0]
    rerun = Rerun(
        model=card.name,
        source=str(recipe.claims.get("source", "")),
        claimed={key: float(recipe.claims[key]) for key in CLAIMS if key in recipe.claims},
        measured=_measured(card),
        history=card.history,
        faces_measured=f"{whole['dataset']} {whole['split']}, {whole['labels']}, {whole['faces']:,} faces",
        faces_trained=f"{trained['name']} {trained['split']}, {trained['faces']:,} faces",
        provenance=Provenance(
            weights=card.name,
            sha256=card.sha256,
            command=f"lamplit train {recipe.name} --data DIR",
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        ),
    )
    for quantity in ("loss", "accuracy"):
        plot_training_curve(card.history, quantity, folder / f"{quantity}.png")
    write_claims_page(folder / PAGE, rerun)
    return folder / PAGE


def _measured(card: WeightsCard) -> dict[str, float]:
    """Return what was measured, by the keys of claims."""
    whole, last = card.metrics[0], card.history[result_epoch(card.history) - 1]
    curves: dict[str, Any] = {
        f"{phase}_{what}": last[f"{phase}_{what}"]
        for phase in ("train", "validation")
        for what in ("accuracy", "loss")
    }
    return {"accuracy": whole["accuracy"], "loss": whole["log_loss"], "parameters": card.parameters, **curves}
