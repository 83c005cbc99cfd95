"""The paper's experiment: what Jiang (2023) claims, and what its network reached on FER+.

Reads the finished run of `lamplit train paper --data DIR` in `runs/paper`, measures its weights on the
validation faces (six expressions, majority, single pass), and copies the run's curves, the paper's figures 7
and 8, to `docs/images/`. What the shipped weights reach on the same faces is in `validation.json`.

    python benchmarks/paper_rerun.py --data DIR
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lamplit.cli.measure import evaluate_split
from lamplit.evaluation.metrics import ClassificationMetrics
from lamplit.expression import ExpressionClassifier
from results import ROOT, parse_data, write_result

RUN = ROOT / "runs" / "paper"
IMAGES = ROOT / "docs" / "images"


def plain(metrics: ClassificationMetrics) -> dict[str, Any]:
    """Return what the page shows of one model."""
    figures = metrics.as_dict()
    kept = ("n", "accuracy", "accuracy_interval", "macro_f1", "log_loss", "calibration_error", "classes")
    return {key: figures[key] for key in kept}


def measured(classifier: ExpressionClassifier, data: Path) -> dict[str, Any]:
    """Return a model's figures on the six expressions."""
    whole = evaluate_split(classifier, data, "validation", hidden=True).whole
    six = whole.metrics if len(classifier.labels) == 6 else whole.six
    if six is None:
        raise SystemExit(f"{classifier.card.name} does not speak the six expressions")
    return {"weights": classifier.card.name, "parameters": classifier.card.parameters} | plain(six)


def best_epoch(history: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the epoch after which the loss in validation was least."""
    row = min(history, key=lambda row: row["validation_loss"])
    loss, accuracy = round(row["validation_loss"], 4), round(row["validation_accuracy"], 4)
    return {"epoch": row["epoch"], "loss": loss, "accuracy": accuracy}


def main() -> None:
    data = parse_data(__doc__)
    if not (RUN / "paper.json").is_file():
        raise SystemExit("no finished run: lamplit train paper --data DIR")
    paper = ExpressionClassifier(RUN / "paper.onnx")
    card = paper.card
    for quantity in ("loss", "accuracy"):
        shutil.copy(RUN / f"{quantity}.png", IMAGES / f"paper-{quantity}.png")
    last = card.history[-1]
    figures = {
        "claimed": dict(card.recipe["claims"]),
        "protocol": "FER+ validation, six expressions, majority, single pass; one seed",
        "training": {
            "commit": card.commit,
            "faces": card.training_data[0]["faces"],
            "epochs": len(card.history),
            "hours": round(sum(row["seconds"] for row in card.history) / 3600, 2),
        },
        "last_epoch": {key: round(value, 4) for key, value in last.items()},
        "lowest_validation_loss": best_epoch(card.history),
        "paper": measured(paper, data),
    }
    write_result("paper_rerun", figures)


if __name__ == "__main__":
    main()
