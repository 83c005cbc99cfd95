"""Judge expressions by the motion of muscles, everybody by a classifier of the others.

The classifier was fixed beforehand: 56 features (`MuscleMotion.features`), standardised, linear discriminant
analysis with Ledoit and Wolf's shrinkage. The other features and classifiers change one thing each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from flow_pairs import Cases, Motions, Pair
from lamplit.evaluation.bootstrap import bootstrap_interval
from lamplit.expression.face_motion import FaceMotion

GRID = 8
PENALTIES = {"svc__C": [0.001, 0.01, 0.1, 1.0]}


def muscles(motion: FaceMotion) -> Any:
    """Return the features by muscle."""
    return motion.muscles.features()


def one_sided(motion: FaceMotion) -> Any:
    """Return along and across of all muscles, left and right apart."""
    return np.concatenate([motion.muscles.along, motion.muscles.across])


def grid(motion: FaceMotion) -> Any:
    """Return the mean flow in each cell of a grid, without any anatomy: Mase's bottom-up way."""
    height, width = motion.flow.shape[:2]
    cells = motion.flow.reshape(GRID, height // GRID, GRID, width // GRID, 2).mean(axis=(1, 3))
    return cells.ravel()


def lda() -> Any:
    """Return the classifier that was fixed beforehand."""
    return make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"))


def linear_svm() -> Any:
    """Return a linear support vector machine; its penalty is chosen inside the training folds."""
    return make_pipeline(StandardScaler(), SVC(kernel="linear"))


def leave_one_out(
    cases: Cases,
    rows: dict[Pair, Any],
    tested: dict[Pair, Any] | None = None,
    *,
    model: Any = lda,
) -> dict[str, Any]:
    """Judge each person by a classifier of the others; a pair that could not be measured counts as wrong."""
    tested = rows if tested is None else tested
    labels = sorted({state for _, state in cases})
    answers: dict[Pair, str] = {}
    for person in sorted({pair[0] for pair, _ in cases}):
        training = [(pair, state) for pair, state in cases if pair[0] != person and rows[pair] is not None]
        judged = [pair for pair, _ in cases if pair[0] == person and tested[pair] is not None]
        if not judged:
            continue
        x, y = np.stack([rows[pair] for pair, _ in training]), [state for _, state in training]
        classifier = model()
        if "svc" in classifier.named_steps:
            search = GridSearchCV(classifier, PENALTIES, cv=LeaveOneGroupOut())
            classifier = search.fit(x, y, groups=[pair[0] for pair, _ in training])
        else:
            classifier.fit(x, y)
        answers |= dict(zip(judged, classifier.predict(np.stack([tested[p] for p in judged])), strict=True))
    return scored(cases, answers, labels)


def scored(cases: Cases, answers: dict[Pair, str], labels: list[str]) -> dict[str, Any]:
    """Return accuracy with its interval, recall and confusion."""
    right = np.array([answers.get(pair) == state for pair, state in cases])
    people = [pair[0] for pair, _ in cases]
    interval = bootstrap_interval(right, rng=np.random.default_rng(0), people=people).as_dict()
    confusion = [
        [sum(answers.get(p) == said for p, s in cases if s == true) for said in labels] for true in labels
    ]
    return {
        "pairs": len(cases),
        "not_measured": sum(pair not in answers for pair, _ in cases),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_interval": {key: round(value, 4) for key, value in interval.items()},
        "labels": labels,
        "recall": {
            s: round(float(np.mean([r for r, (_, t) in zip(right, cases, strict=True) if t == s])), 4)
            for s in labels
        },
        "confusion": confusion,
    }


def features_of(motions: Motions, of: Any = muscles) -> dict[Pair, Any]:
    """Return the features of each pair that could be measured."""
    return {pair: None if motion is None else of(motion) for pair, motion in motions.items()}
