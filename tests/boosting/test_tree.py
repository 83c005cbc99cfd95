"""Small trees, by hand and equal to scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from lamplit.boosting import Tree, grow_tree, sort_features


@pytest.mark.parametrize("max_depth", [1, 2, 3])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_thresholds_and_probabilities_are_scikit_learns(max_depth: int, n_classes: int) -> None:
    rng = np.random.default_rng(max_depth)
    values = rng.normal(size=(900, 8)).astype(np.float32)
    classes = (values[:, :3].sum(axis=1) + rng.normal(size=900) > 0) + rng.integers(0, n_classes - 1, 900)
    weights = rng.random(900) * (rng.random(900) > 0.1)
    tree, leaf = grow_tree(sort_features(values), weights, np.eye(n_classes)[classes], max_depth=max_depth)
    theirs = DecisionTreeClassifier(max_depth=max_depth, random_state=0)
    theirs.fit(values, classes, sample_weight=weights)
    inner = tree.feature >= 0
    np.testing.assert_array_equal(tree.feature[inner], theirs.tree_.feature[inner])
    np.testing.assert_array_equal(tree.threshold[inner], theirs.tree_.threshold[inner])
    np.testing.assert_array_equal(leaf, theirs.apply(values))
    np.testing.assert_array_equal(leaf, tree.apply(values))
    np.testing.assert_allclose(tree.predict(values), theirs.predict_proba(values), atol=1e-12)


def test_no_gain_is_one_leaf() -> None:
    targets = np.array([[0.0], [1.0]])
    tree, leaf = grow_tree(sort_features(np.zeros((2, 1))), np.array([1.0, 3.0]), targets, max_depth=3)
    assert tree.feature.tolist() == [-1]
    assert tree.value.tolist() == [[0.75]]
    assert leaf.tolist() == tree.apply(np.zeros((2, 1))).tolist() == [0, 0]


def test_neighbours_in_float32_are_parted() -> None:
    low = np.float32(0.1)
    values = np.array([[low], [np.nextafter(low, np.float32(1))]], np.float32) * np.float32(1e3)
    tree, leaf = grow_tree(sort_features(values), np.ones(2), np.array([[0.0], [1.0]]))
    assert values[0, 0] <= tree.threshold[0] < values[1, 0]
    assert tree.predict(values)[:, 0].tolist() == [0.0, 1.0]
    assert leaf.tolist() == [1, 2]


def test_branches_of_different_depth() -> None:
    tree = Tree(
        np.array([0, -1, 1, -1, -1]),
        np.array([0.0, 0, 5.0, 0, 0]),
        np.array([1, -1, 3, -1, -1]),
        np.array([2, -1, 4, -1, -1]),
        np.arange(5.0)[:, np.newaxis],
        np.zeros(5),
    )
    rows = np.array([[-1, 9], [1, 5], [1, 6], [0, 0]], np.float16)
    assert tree.apply(rows).tolist() == [1, 3, 4, 1]
    assert len(tree.apply(rows[:0])) == 0
