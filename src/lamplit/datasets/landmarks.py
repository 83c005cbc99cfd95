"""Landmarks that stand beside the data sets: 68 points for each picture, in the iBUG order."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.landmarks import LEFT_EYE, RIGHT_EYE

FILE = "landmarks.npz"

PREFIXES = {"training": "FER2013Train", "validation": "FER2013Valid", "unlabelled": "faces-unlabelled"}
"""Names here, and how the arrays of the file begin."""

MOUTH = slice(48, 68)
"""Points of the mouth."""


def read_landmarks(
    path: str | Path, split: str, names: tuple[str, ...], *, least_score: float = 0.9
) -> FloatArray:
    """Read the landmarks of pictures of FER+, or of the faces that nobody labelled.

    Parameters
    ----------
    path : str or Path
        `landmarks.npz`, or the folder that holds it.
    split : str
        "training" or "validation" of FER+, or "unlabelled".
    names : tuple of str
        File names of N pictures, without folders.
    least_score : float
        Points of a lower face score are not given.

    Returns
    -------
    ndarray of shape (N, 68, 2), float32
        x and y in fractions of width and height; NaN where there is no face, or none of such a score.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If the file is absent, damaged or without the split.

    Examples
    --------
    >>> read_landmarks("landmarks.npz", "training", ("fer0000000.png",)).shape  # doctest: +SKIP
    (1, 68, 2)
    """
    points, score = read_scored_landmarks(path, split, names)
    points[score < least_score] = np.nan
    return points


def read_scored_landmarks(
    path: str | Path, split: str, names: tuple[str, ...]
) -> tuple[FloatArray, FloatArray]:
    """Read landmarks with the score of each face.

    Parameters
    ----------
    path : str or Path
        `landmarks.npz`, or the folder that holds it.
    split : str
        "training" or "validation" of FER+, or "unlabelled".
    names : tuple of str
        File names of N pictures, without folders.

    Returns
    -------
    points : ndarray of shape (N, 68, 2), float32
        x and y in fractions of width and height; NaN where there is no face.
    score : ndarray of shape (N,), float32
        How surely there is a face, in [0, 1]; 0 where none was found or the picture is not known.

    Raises
    ------
    InvalidArgumentError
        If there is no such split.
    DatasetError
        If the file is absent, damaged or without the split.

    Examples
    --------
    >>> read_scored_landmarks("landmarks.npz", "unlabelled", ("face00000.jpg",))  # doctest: +SKIP
    """
    if split not in PREFIXES:
        raise InvalidArgumentError("split", f"one of {list(PREFIXES)}", repr(split))
    path = Path(path)
    if path.is_dir():
        path = path / FILE
    try:
        with np.load(path, allow_pickle=False) as arrays:
            known, points, score = (arrays[f"{PREFIXES[split]}_{key}"] for key in ("name", "points", "face"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DatasetError(str(path), f"landmarks of the {split} split", str(error)) from error
    places = {name: number for number, name in enumerate(known.tolist())}
    found = np.full((len(names), *points.shape[1:]), np.nan, np.float32)
    scores = np.zeros(len(names), np.float32)
    for number, name in enumerate(names):
        place = places.get(name)
        if place is not None and np.isfinite(points[place]).all():
            found[number], scores[number] = points[place], score[place]
    return found, scores


def eyes_and_mouth(points: FloatArray) -> AnyArray:
    """Return the middles of the subject's right eye, left eye and mouth.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        Landmarks.

    Returns
    -------
    ndarray of shape (N, 3, 2)
        In the unit of the points.

    Examples
    --------
    >>> eyes_and_mouth(np.full((1, 68, 2), 0.5)).shape
    (1, 3, 2)
    """
    middles = [points[:, part].mean(axis=1) for part in (RIGHT_EYE, LEFT_EYE, MOUTH)]
    stacked: AnyArray = np.stack(middles, axis=1)
    return stacked
