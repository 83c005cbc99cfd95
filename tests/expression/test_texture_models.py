"""Every pipeline of the registry keeps scikit-learn's contract on faces."""

from __future__ import annotations

import re
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
    "cascaded-lbp": {"sizes": (12, 24), "n_stages": 3, "most_stumps": 5},
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
    boosted = {"boosted-lbp", "boosted-lbp-svm", "cascaded-lbp"}
    assert boosted | {"lbp-svm", "pca-lbp-svm", "sparse-representation"} <= set(list_texture_models())


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


@every_model
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "X: needs at least one face, got none"),
        (["joy"] * 6, "y: needs labels of at least two classes, got one class, 'joy' (add faces of another)"),
    ],
)
def test_too_few_faces_are_refused_in_words(name: str, labels: list[str], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=re.escape(message)):
        model_of(name).fit(np.zeros((len(labels), 24, 24), dtype=np.uint8), labels)


@every_model
def test_a_class_of_one_face_is_enough_for_cascades_alone(name: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (7, 24, 24), dtype=np.uint8)
    labels = ["joy"] * 6 + ["fear"]
    if name == "cascaded-lbp":
        assert model_of(name).fit(images, labels).classes_.tolist() == ["fear", "joy"]
        return
    message = "y: needs at least 3 faces of each class, got 1 of 'fear' (add faces of it, or leave it out)"
    with pytest.raises(InvalidArgumentError, match=re.escape(message)):
        model_of(name).fit(images, labels)


@every_model
def test_three_faces_of_a_class_are_enough_and_labels_may_be_a_list(name: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 24, 24), dtype=np.uint8)
    assert model_of(name).fit(images, ["joy", "fear"] * 3).classes_.tolist() == ["fear", "joy"]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (None, "y: needs a label for each of 6 faces, got none"),
        (["joy", "fear"], "y: needs a label for each of 6 faces, got shape (2,)"),
        (np.zeros((6, 2)), "y: needs a label for each of 6 faces, got shape (6, 2)"),
        (
            np.linspace(0, 1, 6),
            "y: needs labels of classes, such as words or whole numbers, got Unknown label",
        ),
    ],
)
def test_labels_that_do_not_fit_are_refused_in_words(labels: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=re.escape(message)):
        model_of("lbp-svm").fit(np.zeros((6, 24, 24)), labels)


def test_no_face_has_no_expression(faces: tuple[np.ndarray, np.ndarray]) -> None:
    model = model_of("lbp-svm").fit(*faces)
    with pytest.raises(InvalidArgumentError, match="X: needs at least one face, got none"):
        model.predict(faces[0][:0])


def test_cascades_say_what_stopping_early_saves(faces: tuple[np.ndarray, np.ndarray]) -> None:
    images, classes = faces
    model = model_of("cascaded-lbp").fit(images, classes)
    taken = model[-1].stumps_evaluated(model[:-1].transform(images))
    assert taken.shape == (30, 3)
    assert (taken >= 1).all()
    assert (taken <= model[-1].n_stumps_).all()


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


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_both_halves_of_the_fusion_have_a_share(share: float) -> None:
    with pytest.raises(InvalidArgumentError, match="share: needs a finite number above 0 and below 1"):
        get_texture_model("pca-lbp-svm", share=share)
