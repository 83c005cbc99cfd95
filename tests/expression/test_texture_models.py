"""Every pipeline of the registry keeps scikit-learn's contract on faces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import LabelSet
from lamplit.expression.texture_models import (
    get_texture_model,
    list_texture_models,
    predict_expressions,
    register,
)

SMALL: dict[str, dict[str, Any]] = {
    "boosted-lbp": {"sizes": (12, 24), "n_estimators": 5},
    "boosted-lbp-svm": {"sizes": (12, 24), "n_windows": 2, "n_estimators": 5},
}
LABELS = LabelSet("patterns", ("nobody", "rows", "columns", "noise"))

every_model = pytest.mark.parametrize("name", list_texture_models())


def model_of(name: str) -> Any:
    return get_texture_model(name, **SMALL.get(name, {}))


@pytest.fixture(scope="module")
def faces() -> tuple[np.ndarray, np.ndarray]:
    """Rows, columns and plain noise in three classes, ten pictures each."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (30, 24, 24), dtype=np.uint8)
    classes = np.arange(30) % 3 + 1
    images[classes == 1] = images[classes == 1][:, :, :1] // 8 * 7 + images[classes == 1] // 8
    images[classes == 2] = images[classes == 2][:, :1] // 8 * 7 + images[classes == 2] // 8
    return images, classes


def test_the_registry_holds_what_the_papers_describe() -> None:
    expected = {"boosted-lbp", "boosted-lbp-svm", "lbp-svm", "pca-lbp-svm", "sparse-representation"}
    assert expected <= set(list_texture_models())


@every_model
def test_it_learns_and_its_probabilities_sum_to_1(name: str, faces: tuple[np.ndarray, np.ndarray]) -> None:
    images, classes = faces
    model = model_of(name).fit(images[:24], classes[:24])
    assert model.classes_.tolist() == [1, 2, 3]
    probabilities = model.predict_proba(images[24:])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (probabilities >= 0).all()
    assert (model.predict(images[24:]) == classes[24:]).mean() >= 5 / 6
    rows = predict_expressions(model, images[24:], LABELS)
    assert rows.dtype == np.float32
    assert (rows[:, 0] == 0).all()
    np.testing.assert_allclose(rows[:, 1:], probabilities, atol=1e-6)


@every_model
def test_rows_are_as_good_as_pictures_and_a_clone_learns_the_same(
    name: str, faces: tuple[np.ndarray, np.ndarray]
) -> None:
    images, classes = faces
    model = model_of(name).fit(images, classes)
    flat = clone(model).fit(images.reshape(30, -1), classes)
    np.testing.assert_array_equal(model.predict_proba(images), flat.predict_proba(images.reshape(30, -1)))


@every_model
def test_labels_may_be_words_and_two_are_enough(name: str, faces: tuple[np.ndarray, np.ndarray]) -> None:
    images, classes = faces
    chosen = classes != 3
    words = np.array(["-", "rows", "columns"])[classes[chosen]]
    model = model_of(name).fit(images[chosen], words)
    assert model.classes_.tolist() == ["columns", "rows"]
    assert (model.predict(images[chosen]) == words).mean() >= 0.9
    with pytest.raises(InvalidArgumentError, match="model: needs classes from 0 to 3"):
        predict_expressions(model, images, LABELS)


@every_model
def test_what_has_not_learnt_says_so(name: str, faces: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(NotFittedError):
        model_of(name).predict_proba(faces[0])


@every_model
def test_faces_of_another_size_or_shape_are_refused(name: str, faces: tuple[np.ndarray, np.ndarray]) -> None:
    images, classes = faces
    model = model_of(name).fit(images, classes)
    with pytest.raises(InvalidArgumentError, match=r"X: needs faces of \(24, 24\) pixels as in fit"):
        model.predict(images[:, :20])
    with pytest.raises(InvalidArgumentError, match=r"X: needs faces of shape \(N, H, W\), or square ones"):
        model_of(name).fit(images.reshape(30, -1)[:, :23], classes)


def test_scikit_learn_divides_and_scores_it(faces: tuple[np.ndarray, np.ndarray]) -> None:
    images, classes = faces
    assert cross_val_score(model_of("lbp-svm"), images.reshape(30, -1), classes, cv=2).mean() >= 0.8


def test_names_are_taken_once_and_known() -> None:
    with pytest.raises(InvalidArgumentError, match="name: needs a name that is not taken, got 'lbp-svm'"):
        register("lbp-svm")(lambda: None)
    with pytest.raises(InvalidArgumentError, match=r"name: needs one of \['boosted-lbp'.*, got 'no-such'"):
        get_texture_model("no-such")
    with pytest.raises(InvalidArgumentError, match="texture model lbp-svm: needs settings that it knows"):
        get_texture_model("lbp-svm", colour="red")
