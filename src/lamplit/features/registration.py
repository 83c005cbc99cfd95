"""Registration of two framed faces: the shift, turn and scale that bring their skulls together."""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.features.face_frame import HEIGHT, WIDTH
from lamplit.features.head_motion import fit_similarity, still_weights
from lamplit.features.optical_flow import flow_confidence, local_normalisation, optical_flow

REGISTRATIONS = ("flow", "ecc")
"""Ways to register."""

_ECC_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-4)
_ECC_SMOOTHING = (15, 7)  # from coarse to fine: the side of the Gaussian in pixels


def register_faces(
    before: ByteArray, after: ByteArray, *, method: str = "flow", rounds: int = 2
) -> FloatArray:
    """Find the similarity that takes one framed face to another, by the skin that goes with the skull.

    Parameters
    ----------
    before, after : ndarray of shape (192, 144), uint8
        Framed faces of one person, roughly aligned (by a tenth of the eye distance, say).
    method : str
        "flow": dense flow, then a robust fit (`fit_similarity`) over `STILL_WINDOWS`, repeated. "ecc": the
        enhanced correlation coefficient is maximised over affinities, and the nearest similarity taken.
    rounds : int
        How often flow and fit are repeated, at least 1; unused by "ecc".

    Returns
    -------
    ndarray of shape (2, 3), float32
        [[a, -b, tx], [b, a, ty]]: takes pixels of `before` to pixels of `after`. "ecc" returns the identity
        where it does not converge.

    Raises
    ------
    InvalidArgumentError
        If the faces have another size, or there is no such method.

    References
    ----------
    Evangelidis, Psarakis (2008), doi:10.1109/TPAMI.2008.113, for "ecc".

    Examples
    --------
    >>> noise = np.random.default_rng(0).random((192, 144), dtype=np.float32)
    >>> face = np.rint(255 * cv2.GaussianBlur(noise, (0, 0), 2)).astype(np.uint8)
    >>> register_faces(face, np.roll(face, 2, axis=0))[:, 2].round().astype(int).tolist()
    [0, 2]
    """
    check_integer("rounds", rounds, low=1)
    if method not in REGISTRATIONS:
        raise InvalidArgumentError("method", f"one of {list(REGISTRATIONS)}", repr(method))
    for name, face in (("before", before), ("after", after)):
        if face.shape != (HEIGHT, WIDTH) or face.dtype != np.uint8:
            came = f"{face.dtype} of shape {face.shape}"
            raise InvalidArgumentError(name, f"uint8 of shape ({HEIGHT}, {WIDTH})", came)
    return _by_flow(before, after, rounds) if method == "flow" else _by_ecc(before, after)


def chained(first: AnyArray, then: AnyArray) -> FloatArray:
    """Return the transform that does one, then the other.

    Parameters
    ----------
    first, then : ndarray of shape (2, 3)
        Transforms of columns (x, y, 1).

    Returns
    -------
    ndarray of shape (2, 3), float32
        Both in one.

    Examples
    --------
    >>> chained([[1, 0, 3], [0, 1, 0]], [[2, 0, 0], [0, 2, 0]]).tolist()
    [[2.0, 0.0, 6.0], [0.0, 2.0, 0.0]]
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(then, dtype=np.float64)
    return np.column_stack([b[:, :2] @ a[:, :2], b[:, :2] @ a[:, 2] + b[:, 2]]).astype(np.float32)


def inverted(transform: AnyArray) -> FloatArray:
    """Return the transform that undoes another.

    Parameters
    ----------
    transform : ndarray of shape (2, 3)
        Takes columns (x, y, 1) elsewhere; not singular.

    Returns
    -------
    ndarray of shape (2, 3), float32
        Takes them back.

    Examples
    --------
    >>> inverted([[2, 0, 6], [0, 2, 0]]).tolist()
    [[0.5, 0.0, -3.0], [0.0, 0.5, 0.0]]
    """
    matrix = np.asarray(transform, dtype=np.float64)
    back = np.linalg.inv(matrix[:, :2])
    return (np.column_stack([back, -back @ matrix[:, 2]]) + 0.0).astype(np.float32)


def _by_flow(before: ByteArray, after: ByteArray, rounds: int) -> FloatArray:
    """Fit a similarity to the flow, undo it, and look again."""
    found = np.eye(2, 3, dtype=np.float32)
    still = still_weights()
    for _ in range(rounds):
        undone = cv2.warpAffine(after, inverted(found), (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        # Farnebaeck's is the quicker and as good where only the mean motion counts.
        forward = optical_flow(before, undone, method="farneback")
        confidence = flow_confidence(forward, optical_flow(undone, before, method="farneback"))
        found = chained(fit_similarity(forward, still * confidence), found)
    return found


def _by_ecc(before: ByteArray, after: ByteArray) -> FloatArray:
    """Maximise the correlation over affinities: OpenCV has no similarities."""
    first, second = local_normalisation(before), local_normalisation(after)
    mask = (255 * still_weights()).astype(np.uint8)
    found = np.eye(2, 3, dtype=np.float32)
    for side in _ECC_SMOOTHING:
        try:
            _, found = cv2.findTransformECC(first, second, found, cv2.MOTION_AFFINE, _ECC_STOP, mask, side)
        except cv2.error:  # the correlation is too small to climb
            return np.eye(2, 3, dtype=np.float32)
    rows, columns = np.nonzero(mask)
    middle = np.array([columns.mean(), rows.mean()])
    a, b = (found[0, 0] + found[1, 1]) / 2, (found[1, 0] - found[0, 1]) / 2
    turn = np.array([[a, -b], [b, a]])
    shift = found[:, :2] @ middle + found[:, 2] - turn @ middle  # the middle goes where the affinity takes it
    return np.column_stack([turn, shift]).astype(np.float32)
