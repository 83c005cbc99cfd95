"""A cascade on windows that are already cut out: who gets through, and with what sum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lamplit.boosting import BoostedCascade, CascadeStage, HaarRectangles
from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.features import HaarFeatures, HaarWindows, haar_windows

SLACK = 1e-5
"""What a sum may lack of its stage's threshold, as in OpenCV."""


def passes(cascade: BoostedCascade | None, windows: ByteArray, *, least_contrast: float) -> NDArray[np.bool_]:
    """Tell which windows pass all stages.

    Parameters
    ----------
    cascade : BoostedCascade of stumps over Haar-like features, optional
        The stages; without, everything passes that has contrast.
    windows : ndarray of shape (N, height, width), uint8
        Grey windows.
    least_contrast : float
        Windows whose grey levels have no greater standard deviation do not pass.

    Returns
    -------
    ndarray of shape (N,), bool
        As the sliding window decides.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> faces = read_cascade(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    >>> noise = np.random.default_rng(0).integers(0, 256, (2, 24, 24)).astype(np.uint8)
    >>> passes(faces, noise, least_contrast=10.0).tolist()
    [False, False]
    """
    inner = windows[:, 1:-1, 1:-1].reshape(len(windows), -1)
    through: NDArray[np.bool_] = inner.std(axis=1) > least_contrast
    if cascade is None or not isinstance(cascade.features, HaarRectangles):
        return through
    features = features_of(cascade)
    for stage in cascade.stages:
        left = np.flatnonzero(through)
        if not len(left):
            return through
        ready = haar_windows(windows[left], tilted=bool(features.tilted.any()))
        through[left] = stage_sums(stage, features, ready) >= stage.threshold - SLACK
    return through


def stage_sums(stage: CascadeStage, features: HaarFeatures, ready: HaarWindows) -> AnyArray:
    """Return what the stumps of a stage add up to.

    Parameters
    ----------
    stage : CascadeStage
        Stumps.
    features : HaarFeatures
        Those that the stage's numbers mean.
    ready : HaarWindows
        N windows.

    Returns
    -------
    ndarray of shape (N,), float64
        The sums.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> faces = read_cascade(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    >>> even = haar_windows(np.full((1, 24, 24), 90, np.uint8))
    >>> bool(stage_sums(faces.stages[0], features_of(faces), even)[0] < faces.stages[0].threshold)
    True
    """
    values = ready.values(features[stage.feature])  # (N, T)
    leaves = stage.leaves.reshape(-1, 2).astype(np.float64)
    answers = np.where(values < stage.split, leaves[:, 0], leaves[:, 1])
    sums: AnyArray = answers.sum(axis=1)
    return sums


def features_of(cascade: BoostedCascade) -> HaarFeatures:
    """Return the features of a cascade in the form that calculates values.

    Parameters
    ----------
    cascade : BoostedCascade over Haar-like features
        The cascade.

    Returns
    -------
    HaarFeatures
        The same rectangles.

    Raises
    ------
    TypeError
        If it looks at local binary patterns.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> faces = read_cascade(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    >>> len(features_of(faces)) == len(faces.features)
    True
    """
    features = cascade.features
    if not isinstance(features, HaarRectangles):
        raise TypeError("a cascade over local binary patterns has no Haar-like features")
    return HaarFeatures(cascade.window, features.rectangles, features.weights, features.tilted)


def first_features(cascade: BoostedCascade, n: int) -> HaarFeatures:
    """Return the features that the first stage selected first.

    Parameters
    ----------
    cascade : BoostedCascade over Haar-like features
        The cascade.
    n : int
        How many at most.

    Returns
    -------
    HaarFeatures
        Of the first stage, in the order of its stumps.

    Examples
    --------
    >>> import cv2
    >>> from lamplit.boosting import read_cascade
    >>> faces = read_cascade(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    >>> len(first_features(faces, 3))
    3
    """
    return features_of(cascade)[cascade.stages[0].feature[:n]]
