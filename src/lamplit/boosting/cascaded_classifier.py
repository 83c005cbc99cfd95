"""Each class against the rest by a cascade that stops early, as a classifier in scikit-learn's manner."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.boosting.rejection_cascade import Passage, RejectionCascade, Values, matrix_values
from lamplit.boosting.rejection_training import StageGoals, train_rejection_cascade
from lamplit.boosting.samples import training_samples
from lamplit.boosting.sorting import sort_features
from lamplit.core.arrays import AnyArray, IntArray
from lamplit.core.checks import check_integer
from lamplit.core.extras import require

_base = require("sklearn.base", extra="train", purpose="CascadedClassifier")
_linear_model = require("sklearn.linear_model", extra="train", purpose="CascadedClassifier")
_utils = require("sklearn.utils", extra="train", purpose="CascadedClassifier")
_validation = require("sklearn.utils.validation", extra="train", purpose="CascadedClassifier")


class CascadedClassifier(_base.ClassifierMixin, _base.BaseEstimator):  # type: ignore[name-defined, misc]
    """Ask a boosted cascade for each class, which stops as soon as a row is surely of another class.

    Parameters
    ----------
    values : object, optional
        Turns rows into features: `fit(X, y)`, `transform(X)` for training, and `some(X, rows, features)` for
        the values that stages ask for. By default the columns are the features.
    detection_rate : float
        Least share of a class that passes each stage of its cascade, in (0, 1).
    false_positive_rate : float
        Largest share of the others, of those that passed the stages before, that passes a stage, in (0, 1).
    n_stages : int
        Stages of a cascade at most.
    most_stumps : int
        Stumps of a stage at most.
    n_folds : int
        Folds of the training rows on which probabilities are fitted, 2 or more.
    random_state : int, numpy.random.RandomState or None
        Divides the rows into folds.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    cascades_ : list of RejectionCascade
        That of each class; for two classes, too, so that each of them can stop early.
    n_stumps_ : ndarray of shape (K,), int64
        Stumps of each cascade, all stages together.
    calibration_ : LogisticRegression
        Turns how far a row came in all cascades into probabilities.
    values_ : object or None
        `values`, fitted.
    n_features_in_ : int
        Number of columns seen in training.

    Notes
    -----
    Probabilities rest, for each class, on the stages that a row passed and on its margin at the last stage
    that looked at it. How much each of these counts is learnt by logistic regression, with its penalty on the
    squared weights, from folds of the training rows that cascades of the other folds judged. The shares of
    the classes are its intercept: they are what is left where all cascades send a row away alike.

    References
    ----------
    Viola, Jones (2004), section 4, doi:10.1023/B:VISI.0000013087.49260.fb.

    Examples
    --------
    >>> rows = np.arange(12.0).reshape(12, 1)
    >>> model = CascadedClassifier(random_state=0).fit(rows, np.repeat(["low", "middle", "high"], 4))
    >>> model.predict([[1.0], [5.0], [11.0]]).tolist()
    ['low', 'middle', 'high']
    >>> model.stumps_evaluated([[1.0]]) <= model.n_stumps_
    array([[ True,  True,  True]])
    """

    def __init__(
        self,
        values: Any = None,
        *,
        detection_rate: float = 0.99,
        false_positive_rate: float = 0.5,
        n_stages: int = 6,
        most_stumps: int = 40,
        n_folds: int = 3,
        random_state: Any = 0,
    ) -> None:
        self.values = values
        self.detection_rate = detection_rate
        self.false_positive_rate = false_positive_rate
        self.n_stages = n_stages
        self.most_stumps = most_stumps
        self.n_folds = n_folds
        self.random_state = random_state

    def fit(self, X: AnyArray, y: AnyArray) -> CascadedClassifier:
        """Learn from rows (N, D) and their labels (N,)."""
        goals = StageGoals(self.detection_rate, self.false_positive_rate, self.n_stages, self.most_stumps)
        check_integer("n_folds", self.n_folds, low=2)
        X, y = training_samples(self, X, y, dtype=[np.float32, np.float64])
        self.classes_, codes = np.unique(y, return_inverse=True)
        held_out = np.empty((len(X), self._n_signals))
        for fold in self._folds(codes):
            others = np.setdiff1d(np.arange(len(X)), fold)
            values, cascades = self._learnt(X[others], codes[others], goals)
            held_out[fold] = self._signals(cascades, self._source(values, X[fold]), len(fold))
        self.calibration_ = _linear_model.LogisticRegression(max_iter=1000).fit(held_out, codes)
        self.values_, self.cascades_ = self._learnt(X, codes, goals)
        self.n_stumps_ = np.array([cascade.n_stumps for cascade in self.cascades_])
        return self

    def predict_proba(self, X: AnyArray) -> AnyArray:
        """Return the probability of each class, (N, K), in the order of `classes_`."""
        X = self._rows(X)
        signals = self._signals(self.cascades_, self._source(self.values_, X), len(X))
        probabilities: AnyArray = self.calibration_.predict_proba(signals)
        return probabilities

    def predict(self, X: AnyArray) -> AnyArray:
        """Return the label of each row, (N,)."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: AnyArray = self.classes_[best]
        return labels

    def stumps_evaluated(self, X: AnyArray) -> IntArray:
        """Return how many stumps of each class's cascade looked at each row, (N, K); `n_stumps_` at most."""
        X = self._rows(X)
        source = self._source(self.values_, X)
        return np.column_stack([cascade.passage(len(X), source).n_stumps for cascade in self.cascades_])

    @property
    def _n_signals(self) -> int:
        """Columns of what probabilities rest on."""
        return len(self.classes_) * (self.n_stages + 2)

    def _rows(self, X: AnyArray) -> AnyArray:
        """Return rows as training had them."""
        _validation.check_is_fitted(self)
        rows: AnyArray = _validation.validate_data(self, X, dtype=[np.float32, np.float64], reset=False)
        return rows

    def _folds(self, codes: IntArray) -> list[IntArray]:
        """Divide the rows so that each class is spread evenly; no fold is empty."""
        shuffled = _utils.check_random_state(self.random_state).permutation(len(codes))
        dealt = shuffled[np.argsort(codes[shuffled], kind="stable")]
        n_folds = min(self.n_folds, len(codes))
        return [np.sort(dealt[number::n_folds]) for number in range(n_folds)]

    def _learnt(self, X: AnyArray, codes: IntArray, goals: StageGoals) -> tuple[Any, list[RejectionCascade]]:
        """Train the cascade of every class, those without a row included: they have no stage."""
        values = None if self.values is None else _base.clone(self.values).fit(X, codes)
        ordered = sort_features(X if values is None else values.transform(X))
        every = range(len(self.classes_))
        return values, [train_rejection_cascade(ordered, codes == number, goals) for number in every]

    def _source(self, values: Any, X: AnyArray) -> Values:
        """Return what calculates the values that stages ask for, and no others."""
        return matrix_values(X) if values is None else lambda rows, features: values.some(X, rows, features)

    def _signals(self, cascades: list[RejectionCascade], source: Values, n_rows: int) -> AnyArray:
        """Send rows through all cascades; shape (n_rows, K * (n_stages + 2))."""
        passages = (cascade.passage(n_rows, source) for cascade in cascades)
        return np.hstack([_signals_of(passage, self.n_stages) for passage in passages])


def _signals_of(passage: Passage, n_stages: int) -> AnyArray:
    """Return 1 for each stage passed, then the margin below and above 0; (n_rows, n_stages + 2)."""
    # One column per stage and not a column for each count: rare counts lean on their neighbours.
    passed = np.arange(n_stages) < passage.n_passed[:, np.newaxis]
    margin = passage.margin[:, np.newaxis]
    return np.hstack([passed, np.minimum(margin, 0.0), np.maximum(margin, 0.0)])
