"""How good the shipped expression weights are on FER+ validation: majority protocol, single pass.

FER2013 has some validation pictures among its training pictures, pixel for pixel; the figures are given with
them, as everybody's are, and without. Writes the confusion matrix to `docs/images/`, too.

python benchmarks/validation.py --data DIR
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.cli.measure import evaluate_split
from lamplit.expression import ExpressionClassifier
from lamplit.report.plots import plot_confusion
from results import ROOT, parse_data, write_result

PICTURE = ROOT / "docs" / "images" / "confusion.png"


def draw(figures: dict[str, Any]) -> None:
    """Draw who is taken for whom."""
    labels = [row["label"] for row in figures["all"]["classes"]]
    plot_confusion(np.array(figures["all"]["confusion"]), labels, PICTURE)


def main() -> None:
    data = parse_data(__doc__)
    classifier = ExpressionClassifier()
    evaluation = evaluate_split(classifier, data, "validation", hidden=True)
    figures = {"weights": classifier.card.name, "sha256": classifier.card.sha256, "split": "validation"}
    figures |= {"protocol": "majority, single pass", **evaluation.as_dict()}
    draw(figures)
    write_result("validation", figures)


if __name__ == "__main__":
    main()
