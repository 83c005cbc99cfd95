"""The sizes that come with lamplit side by side, each in a single pass and with flips.

Those of `lamplit.weights.registry.SIZES` also see the faces brought upright by their landmarks.

FER+ validation, majority protocol: the eight expressions and the Ekman six in good light, and accuracy over
the six bad lights of the short protocol. Times: one face per call through `predict_proba`, one thread, all in
turn within each round.

    python benchmarks/sizes.py --data DIR [other weights, as .onnx files with their cards]
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.cli.measure import SplitEvaluation, evaluate_split
from lamplit.cli.measure_light import measure_gauntlet
from lamplit.cli.models import model_of
from lamplit.evaluation.metrics import ClassificationMetrics
from lamplit.evaluation.speed import time_in_turn
from lamplit.expression import ExpressionClassifier
from lamplit.weights.registry import SIZES, list_weights
from results import data_parser, write_result

WAYS: tuple[dict[str, bool], ...] = ({}, {"flips": True})
MORE_WAYS: tuple[dict[str, bool], ...] = ({"upright": True}, {"flips": True, "upright": True})


def measured(name: str, way: dict[str, bool], data: Path) -> dict[str, Any]:
    """Return the figures of weights in good light and in bad."""
    classifier = ExpressionClassifier(name, threads=1, **way)
    evaluation = evaluate_split(classifier, data, "validation", hidden=True)
    gauntlet = measure_gauntlet(model_of(classifier), data, "validation", short=True, hidden=True).as_dict()
    return {
        **figures(evaluation),
        "mean_of_six_bad_lights": round(gauntlet["mean_of_six_bad_lights"], 4),
        "lights": {row["name"]: round(row["accuracy"], 4) for row in gauntlet["lights"]},
    }


def figures(evaluation: SplitEvaluation) -> dict[str, Any]:
    """Return the figures in good light: the eight, the six, and the eight without copies."""
    parts: dict[str, ClassificationMetrics | None] = {
        "eight": evaluation.whole.metrics,
        "six": evaluation.whole.six,
        "without_copies": evaluation.without_copies,
    }
    return {
        part: {
            "faces": metrics.n,
            **{
                key: round(getattr(metrics, key), 4)
                for key in ("accuracy", "macro_f1", "log_loss", "calibration_error")
            },
        }
        for part, metrics in parts.items()
        if metrics is not None
    }


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("others", nargs="*", help="weights that do not come with lamplit")
    given = parser.parse_args()
    names = [*(card.name for card in list_weights()), *given.others]
    ways = [(name, way) for name in names for way in (*WAYS, *(MORE_WAYS if name in SIZES.values() else ()))]
    classifiers = [ExpressionClassifier(name, threads=1, **way) for name, way in ways]
    face = np.random.default_rng(0).integers(0, 256, (1, 48, 48), dtype=np.uint8)
    timings = time_in_turn([lambda c=c: c.predict_proba(face) for c in classifiers], rounds=15, repeats=40)
    # The times are taken; accuracies do not mind company.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        figures_of = list(pool.map(measured, *zip(*ways, strict=True), repeat(given.data)))
    rows = [
        {
            "weights": classifier.card.name,
            "passes": classifier.passes,
            "parameters": classifier.card.parameters,
            "bytes": classifier.card.size_bytes,
            "milliseconds": round(timing.milliseconds, 3),
            "fastest_round": round(timing.fastest, 3),
            **of_one,
        }
        for classifier, timing, of_one in zip(classifiers, timings, figures_of, strict=True)
    ]
    about = {"split": "validation", "protocol": "majority", "time": "one face per call, one thread"}
    write_result("sizes", about | {"rows": rows})


if __name__ == "__main__":
    main()
