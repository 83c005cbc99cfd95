"""The motion of the whole head between two faces, told apart from that of the skin."""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.face_frame import HEIGHT, WIDTH, pixels_from_units

STILL_WINDOWS = ((-0.95, -0.15, 0.95, 0.62), (-0.45, -0.62, 0.45, -0.15))
"""Windows (x1, y1, x2, y2) in eye distances whose skin mostly goes with the skull: from the eyes to the nose
tip, temples included, and the middle of the forehead. Brows and lids move in it; being the smaller part, they
are outvoted."""

_STEP = 3
_HALF_WEIGHT = 1.0
_ROUNDS = 15


def still_weights() -> FloatArray:
    """Return how much each pixel of the framed face says about the head.

    Returns
    -------
    ndarray of shape (192, 144), float32
        1 inside `STILL_WINDOWS`, else 0.

    Examples
    --------
    >>> still_weights().shape, float(still_weights()[64, 72]), float(still_weights()[150, 72])
    ((192, 144), 1.0, 0.0)
    """
    weights = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    for x1, y1, x2, y2 in STILL_WINDOWS:
        (left, top), (right, bottom) = (
            pixels_from_units(np.array([[x1, y1], [x2, y2]])).round().astype(int).tolist()
        )
        weights[max(0, top) : bottom, max(0, left) : right] = 1
    return weights


def fit_similarity(flow: FloatArray, weights: AnyArray, *, rounds: int = _ROUNDS) -> FloatArray:
    """Fit shift, turn and scale to a flow, so that a minority that moves otherwise hardly counts.

    Parameters
    ----------
    flow : ndarray of shape (H, W, 2), float32
        Displacement (x, y) of each pixel.
    weights : ndarray of shape (H, W)
        How much each pixel counts, at least 0; 0 leaves it out.
    rounds : int
        Rounds of reweighting, at least 1.

    Returns
    -------
    ndarray of shape (2, 3), float32
        The similarity [[a, -b, tx], [b, a, ty]] that takes a pixel to where it went.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, or fewer than two pixels count.

    Notes
    -----
    Least squares, solved again with the weights w / (1 + r^2), r the distance in pixels that the last fit
    left, as if errors had Cauchy's distribution. The first round starts from the median shift.

    References
    ----------
    Holland, Welsch (1977), Robust regression using iteratively reweighted least-squares,
    doi:10.1080/03610927708827533.

    Examples
    --------
    >>> flow = np.zeros((48, 48, 2), np.float32) + np.float32([2, -1])
    >>> flow[30:, 30:] += 9
    >>> bool(np.allclose(fit_similarity(flow, np.ones((48, 48))), [[1, 0, 2], [0, 1, -1]], atol=0.05))
    True
    """
    check_integer("rounds", rounds, low=1)
    if flow.ndim != 3 or flow.shape[2] != 2 or np.shape(weights) != flow.shape[:2]:
        came = f"shapes {flow.shape} and {np.shape(weights)}"
        raise InvalidArgumentError("weights", "a flow (H, W, 2) and weights (H, W)", came)
    rows, columns = np.nonzero(np.asarray(weights)[::_STEP, ::_STEP] > 0)
    rows, columns = rows * _STEP, columns * _STEP
    if len(rows) < 2:
        raise InvalidArgumentError("weights", "at least two pixels above 0", str(len(rows)))
    moved = flow[rows, columns].astype(np.float64)  # (N, 2)
    own = np.asarray(weights)[rows, columns].astype(np.float64)
    places = np.column_stack([columns, rows]).astype(np.float64)
    middle = places.mean(axis=0)
    design = _design(places - middle)
    left = moved - np.median(moved, axis=0)
    for _ in range(rounds):
        heavy = own / (1 + (left**2).sum(axis=1) / _HALF_WEIGHT**2)
        both = np.repeat(heavy, 2)[:, np.newaxis]  # (2 N, 1), x and y of a pixel in turn
        a, b, right, down = np.linalg.lstsq(design * np.sqrt(both), moved.ravel() * np.sqrt(both[:, 0]))[0]
        left = moved - (design @ (a, b, right, down)).reshape(-1, 2)
    turn = np.array([[1 + a, -b], [b, 1 + a]])
    shift = middle + np.array([right, down]) - turn @ middle
    return np.column_stack([turn, shift]).astype(np.float32)


def similarity_flow(transform: AnyArray, shape: tuple[int, int]) -> FloatArray:
    """Return the flow that a similarity makes.

    Parameters
    ----------
    transform : ndarray of shape (2, 3)
        Takes pixels (x, y, 1) to where they go.
    shape : tuple of 2 int
        Height and width of the flow.

    Returns
    -------
    ndarray of shape (H, W, 2), float32
        Displacement (x, y) of each pixel.

    Examples
    --------
    >>> similarity_flow([[1, 0, 3], [0, 1, -2]], (2, 2))[1, 1].tolist()
    [3.0, -2.0]
    """
    matrix = np.asarray(transform, dtype=np.float32)
    rows, columns = np.indices(shape, dtype=np.float32)
    places = np.stack([columns, rows], axis=2)  # (H, W, 2)
    flow: FloatArray = places @ matrix[:, :2].T + matrix[:, 2] - places
    return flow


def _design(places: AnyArray) -> AnyArray:
    """Return the equations of places (N, 2) in a, b, tx, ty, shape (2 N, 4)."""
    x, y = places.T
    one, none = np.ones_like(x), np.zeros_like(x)
    equations = np.stack([np.stack([x, -y, one, none], axis=1), np.stack([y, x, none, one], axis=1)], axis=1)
    return equations.reshape(-1, 4)
