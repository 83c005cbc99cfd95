"""What the sizes reach together: the mean of what two or three of them say of a face.

FER+ validation, majority protocol, single pass of each network: the eight expressions and the Ekman six in
good light, and accuracy over the six bad lights of the short protocol. Times: one face per call through
`predict_proba`, one thread, all in turn within each round.

    python benchmarks/committee.py --data DIR
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from itertools import combinations, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.cli.measure import evaluate_split
from lamplit.cli.measure_light import measure_gauntlet
from lamplit.cli.models import model_of
from lamplit.evaluation.speed import time_in_turn
from lamplit.expression import ExpressionClassifier
from lamplit.expression.committee import ExpressionCommittee
from lamplit.expression.models import ExpressionModel
from lamplit.weights.registry import SIZES
from results import parse_data, write_result
from sizes import figures

OF_A_LIGHT = ("accuracy", "calibration_error", "refused_for_doubt", "wrong_of_answered")
TOGETHER = [members for n in (1, 2, 3) for members in combinations(SIZES, n)]


def model(members: tuple[str, ...]) -> ExpressionModel:
    """Return a network alone, or several together."""
    classifiers = [ExpressionClassifier(size, threads=1) for size in members]
    return ExpressionCommittee(classifiers) if len(classifiers) > 1 else classifiers[0]


def measured(members: tuple[str, ...], data: Path) -> dict[str, Any]:
    """Return the figures of some sizes together, in good light and in bad."""
    asked = model(members)
    gauntlet = measure_gauntlet(model_of(asked), data, "validation", short=True, hidden=True).as_dict()
    return {
        **figures(evaluate_split(asked, data, "validation", hidden=True)),
        "mean_of_six_bad_lights": round(gauntlet["mean_of_six_bad_lights"], 4),
        "lights": {
            row["name"]: {key: row[key] and round(row[key], 4) for key in OF_A_LIGHT}
            for row in gauntlet["lights"]
        },
    }


def main() -> None:
    data = parse_data(__doc__)
    face = np.random.default_rng(0).integers(0, 256, (1, 48, 48), dtype=np.uint8)
    models = [model(members) for members in TOGETHER]
    timings = time_in_turn([lambda m=m: m.predict_proba(face) for m in models], rounds=15, repeats=20)
    # The times are taken; accuracies do not mind company.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(measured, TOGETHER, repeat(data)))
    about = {
        "split": "validation",
        "protocol": "majority, single pass",
        "time": "one face per call, one thread",
        "sizes": SIZES,
    }
    rows = [
        {"members": list(members), "milliseconds": round(timing.milliseconds, 3), **row}
        for members, timing, row in zip(TOGETHER, timings, rows, strict=True)
    ]
    write_result("committee", about | {"rows": rows})


if __name__ == "__main__":
    main()
