"""What estimators cannot learn from is refused in lamplit's words, by all of them alike."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from lamplit.boosting import AdaBoostClassifier, CascadedClassifier
from lamplit.boosting.samples import check_classes
from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.sparse_representation import SparseRepresentationClassifier

VALUES, LABELS = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
REQUIRED = "X and y: needs finite numbers (n_samples, n_features) and labels (n_samples,), got "


@pytest.mark.parametrize(
    "estimator", [AdaBoostClassifier, CascadedClassifier, SparseRepresentationClassifier]
)
@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        (VALUES[:0], LABELS[:0], "X: needs at least one sample of each of two classes, got no sample"),
        (VALUES[:1], LABELS[:1], "y: needs labels of at least two classes, got one class, 0 (add samples of"),
        (VALUES, LABELS[:3], "y: needs a label for each of 4 samples, got 3"),
        (
            VALUES,
            VALUES[:, 0] / 3,
            "y: needs labels of classes, such as words or whole numbers, got Unknown label",
        ),
        (VALUES / np.array([1, 0.5, np.nan, 2])[:, None], LABELS, REQUIRED + "Input X contains NaN"),
        (VALUES[:, 0], LABELS, REQUIRED + "Expected 2D array, got 1D array instead"),
        ([["a"], ["b"]], LABELS[:2], REQUIRED + "could not convert string to float: 'a'"),
    ],
)
def test_what_is_wrong_is_said(estimator: Any, values: Any, labels: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=re.escape(message)) as told:
        estimator().fit(values, labels)
    assert "\n" not in str(told.value)


def test_each_class_needs_so_many() -> None:
    check_classes(np.array([0, 0, 1, 1]), least=2)
    with pytest.raises(InvalidArgumentError, match="y: needs at least 2 samples of each class, got 1 of 5"):
        check_classes(np.array([0, 0, 5]), least=2)
