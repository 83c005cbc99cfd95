"""Small decision trees; a stump is one of depth 1."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lamplit.boosting.sorting import SortedFeatures
from lamplit.boosting.split_search import Split, squared_split
from lamplit.core.arrays import AnyArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A tree of thresholds as parallel arrays; node 0 is the root.

    Parameters
    ----------
    feature : ndarray of shape (n_nodes,), int64
        Feature that a node looks at; -1 for a leaf.
    threshold : ndarray of shape (n_nodes,), float64
        A sample goes left where its value, as float32, is at most this.
    left, right : ndarray of shape (n_nodes,), int64
        Children; -1 for a leaf.
    value : ndarray of shape (n_nodes, n_outputs), float64
        What a node answers.
    gain : ndarray of shape (n_nodes,), float64
        How much the weighted squared error fell by its threshold; 0 for a leaf.

    Examples
    --------
    >>> stump = Tree(np.array([1, -1, -1]), np.array([0.5, 0, 0]), np.array([1, -1, -1]),
    ...              np.array([2, -1, -1]), np.array([[0.0], [-1.0], [1.0]]), np.zeros(3))
    >>> stump.predict(np.array([[0.0, 0.5], [0.0, 0.6]], np.float32))[:, 0].tolist()
    [-1.0, 1.0]
    """

    feature: IntArray
    threshold: AnyArray
    left: IntArray
    right: IntArray
    value: AnyArray
    gain: AnyArray

    def apply(self, rows: AnyArray) -> IntArray:
        """Return the leaf that each row of (n_samples, n_features) falls into, (n_samples,)."""
        node = np.zeros(len(rows), dtype=np.int64)
        undecided = np.arange(len(rows) if self.feature[0] >= 0 else 0)
        while len(undecided):
            here = node[undecided]
            values = rows[undecided, self.feature[here]].astype(np.float32, copy=False)
            node[undecided] = np.where(values <= self.threshold[here], self.left[here], self.right[here])
            undecided = undecided[self.feature[node[undecided]] >= 0]
        return node

    def predict(self, rows: AnyArray) -> AnyArray:
        """Return the value of each row's leaf, (n_samples, n_outputs) float64."""
        return self.value[self.apply(rows)]


def grow_tree(
    ordered: SortedFeatures,
    weights: AnyArray,
    targets: AnyArray,
    *,
    max_depth: int = 1,
    features: IntArray | None = None,
) -> tuple[Tree, IntArray]:
    """Grow a tree whose leaves describe the targets by their weighted mean, with the least squared error.

    Parameters
    ----------
    ordered : SortedFeatures
        The samples in the order of each feature.
    weights : ndarray of shape (n_samples,), float64
        At least 0, not all 0.
    targets : ndarray of shape (n_samples, n_outputs), float64
        As for `squared_split`: with classes as targets this is a tree by the Gini impurity.
    max_depth : int
        Thresholds from the root to a leaf.
    features : ndarray of int64, optional
        Features to look at; all by default.

    Returns
    -------
    tree : Tree
        A node is split while that lowers the error.
    leaf : ndarray of shape (n_samples,), int64
        The leaf that each sample falls into, those of weight 0 too.

    Notes
    -----
    A threshold stands halfway between the values of the samples on its two sides. Thresholds and splits are
    those of scikit-learn's DecisionTreeClassifier, but where several splits are equally good: here the first
    feature and its lowest threshold win, there a feature at random. Nor is a node split here where that gains
    nothing.

    References
    ----------
    Breiman, Friedman, Olshen, Stone (1984), Classification and Regression Trees.

    Examples
    --------
    >>> from lamplit.boosting.sorting import sort_features
    >>> ordered = sort_features(np.array([[1.0], [2.0], [4.0]]))
    >>> tree, leaf = grow_tree(ordered, np.full(3, 1 / 3), np.array([[0.0], [0.0], [1.0]]))
    >>> float(tree.threshold[0]), tree.value[leaf, 0].tolist()
    (3.0, [0.0, 0.0, 1.0])
    """
    growth = _Growth(ordered, weights, targets, features)
    leaf = np.zeros(ordered.n_samples, dtype=np.int64)
    growth.grow(leaf, np.ones(ordered.n_samples, dtype=bool), max_depth)
    return growth.tree(), leaf


def threshold_of(ordered: SortedFeatures, split: Split, weights: AnyArray) -> tuple[float, FloatArray]:
    """Place a threshold between the samples that a split parts.

    Parameters
    ----------
    ordered : SortedFeatures
        The samples in the order of each feature.
    split : Split
        Feature and number of samples on the left.
    weights : ndarray of shape (n_samples,)
        Samples of weight 0 do not count.

    Returns
    -------
    threshold : float
        Halfway between the highest value on the left and the lowest on the right; the former where nothing
        lies between them.
    column : ndarray of shape (n_samples,), float32
        The values of the feature.
    """
    column = ordered.column(split.feature)
    lower = np.zeros(len(column), dtype=bool)
    lower[ordered.first(split.feature, split.n_left)] = True
    counts = weights > 0
    below, above = float(column[lower & counts].max()), float(column[~lower & counts].min())
    threshold = below / 2.0 + above / 2.0
    return (below if threshold == above else threshold), column


@dataclass(slots=True)
class _Growth:
    """A tree under construction: one list per column of `Tree`."""

    ordered: SortedFeatures
    weights: AnyArray
    targets: AnyArray
    features: IntArray | None
    nodes: list[tuple[int, float, int, int, float]] = field(default_factory=list)
    values: list[AnyArray] = field(default_factory=list)

    def grow(self, leaf: IntArray, members: AnyArray, depth: int) -> int:
        """Add the node of some samples and all below it; return its number."""
        number = len(self.nodes)
        weights = np.where(members, self.weights, 0.0)
        leaf[members] = number
        self.nodes.append((-1, 0.0, -1, -1, 0.0))
        self.values.append(weights @ self.targets / weights.sum())
        split = squared_split(self.ordered, weights, self.targets, self.features) if depth else None
        if split is not None:
            threshold, column = threshold_of(self.ordered, split, weights)
            lower = column <= threshold
            left = self.grow(leaf, members & lower, depth - 1)
            right = self.grow(leaf, members & ~lower, depth - 1)
            self.nodes[number] = (split.feature, threshold, left, right, split.gain)
        return number

    def tree(self) -> Tree:
        """Return what has grown."""
        feature, threshold, left, right, gain = (np.array(column) for column in zip(*self.nodes, strict=True))
        return Tree(feature, threshold, left, right, np.stack(self.values), gain)
