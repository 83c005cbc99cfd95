from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from lamplit.core.errors import InvalidArgumentError
from lamplit.expression.sparse_representation import SparseRepresentationClassifier


@parametrize_with_checks([SparseRepresentationClassifier()])
def test_scikit_learns_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_row_belongs_to_whose_rows_rebuild_it() -> None:
    random = np.random.default_rng(0)
    planes = np.linalg.qr(random.standard_normal((12, 6)))[0].T.reshape(
        3, 2, 12
    )  # three planes of 12 dimensions
    rows = np.concatenate([random.standard_normal((9, 2)) @ plane for plane in planes])
    labels = np.repeat(["a", "b", "c"], 9)
    model = SparseRepresentationClassifier(alpha=0.01).fit(rows, labels)
    asked = np.stack([7 * plane.sum(axis=0) for plane in planes])
    assert model.predict(asked).tolist() == ["a", "b", "c"]
    left = -model.decision_function(asked)
    assert (np.diag(left) < 0.05).all()
    np.testing.assert_allclose(left[~np.eye(3, dtype=bool)], 1, atol=0.05)  # nothing of it was rebuilt


def test_two_classes_have_one_score() -> None:
    rows = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]])
    model = SparseRepresentationClassifier().fit(rows, [5, 5, 7, 7])
    assert (model.decision_function([[3.0, 0.1], [0.0, 2.0]]) > 0).tolist() == [False, True]


def test_only_so_many_rows_of_a_class_are_kept() -> None:
    rows = np.random.default_rng(0).random((30, 4))
    labels = np.repeat([0, 1], [25, 5])
    model = SparseRepresentationClassifier(most_per_class=7).fit(rows, labels)
    assert np.bincount(model.owners_).tolist() == [7, 5]
    np.testing.assert_allclose(np.linalg.norm(model.dictionary_, axis=1), 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alpha": 0.0}, "alpha: needs a finite number above 0"),
        ({"most_per_class": 0}, "most_per_class: needs a whole number of at least 1"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        SparseRepresentationClassifier(**settings).fit(np.eye(4), [0, 0, 1, 1])


def test_one_class_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="y: needs labels of at least two classes, got one class"):
        SparseRepresentationClassifier().fit(np.eye(3), [1, 1, 1])
