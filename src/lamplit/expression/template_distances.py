"""Boosted local binary patterns: how far each window is from the classes, and which windows tell.

Shan, Gong, McOwan (2009), doi:10.1016/j.imavis.2008.08.005. A class's template is the mean of its histograms
in a window; a weak classifier is a threshold on the chi-square distance to it; AdaBoost chooses the windows.
"""

from __future__ import annotations

import numpy as np

from lamplit.boosting.adaboost import AdaBoostClassifier
from lamplit.boosting.samples import check_classes
from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.features.pattern_classes import UNIFORM_PATTERNS

_base = require("sklearn.base", extra="train", purpose="expressions from texture")
_validation = require("sklearn.utils.validation", extra="train", purpose="expressions from texture")

_FACES_AT_A_TIME = 256


class TemplateDistances(_base.TransformerMixin, _base.BaseEstimator):  # type: ignore[misc, name-defined]
    """Chi-square distances of every window's histogram to the mean histogram of every class.

    Parameters
    ----------
    n_bins : int
        Bins of one window's histogram.

    Attributes
    ----------
    classes_ : ndarray of shape (K,)
        The labels, sorted.
    templates_ : ndarray of shape (K, windows, n_bins), float32
        Mean histogram of each class in each window.

    References
    ----------
    Shan, Gong, McOwan (2009), equations 5 and 6, doi:10.1016/j.imavis.2008.08.005.

    Examples
    --------
    >>> histograms = np.array([[1.0, 0.0], [0.0, 1.0]])  # one window of two bins
    >>> TemplateDistances(n_bins=2).fit_transform(histograms, np.array([0, 1])).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """

    def __init__(self, n_bins: int = UNIFORM_PATTERNS) -> None:
        self.n_bins = n_bins

    def fit(self, X: AnyArray, y: AnyArray) -> TemplateDistances:
        """Take the means of (N, windows * n_bins) histograms, class by class."""
        histograms = self._windows(X)
        y = _labels(y, len(histograms))
        self.classes_ = np.unique(y)
        self.templates_ = np.stack(
            [histograms[y == label].mean(axis=0, dtype=np.float64) for label in self.classes_]
        ).astype(np.float32)
        return self

    def transform(self, X: AnyArray) -> FloatArray:
        """Return (N, K * windows) float32 distances, class by class."""
        _validation.check_is_fitted(self)
        histograms: FloatArray = self._windows(X)
        n_classes, n_windows, _ = self.templates_.shape
        distances = np.empty((len(histograms), n_classes, n_windows), np.float32)
        for start in range(0, len(histograms), _FACES_AT_A_TIME):
            part = histograms[start : start + _FACES_AT_A_TIME]
            for number, template in enumerate(self.templates_):
                distances[start : start + len(part), number] = _chi_square(part, template)
        return distances.reshape(len(histograms), -1)

    def some(self, X: AnyArray, rows: IntArray, features: IntArray) -> FloatArray:
        """Return some rows and columns of what `transform` returns, (len(rows), len(features)); no more."""
        histograms = self._windows(X)
        labels, windows = np.divmod(features, histograms.shape[1])
        templates = self.templates_[labels, windows]  # (n_features, n_bins)
        distances = np.empty((len(rows), len(features)), np.float32)
        for start in range(0, len(rows), _FACES_AT_A_TIME):
            part = rows[start : start + _FACES_AT_A_TIME, np.newaxis]
            distances[start : start + len(part)] = _chi_square(histograms[part, windows], templates)
        return distances

    def _windows(self, X: AnyArray) -> FloatArray:
        rows = np.asarray(X, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] % self.n_bins or not rows.size:
            required = f"histograms of {self.n_bins} bins as rows"
            raise InvalidArgumentError("X", required, f"shape {rows.shape}")
        return rows.reshape(len(rows), -1, self.n_bins)


class BoostedWindows(_base.TransformerMixin, _base.BaseEstimator):  # type: ignore[misc, name-defined]
    """Keep the windows that boosting chooses, for each class against the rest.

    Parameters
    ----------
    n_windows : int
        Windows that each class may bring, those that lowered the error most; classes share some.
    n_estimators : int
        Rounds of boosting for each class.
    n_bins : int
        Bins of one window's histogram.

    Attributes
    ----------
    windows_ : ndarray of shape (kept,), int64
        Positions of the windows kept, rising.

    References
    ----------
    Shan, Gong, McOwan (2009), section 5.2, doi:10.1016/j.imavis.2008.08.005.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> histograms = random.random((40, 3, 2), dtype=np.float32)
    >>> labels = (histograms[:, 1, 0] > 0.5).astype(int)  # the second window tells
    >>> BoostedWindows(1, n_estimators=3, n_bins=2).fit(histograms.reshape(40, 6), labels).windows_.tolist()
    [1]
    """

    def __init__(self, n_windows: int = 10, n_estimators: int = 50, n_bins: int = UNIFORM_PATTERNS) -> None:
        self.n_windows = n_windows
        self.n_estimators = n_estimators
        self.n_bins = n_bins

    def fit(self, X: AnyArray, y: AnyArray) -> BoostedWindows:
        """Boost each class against the rest on (N, windows * n_bins) histograms."""
        y = _labels(y, len(X))
        check_classes(y)
        labels = np.unique(y)
        chosen = [self._windows_of(X, y == label) for label in (labels[1:] if len(labels) == 2 else labels)]
        self.windows_ = np.unique(np.concatenate(chosen))
        return self

    def transform(self, X: AnyArray) -> FloatArray:
        """Return (N, kept * n_bins) float32: square roots of the histograms of the windows kept."""
        _validation.check_is_fitted(self)
        windows = np.asarray(X, dtype=np.float32).reshape(len(X), -1, self.n_bins)
        roots: FloatArray = np.sqrt(windows[:, self.windows_].reshape(len(X), -1))
        return roots

    def _windows_of(self, X: AnyArray, belongs: AnyArray) -> AnyArray:
        """Return the windows that tell one class, the most telling first."""
        distances = TemplateDistances(self.n_bins).fit_transform(X, belongs)
        booster = AdaBoostClassifier(n_estimators=self.n_estimators).fit(distances, belongs)
        worth = booster.feature_importances_.reshape(2, -1).sum(axis=0)  # distances to the rest count, too
        best = np.argsort(-worth, kind="stable")[: self.n_windows]
        telling: AnyArray = best[worth[best] > 0]
        return telling


def _labels(y: AnyArray, n_rows: int) -> AnyArray:
    """Return labels, one for each row, as an array."""
    labels = np.asarray(y)
    if labels.shape != (n_rows,):
        raise InvalidArgumentError("y", f"a label for each of {n_rows} rows", f"shape {labels.shape}")
    return labels


def _chi_square(histograms: FloatArray, templates: FloatArray) -> FloatArray:
    """Return the distances between (n, windows, n_bins) histograms and (windows, n_bins) templates."""
    # A bin that is empty in both is 0 / tiny, not 0 / 0.
    both = np.maximum(histograms + templates, np.float32(1e-12))
    distances: FloatArray = (np.square(histograms - templates) / both).sum(axis=2)
    return distances
