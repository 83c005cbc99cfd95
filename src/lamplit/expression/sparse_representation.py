"""Classification by sparse representation: whose training rows rebuild a row with few of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.boosting.samples import training_samples
from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.extras import require

_base = require("sklearn.base", extra="train", purpose="sparse representation")
_linear_model = require("sklearn.linear_model", extra="train", purpose="sparse representation")
_utils = require("sklearn.utils", extra="train", purpose="sparse representation")
_validation = require("sklearn.utils.validation", extra="train", purpose="sparse representation")

_TOLERANCE = 1e-3
"""Of what could still be gained, as a share of a row's squared length; far below what tells classes apart."""


class SparseRepresentationClassifier(_base.ClassifierMixin, _base.BaseEstimator):  # type: ignore[misc, name-defined]
    """Rebuild a row from few training rows; the class whose rows leave the least behind wins.

    Parameters
    ----------
    alpha : float
        Price of the weights w in |x - D w|^2 / 2 + alpha |w|_1, which is made as small as can be; above 0.
    most_per_class : int
        Training rows of a class that are kept, drawn where there are more.
    random_state : int, numpy.random.RandomState or None
        Decides which.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    dictionary_ : ndarray of shape (kept, D)
        Training rows, each of length 1.
    owners_ : ndarray of shape (kept,), int64
        Position in `classes_` of each.
    n_features_in_ : int
        Number of features seen in training.

    Notes
    -----
    `decision_function` is minus the length of what each class leaves of a row of length 1; for two classes
    the difference, above 0 for the second.

    References
    ----------
    Wright, Yang, Ganesh, Sastry, Ma (2009), algorithm 1, doi:10.1109/TPAMI.2008.79.

    Examples
    --------
    >>> rows, labels = np.array([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]]), np.array(["a", "a", "b"])
    >>> model = SparseRepresentationClassifier(alpha=0.01).fit(rows, labels)
    >>> model.predict([[3.0, 0.2], [0.1, 2.0]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        alpha: float = 0.05,
        *,
        most_per_class: int = 200,
        random_state: Any = 0,
    ) -> None:
        self.alpha = alpha
        self.most_per_class = most_per_class
        self.random_state = random_state

    def fit(self, X: AnyArray, y: AnyArray) -> SparseRepresentationClassifier:
        """Keep training rows (N, D) with labels (N,)."""
        check_number("alpha", self.alpha, above=0.0)
        check_integer("most_per_class", self.most_per_class, low=1)
        X, y = training_samples(self, X, y, dtype=[np.float64])
        self.classes_, owners = np.unique(y, return_inverse=True)
        kept = self._drawn(owners)
        self.owners_ = owners[kept]
        self.dictionary_ = _of_length_one(X[kept])
        self._gram = self.dictionary_ @ self.dictionary_.T
        return self

    def decision_function(self, X: AnyArray) -> AnyArray:
        """Return (N, K) minus what each class leaves; for two classes (N,) differences."""
        _validation.check_is_fitted(self)
        rows = _of_length_one(_validation.validate_data(self, X, dtype=np.float64, reset=False))
        weights = self._weights(rows)  # (N, kept)
        left = np.empty((len(rows), len(self.classes_)))
        for number in range(len(self.classes_)):
            own = self.owners_ == number
            left[:, number] = np.linalg.norm(rows - weights[:, own] @ self.dictionary_[own], axis=1)
        scores: AnyArray = left[:, 0] - left[:, 1] if len(self.classes_) == 2 else -left
        return scores

    def predict(self, X: AnyArray) -> AnyArray:
        """Return the label of each row of (N, D)."""
        scores = self.decision_function(X)
        best = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        answers: AnyArray = self.classes_[best]
        return answers

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # Rows count by direction alone, which clusters in two dimensions share.
        tags.classifier_tags.poor_score = True
        return tags

    def _drawn(self, owners: IntArray) -> IntArray:
        """Return the positions of the training rows that are kept, rising."""
        random = _utils.check_random_state(self.random_state)
        parts = [np.flatnonzero(owners == number) for number in range(len(self.classes_))]
        return np.sort(np.concatenate([random.permutation(part)[: self.most_per_class] for part in parts]))

    def _weights(self, rows: AnyArray) -> AnyArray:
        """Rebuild rows sparsely; shape (N, kept)."""
        # scikit-learn divides the first term by the number of features, so the price is divided, too.
        price = self.alpha / rows.shape[1]
        lasso = _linear_model.Lasso(price, fit_intercept=False, precompute=self._gram, tol=_TOLERANCE)
        weights: AnyArray = lasso.fit(self.dictionary_.T, rows.T).coef_
        return weights.reshape(len(rows), -1)


def _of_length_one(rows: AnyArray) -> AnyArray:
    """Scale rows to length 1; zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: AnyArray = rows / np.maximum(lengths, np.finfo(np.float64).tiny)
    return scaled
