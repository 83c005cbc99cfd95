"""AdaBoost with small trees, as a classifier in scikit-learn's manner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from lamplit.boosting.algorithms import ALGORITHMS, Round, Task, first_weights, next_weights
from lamplit.boosting.drawing import drawn_features
from lamplit.boosting.samples import training_samples
from lamplit.boosting.sorting import sort_features
from lamplit.boosting.tree import Tree
from lamplit.core.arrays import AnyArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require

_base = require("sklearn.base", extra="train", purpose="AdaBoostClassifier")
_utils = require("sklearn.utils", extra="train", purpose="AdaBoostClassifier")
_validation = require("sklearn.utils.validation", extra="train", purpose="AdaBoostClassifier")


class AdaBoostClassifier(_base.ClassifierMixin, _base.BaseEstimator):  # type: ignore[name-defined, misc]
    """Weigh small trees into a strong classifier, each learnt where those before it were wrong.

    Parameters
    ----------
    n_estimators : int
        Rounds at most; discrete AdaBoost stops earlier where a tree makes no error, or is no better than
        chance.
    algorithm : str
        "discrete": trees vote (SAMME for more than two classes). "real": their leaves answer with
        probabilities (Real AdaBoost; SAMME.R). "gentle": they are fitted by least squares, one for each
        class against the rest.
    max_depth : int
        Of the trees; 1 for stumps.
    learning_rate : float
        Factor on what each round adds, above 0.
    max_features : int or float, optional
        How many features, or which share of them, a round looks at, drawn anew each time; all by default.
    n_jobs : int, optional
        Threads; one by default. The result does not depend on it.
    random_state : int, numpy.random.RandomState or None
        Draws the features of a round; without `max_features` nothing is random.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, sorted.
    estimators_ : list of tuple of Tree
        The trees of each round, one or, for gentle AdaBoost on more than two classes, one for each class.
        Their values are what they add to `decision_function`.
    estimator_weights_, estimator_errors_ : ndarray of shape (n_rounds,)
        Weight in the vote (1 but for discrete AdaBoost), and weighted error of each round.
    feature_importances_ : ndarray of shape (n_features,)
        By how much thresholds on each feature lowered the squared error (Gini impurity), as shares.
    n_features_in_ : int
        Number of features seen in training.

    Notes
    -----
    With "discrete" rounds, errors and weights are those of scikit-learn's AdaBoostClassifier with
    DecisionTreeClassifier(max_depth), for stumps some hundred times faster: the samples are sorted by each
    feature once, and every round goes over them in that order. Where several splits are equally good, here
    the first feature and its lowest threshold win; scikit-learn draws one. Nor is a node split where that
    gains nothing.

    Memory in training: the matrix as float32 (or float16, if it came so; pass one of these and it is not
    copied) and 2 bytes per value for the order of up to 32,768 samples, else 4.

    `decision_function` is not divided by the weights: for two classes it is the estimate of half the
    logarithm of the odds (Friedman, Hastie, Tibshirani 2000, result 1), on which the probabilities rest.
    After many rounds they are too sure of themselves, as boosting's are: calibrate them where they matter.

    References
    ----------
    Freund, Schapire (1997), doi:10.1006/jcss.1997.1504; Friedman, Hastie, Tibshirani (2000),
    doi:10.1214/aos/1016218223; Zhu, Zou, Rosset, Hastie (2009), doi:10.4310/SII.2009.v2.n3.a8.

    Examples
    --------
    >>> values = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = AdaBoostClassifier(n_estimators=3).fit(values, ["dark", "dark", "light", "light"])
    >>> model.predict([[1.4], [1.6]]).tolist()
    ['dark', 'light']
    """

    def __init__(
        self,
        n_estimators: int = 50,
        *,
        algorithm: str = "discrete",
        max_depth: int = 1,
        learning_rate: float = 1.0,
        max_features: int | float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.algorithm = algorithm
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.max_features = max_features
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: AnyArray, y: AnyArray, sample_weight: AnyArray | None = None) -> AdaBoostClassifier:
        """Learn from samples (n_samples, n_features), their labels (n_samples,) and, if given, weights."""
        self._check_settings()
        X, y = training_samples(self, X, y, dtype=[np.float32, np.float16])
        self.classes_, codes = np.unique(y, return_inverse=True)
        weights = _validation._check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        if not weights.any():
            raise InvalidArgumentError("sample_weight", "a weight above 0", "zeros alone")
        ordered = sort_features(X, n_jobs=self.n_jobs or 1)
        task = Task(ordered, codes, len(self.classes_), self.max_depth, self.learning_rate)
        return self._boost(task, weights)

    def decision_function(self, X: AnyArray) -> AnyArray:
        """Return scores: (n_samples,), above 0 for the second of two classes, else (n_samples, n_classes)."""
        rows = self._rows(X)
        scores = np.zeros((len(rows), self._n_scores))
        for trees in self.estimators_:
            scores += _contributions(trees, rows)
        return self._shaped(scores)

    def staged_decision_function(self, X: AnyArray) -> Iterator[AnyArray]:
        """Yield `decision_function` after each round."""
        rows = self._rows(X)
        scores = np.zeros((len(rows), self._n_scores))
        for trees in self.estimators_:
            scores += _contributions(trees, rows)
            yield self._shaped(scores.copy())

    def predict(self, X: AnyArray) -> AnyArray:
        """Return the label of each row, (n_samples,)."""
        return self._labels(self.decision_function(X))

    def staged_predict(self, X: AnyArray) -> Iterator[AnyArray]:
        """Yield `predict` after each round."""
        return map(self._labels, self.staged_decision_function(X))

    def predict_proba(self, X: AnyArray) -> AnyArray:
        """Return the probability of each class, (n_samples, n_classes), in the order of `classes_`."""
        return self._probabilities(self.decision_function(X))

    def staged_predict_proba(self, X: AnyArray) -> Iterator[AnyArray]:
        """Yield `predict_proba` after each round."""
        return map(self._probabilities, self.staged_decision_function(X))

    def staged_score(
        self,
        X: AnyArray,
        y: AnyArray,
        sample_weight: AnyArray | None = None,
    ) -> Iterator[float]:
        """Yield the accuracy after each round."""
        for labels in self.staged_predict(X):
            yield float(np.average(labels == np.asarray(y), weights=sample_weight))

    def _check_settings(self) -> None:
        """Refuse settings that are out of range."""
        check_integer("n_estimators", self.n_estimators, low=1)
        check_integer("max_depth", self.max_depth, low=1)
        check_number("learning_rate", self.learning_rate, above=0.0)
        check_integer("n_jobs", 1 if self.n_jobs is None else self.n_jobs, low=1)
        if self.algorithm not in ALGORITHMS:
            raise InvalidArgumentError("algorithm", f"one of {list(ALGORITHMS)}", repr(self.algorithm))

    def _boost(self, task: Task, sample_weight: AnyArray) -> AdaBoostClassifier:
        """Learn round by round."""
        learn, draw = ALGORITHMS[self.algorithm], _utils.check_random_state(self.random_state)
        excluded = sample_weight == 0
        weights: AnyArray | None = first_weights(self.algorithm, sample_weight, task.n_classes)
        rounds: list[Round] = []
        while weights is not None and len(rounds) < self.n_estimators:
            features = drawn_features(self.max_features, self.n_features_in_, draw)
            learnt = learn(task, weights, features)
            if learnt is None:
                break
            rounds.append(learnt)
            weights = next_weights(learnt.weights, excluded) if self._goes_on(learnt.error) else None
        self.estimators_ = [learnt.trees for learnt in rounds]
        self.estimator_weights_ = np.array([learnt.weight for learnt in rounds])
        self.estimator_errors_ = np.array([learnt.error for learnt in rounds])
        return self

    def _goes_on(self, error: float) -> bool:
        """Whether another round can add anything: weights stay as they are where votes were all right."""
        return self.algorithm != "discrete" or error > 0

    @property
    def feature_importances_(self) -> AnyArray:
        """By how much thresholds on each feature lowered the squared error, as shares; (n_features,)."""
        _validation.check_is_fitted(self)
        total = np.zeros(self.n_features_in_)
        for trees in self.estimators_:
            for tree in trees:
                inner = tree.feature >= 0
                np.add.at(total, tree.feature[inner], tree.gain[inner])
        shares: AnyArray = total / (total.sum() or 1.0)
        return shares

    @property
    def _n_scores(self) -> int:
        """Columns of scores."""
        return 1 if len(self.classes_) == 2 else len(self.classes_)

    def _rows(self, X: AnyArray) -> AnyArray:
        """Return samples as training had them."""
        _validation.check_is_fitted(self)
        rows: AnyArray = _validation.validate_data(self, X, dtype=[np.float32, np.float16], reset=False)
        return rows

    def _shaped(self, scores: AnyArray) -> AnyArray:
        """Return the scores of two classes as one row of numbers."""
        return scores[:, 0] if self._n_scores == 1 else scores

    def _labels(self, scores: AnyArray) -> AnyArray:
        """Return the labels that scores stand for."""
        codes = scores > 0 if self._n_scores == 1 else np.argmax(scores, axis=1)
        labels: AnyArray = self.classes_[np.asarray(codes, dtype=np.int64)]
        return labels

    def _probabilities(self, scores: AnyArray) -> AnyArray:
        """Return the probabilities that scores stand for."""
        if self._n_scores == 1:
            return _softmax(np.column_stack([-scores, scores]))
        if self.algorithm == "gentle":  # each column is half the logarithm of its class's odds
            alone = np.exp(-np.logaddexp(0.0, -2.0 * scores))
            shares: AnyArray = alone / alone.sum(axis=1, keepdims=True)
            return shares
        return _softmax(scores)


def _contributions(trees: tuple[Tree, ...], rows: AnyArray) -> AnyArray:
    """Return what the trees of a round add, (n_samples, n_scores)."""
    if len(trees) == 1:
        return trees[0].predict(rows)
    return np.column_stack([tree.predict(rows) for tree in trees])


def _softmax(scores: AnyArray) -> AnyArray:
    """Return exp(scores) over their sum, row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: AnyArray = raised / raised.sum(axis=1, keepdims=True)
    return shares
