"""How long AdaBoost with stumps takes, beside scikit-learn's with the same stumps on the same matrix.

Both learn in one run, one thread each, on overlapping classes with continuous values, so that hardly any two
splits are equally good; their errors are compared round by round. The ratio is of processor time, which other
work on the machine hardly lengthens; sorting is part of lamplit's time, compiling (once per machine) is not.

    python benchmarks/boosting_speed.py
"""

from __future__ import annotations

from importlib.metadata import version
from time import perf_counter, process_time
from typing import Any

import numpy as np
from sklearn.ensemble import AdaBoostClassifier as ScikitLearns
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from lamplit.boosting import AdaBoostClassifier, sort_features
from results import write_result

CASES = ((2_000, 5_000, 50), (5_000, 10_000, 20))
"""Samples, features and rounds."""


def problem(n_samples: int, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return values of which twenty features tell the classes apart, none of them well, and the classes."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((n_samples, n_features), dtype=np.float32)
    noise = rng.standard_normal(n_samples, dtype=np.float32)
    return values, values[:, :20].sum(axis=1) + 3 * noise > 0


def fitted(model: Any, values: np.ndarray, classes: np.ndarray) -> tuple[Any, dict[str, float]]:
    """Fit a model; return it with its times."""
    wall, processor = perf_counter(), process_time()
    model.fit(values, classes)
    times = {"processor_s": process_time() - processor, "wall_s": perf_counter() - wall}
    return model, {name: round(seconds, 3) for name, seconds in times.items()}


def compare(n_samples: int, n_features: int, n_rounds: int) -> dict[str, Any]:
    """Fit both on one matrix."""
    values, classes = problem(n_samples, n_features)
    ours, our_times = fitted(AdaBoostClassifier(n_rounds), values, classes)
    stump = DecisionTreeClassifier(max_depth=1)
    theirs, their_times = fitted(ScikitLearns(stump, n_estimators=n_rounds, random_state=0), values, classes)
    started = process_time()
    sort_features(values)
    sorting = process_time() - started
    paths = [list(model.staged_score(values, classes)) for model in (ours, theirs)]
    return {
        "samples": n_samples,
        "features": n_features,
        "rounds": n_rounds,
        "lamplit": our_times | {"sorting_processor_s": round(sorting, 3)},
        "scikit_learn": their_times,
        "times_faster": round(their_times["processor_s"] / our_times["processor_s"], 1),
        "same_features": [int(trees[0].feature[0]) for trees in ours.estimators_]
        == [int(tree.tree_.feature[0]) for tree in theirs.estimators_],
        "same_training_errors": paths[0] == paths[1],
        "training_error": round(1 - paths[0][-1], 4),
        "largest_difference_of_weighted_errors": float(
            np.abs(ours.estimator_errors_ - theirs.estimator_errors_).max()
        ),
    }


def main() -> None:
    AdaBoostClassifier(2).fit(*problem(50, 20))  # compiles
    with threadpool_limits(1):
        cases = [compare(*case) for case in CASES]
    packages = {name: version(name) for name in ("numba", "scikit-learn")}
    write_result("boosting_speed", {"threads": 1, "packages": packages, "cases": cases})


if __name__ == "__main__":
    main()
