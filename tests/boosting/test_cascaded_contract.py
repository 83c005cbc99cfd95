"""Cascades of each class against the rest keep scikit-learn's contract."""

from __future__ import annotations

from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from lamplit.boosting import CascadedClassifier


@parametrize_with_checks([CascadedClassifier(n_stages=3, most_stumps=5)])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)
