"""Every algorithm keeps scikit-learn's contract."""

from __future__ import annotations

from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from lamplit.boosting import AdaBoostClassifier


@parametrize_with_checks(
    [AdaBoostClassifier(n_estimators=5, algorithm=name) for name in ("discrete", "real", "gentle")]
    + [AdaBoostClassifier(n_estimators=5, max_depth=2, max_features=0.5, algorithm="real", random_state=0)]
)
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)
