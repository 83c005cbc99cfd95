"""Expressions from texture: small classifiers that can be explained, as scikit-learn pipelines in a registry.

Each takes grey faces, (N, H, W) or square ones as rows (N, S * S), and labels of any kind; probabilities
sum to 1. Sections 5.5 to 5.7 of the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from lamplit.boosting.adaboost import AdaBoostClassifier
from lamplit.boosting.cascaded_classifier import CascadedClassifier
from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.extras import require
from lamplit.core.labels import LabelSet
from lamplit.expression.sparse_representation import SparseRepresentationClassifier
from lamplit.expression.template_distances import BoostedWindows, TemplateDistances
from lamplit.expression.texture_features import LBPHistograms, PixelRows, TrainingFaces, WindowHistograms
from lamplit.features.lbp_extractor import Circle

_calibration = require("sklearn.calibration", extra="train", purpose="expressions from texture")
_decomposition = require("sklearn.decomposition", extra="train", purpose="expressions from texture")
_ensemble = require("sklearn.ensemble", extra="train", purpose="expressions from texture")
_linear_model = require("sklearn.linear_model", extra="train", purpose="expressions from texture")
_multiclass = require("sklearn.multiclass", extra="train", purpose="expressions from texture")
_pipeline = require("sklearn.pipeline", extra="train", purpose="expressions from texture")
_preprocessing = require("sklearn.preprocessing", extra="train", purpose="expressions from texture")
_svm = require("sklearn.svm", extra="train", purpose="expressions from texture")

Builder = TypeVar("Builder", bound=Callable[..., Any])

_MODELS: dict[str, Callable[..., Any]] = {}

_CACHE_MB = 1000
_CALIBRATION_FOLDS = 3


def register(name: str) -> Callable[[Builder], Builder]:
    """Return a decorator that makes a pipeline known under a name.

    Parameters
    ----------
    name : str
        The name that `get_texture_model` takes.

    Returns
    -------
    callable
        The decorator; it returns the function as it is.

    Raises
    ------
    InvalidArgumentError
        If the name is taken.
    """

    def decorate(builder: Builder) -> Builder:
        if name in _MODELS:
            raise InvalidArgumentError("name", "a name that is not taken", repr(name))
        _MODELS[name] = builder
        return builder

    return decorate


def list_texture_models() -> list[str]:
    """Return the names of all pipelines, sorted."""
    return sorted(_MODELS)


def get_texture_model(name: str, **settings: Any) -> Any:
    """Build a pipeline that has learnt nothing yet.

    Parameters
    ----------
    name : str
        One of `list_texture_models()`.
    **settings
        Keyword arguments of its builder.

    Returns
    -------
    sklearn.pipeline.Pipeline
        With fit(faces, labels), predict(faces) and predict_proba(faces), whose columns follow `classes_`. It
        learns from two classes or more, of each at least three faces ("cascaded-lbp": one).

    Raises
    ------
    InvalidArgumentError
        If there is no such pipeline, or it has no such setting.

    Examples
    --------
    >>> faces = np.random.default_rng(0).integers(0, 256, (12, 48, 48), dtype=np.uint8)
    >>> faces[::2] = faces[::2, :1]  # stripes
    >>> model = get_texture_model("lbp-svm").fit(faces, ["stripes", "noise"] * 6)
    >>> model.predict(faces[:3]).tolist()
    ['stripes', 'noise', 'stripes']
    """
    if name not in _MODELS:
        raise InvalidArgumentError("name", f"one of {list_texture_models()}", repr(name))
    try:
        return _MODELS[name](**settings)
    except TypeError as error:
        raise InvalidArgumentError(f"texture model {name}", "settings that it knows", str(error)) from error


def predict_expressions(model: Any, faces: AnyArray, labels: LabelSet) -> FloatArray:
    """Return the probability of each label, those that training had no face of included.

    Parameters
    ----------
    model : sklearn.pipeline.Pipeline
        Fitted on classes counted in `labels`.
    faces : ndarray of shape (N, H, W), uint8
        Grey faces.
    labels : LabelSet
        The labels, in the order of the columns wanted.

    Returns
    -------
    ndarray of shape (N, n_labels), float32
        Rows sum to 1.

    Raises
    ------
    InvalidArgumentError
        If the model knows a class that the labels lack.
    """
    classes = np.asarray(model.classes_)
    if classes.dtype.kind not in "iu" or classes.min() < 0 or classes.max() >= len(labels):
        raise InvalidArgumentError("model", f"classes from 0 to {len(labels) - 1}", str(classes.tolist()))
    probabilities = np.zeros((len(faces), len(labels)), np.float32)
    probabilities[:, classes] = model.predict_proba(faces)
    return probabilities


@register("lbp-svm")
def lbp_svm(
    *, circles: tuple[Circle, ...] = ((8, 1.0),), block: int = 8, variance: float = 0.8, C: float = 4.0
) -> Any:
    """Build block histograms of local binary patterns with a support vector machine on them.

    Parameters
    ----------
    circles : tuple of (int, float)
        Points and radius in pixels of each scale.
    block : int
        Side of a block in pixels.
    variance : float
        Share of the variance that principal components keep, in (0, 1): the fewer, the faster.
    C : float
        Price of errors in training.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline.

    References
    ----------
    Shan, Gong, McOwan (2009), section 4, doi:10.1016/j.imavis.2008.08.005.
    """
    histograms = LBPHistograms(circles, block=block)
    return _from_faces(histograms, _components(variance), _support_vectors(C))


@register("pca-lbp-svm")
def pca_lbp_svm(
    *, variance: float = 0.95, block: int = 8, from_height: float = 0.5, share: float = 0.5, C: float = 4.0
) -> Any:
    """Build principal components of the pixels, joined with texture around the mouth, with an SVM on them.

    Parameters
    ----------
    variance : float
        Share of the variance that the components keep, in (0, 1).
    block : int
        Side of a block in pixels.
    from_height : float
        The share of the face's height above which texture is not looked at; 0 takes the whole face.
    share : float
        Weight of the texture, in (0, 1); the pixels have the rest.
    C : float
        Price of errors in training.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline.

    Raises
    ------
    InvalidArgumentError
        If the share is out of range.

    References
    ----------
    Luo, Wu, Zhang (2013), Facial expression recognition based on fusion feature of PCA and LBP with SVM,
    doi:10.1016/j.ijleo.2012.08.040.
    """
    check_number("share", share, above=0.0, below=1.0)
    pixels = _pipeline.make_pipeline(PixelRows(), _components(variance), _preprocessing.Normalizer())
    texture = _pipeline.make_pipeline(
        LBPHistograms(block=block, from_height=from_height), _preprocessing.Normalizer()
    )
    fused = _pipeline.FeatureUnion(
        [("pixels", pixels), ("texture", texture)],
        transformer_weights={"pixels": np.sqrt(1 - share), "texture": np.sqrt(share)},
    )
    return _from_faces(fused, _support_vectors(C))


@register("boosted-lbp")
def boosted_lbp(*, sizes: tuple[int, ...] = (12, 16, 24), n_estimators: int = 100) -> Any:
    """Build boosted distances to the classes' histograms: one strong classifier for each class.

    Parameters
    ----------
    sizes : tuple of int
        Sides of the windows in pixels, multiples of 4.
    n_estimators : int
        Rounds of boosting for each class.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline.

    References
    ----------
    Shan, Gong, McOwan (2009), section 5, doi:10.1016/j.imavis.2008.08.005.
    """
    one = _pipeline.make_pipeline(TemplateDistances(), AdaBoostClassifier(n_estimators=n_estimators))
    each = _multiclass.OneVsRestClassifier(one)
    return _from_faces(WindowHistograms(sizes), _calibrated_together(each))


@register("boosted-lbp-svm")
def boosted_lbp_svm(
    *,
    sizes: tuple[int, ...] = (12, 16, 24),
    n_windows: int = 10,
    n_estimators: int = 50,
    variance: float = 0.8,
    C: float = 4.0,
) -> Any:
    """Build a support vector machine on the windows that boosting chooses for each class.

    Parameters
    ----------
    sizes : tuple of int
        Sides of the windows in pixels, multiples of 4.
    n_windows : int
        Windows that each class may bring.
    n_estimators : int
        Rounds of boosting for each class.
    variance : float
        Share of the variance that principal components keep, in (0, 1): the fewer, the faster.
    C : float
        Price of errors in training.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline.

    References
    ----------
    Shan, Gong, McOwan (2009), section 5.2, doi:10.1016/j.imavis.2008.08.005.
    """
    chosen = BoostedWindows(n_windows, n_estimators)
    steps = (WindowHistograms(sizes), chosen, _components(variance), _support_vectors(C))
    return _from_faces(*steps)


@register("cascaded-lbp")
def cascaded_lbp(
    *,
    sizes: tuple[int, ...] = (12, 16, 24),
    detection_rate: float = 0.99,
    false_positive_rate: float = 0.5,
    n_stages: int = 6,
    most_stumps: int = 40,
) -> Any:
    """Build boosted distances to the classes' histograms, in a cascade for each class that stops early.

    Parameters
    ----------
    sizes : tuple of int
        Sides of the windows in pixels, multiples of 4.
    detection_rate : float
        Least share of a class that passes each stage of its cascade, in (0, 1).
    false_positive_rate : float
        Largest share of the other faces that came to a stage which passes it, in (0, 1).
    n_stages : int
        Stages of a cascade at most.
    most_stumps : int
        Weak classifiers of a stage at most; each is a window's distance to one class and a threshold.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline. Its last step has `stumps_evaluated(rows)` and `n_stumps_`: what stopping early saves.

    References
    ----------
    Shan, Gong, McOwan (2009), section 5, doi:10.1016/j.imavis.2008.08.005; Viola, Jones (2004), section 4,
    doi:10.1023/B:VISI.0000013087.49260.fb.
    """
    cascades = CascadedClassifier(
        TemplateDistances(),
        detection_rate=detection_rate,
        false_positive_rate=false_positive_rate,
        n_stages=n_stages,
        most_stumps=most_stumps,
    )
    return _from_faces(WindowHistograms(sizes), cascades, least=1)


@register("sparse-representation")
def sparse_representation(
    *, variance: float = 0.8, block: int = 8, alpha: float = 0.05, most_per_class: int = 200
) -> Any:
    """Build sparse representation on principal components of block histograms.

    Parameters
    ----------
    variance : float
        Share of the variance that the components keep, in (0, 1).
    block : int
        Side of a block in pixels.
    alpha : float
        Price of the weights.
    most_per_class : int
        Training faces of a class that are kept.

    Returns
    -------
    sklearn.pipeline.Pipeline
        The pipeline.

    References
    ----------
    Wright, Yang, Ganesh, Sastry, Ma (2009), doi:10.1109/TPAMI.2008.79.
    """
    sparse = SparseRepresentationClassifier(alpha, most_per_class=most_per_class)
    return _from_faces(LBPHistograms(block=block), _components(variance), _calibrated(sparse))


def _from_faces(*steps: Any, least: int = _CALIBRATION_FOLDS) -> Any:
    """Return a pipeline that refuses to learn from less than so many faces of a class."""
    return _pipeline.make_pipeline(TrainingFaces(least), *steps)


def _components(variance: float) -> Any:
    """Return principal components that keep a share of the variance."""
    return _decomposition.PCA(variance, svd_solver="full")


def _support_vectors(price: float) -> Any:
    """Return a support vector machine with a radial kernel."""
    return _calibrated(_svm.SVC(C=price, cache_size=_CACHE_MB))


def _calibrated_together(classifier: Any) -> Any:
    """Turn scores into probabilities by weighing them together.

    One curve for each class would follow the wild scores of boosted rare classes.
    """
    weigh = _pipeline.make_pipeline(
        _preprocessing.StandardScaler(), _linear_model.LogisticRegression(max_iter=1000)
    )
    return _ensemble.StackingClassifier(
        [("scores", classifier)], weigh, cv=_CALIBRATION_FOLDS, stack_method="decision_function"
    )


def _calibrated(classifier: Any) -> Any:
    """Turn scores into probabilities, fitted on what folds of the training faces say of each other."""
    return _calibration.CalibratedClassifierCV(classifier, ensemble=False, cv=_CALIBRATION_FOLDS)
