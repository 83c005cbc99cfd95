"""Dense optical flow between two grey faces, made robust against light, and how far it can be trusted.

The "streamer" of Jiang (2023): optical flow as the direction in which muscles move the skin, after Mase and
Pentland. Flow rests on the belief that a point keeps its brightness while it moves. Changing light breaks
that, so the faces are brought to the same local mean and contrast first.
"""

from __future__ import annotations

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_number
from lamplit.core.errors import InvalidArgumentError

METHODS = ("dis", "farneback")
"""Ways to compute the flow."""

PREPARATIONS = ("local", "none")
"""Ways to prepare the faces."""

LOCAL_SIGMA = 8.0
"""Standard deviation of the neighbourhood that gives the local mean and contrast, in pixels: an eighth of the
eye distance in the frame of `lamplit.features.face_frame`."""

_SMALLEST_SIDE = 32
_LEVELS_PER_DEVIATION = 40.0  # +-3 local standard deviations fill the 256 levels
_NOISE_DEVIATION = 2.0  # grey levels; neighbourhoods flatter than this hold noise alone


def local_normalisation(image: AnyArray, *, sigma: float = LOCAL_SIGMA) -> ByteArray:
    """Give every neighbourhood the same mean and contrast, so that light and shadow look alike.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        Grey picture.
    sigma : float
        Standard deviation of the neighbourhood (a Gaussian) in pixels, above 0.

    Returns
    -------
    ndarray of shape (H, W), uint8
        128 + 40 (v - mean) / sqrt(variance + 2^2), clipped to 0 to 255; 128 for a picture of one level. A
        change of gain and offset of the light hardly matters, nor one that is slow over the neighbourhood.

    Raises
    ------
    InvalidArgumentError
        If the picture has another form or sigma is not above 0.

    Examples
    --------
    >>> face = np.random.default_rng(0).integers(60, 180, (64, 64)).astype(np.uint8)
    >>> dim = np.rint(face * 0.5).astype(np.uint8)
    >>> int(np.abs(local_normalisation(face) - local_normalisation(dim).astype(int)).mean()) <= 2
    True
    """
    check_number("sigma", sigma, above=0.0)
    grey = _checked(image, "image").astype(np.float32)
    mean = cv2.GaussianBlur(grey, (0, 0), sigma)
    difference = grey - mean
    variance = cv2.GaussianBlur(difference * difference, (0, 0), sigma)
    scaled = difference / np.sqrt(variance + np.float32(_NOISE_DEVIATION**2))
    levels: ByteArray = np.rint(128 + _LEVELS_PER_DEVIATION * scaled).clip(0, 255).astype(np.uint8)
    return levels


def optical_flow(
    before: AnyArray, after: AnyArray, *, method: str = "dis", preparation: str = "local"
) -> FloatArray:
    """Compute how far each pixel of one face has moved in another.

    Parameters
    ----------
    before, after : ndarray of shape (H, W), uint8
        Grey faces of one size, at least 32 pixels a side, aligned as far as can be.
    method : str
        "dis": dense inverse search, patches refined by a smooth variational step; fast, keeps edges of the
        motion. "farneback": expansion into polynomials of second degree.
    preparation : str
        "local": `local_normalisation` of both faces first. "none": the grey levels as they are.

    Returns
    -------
    ndarray of shape (H, W, 2), float32
        Displacement (x, y) in pixels: what lies at (x, y) before lies at (x, y) + flow[y, x] after.

    Raises
    ------
    InvalidArgumentError
        If the faces differ in size or have another form, or there is no such method or preparation.

    References
    ----------
    Kroeger, Timofte, Dai, Van Gool (2016), doi:10.1007/978-3-319-46493-0_28; Farnebaeck (2003),
    doi:10.1007/3-540-45103-X_50; Mase (1991), Recognition of facial expression from optical flow, IEICE
    Transactions E74(10), 3474-3483; Jiang (2023), the section on optical flow.

    Examples
    --------
    >>> noise = np.random.default_rng(0).random((96, 96), dtype=np.float32)
    >>> face = np.rint(255 * cv2.GaussianBlur(noise, (0, 0), 2)).astype(np.uint8)
    >>> flow = optical_flow(face, np.roll(face, 3, axis=1))
    >>> np.median(flow[20:-20, 20:-20], axis=(0, 1)).round().tolist()
    [3.0, 0.0]
    """
    _check_choice("method", method, METHODS)
    _check_choice("preparation", preparation, PREPARATIONS)
    first, second = _checked(before, "before"), _checked(after, "after")
    if first.shape != second.shape:
        raise InvalidArgumentError("after", f"shape {first.shape} as before", f"shape {second.shape}")
    if preparation == "local":
        first, second = local_normalisation(first), local_normalisation(second)
    flow: FloatArray = _dis(first, second) if method == "dis" else _farneback(first, second)
    return flow


def flow_confidence(forward: FloatArray, backward: FloatArray) -> FloatArray:
    """Say how well the flow forth agrees with the flow back.

    Parameters
    ----------
    forward : ndarray of shape (H, W, 2), float32
        Flow from one face to another.
    backward : ndarray of shape (H, W, 2), float32
        Flow from the other to the one.

    Returns
    -------
    ndarray of shape (H, W), float32
        1 where going forth and back ends where it began, 1/2 at the limit beyond which the reference calls a
        point occluded, towards 0 where the two have nothing to do with each other.

    Raises
    ------
    InvalidArgumentError
        If the flows are not of one such shape.

    Notes
    -----
    1 / (1 + e / l), e = |f + b|^2, l = 0.01 (|f|^2 + |b|^2) + 0.5, square pixels; b is read where f leads.

    References
    ----------
    Sundaram, Brox, Keutzer (2010), equation 5, doi:10.1007/978-3-642-15549-9_32.

    Examples
    --------
    >>> forth = np.full((4, 4, 2), 1.0, np.float32)
    >>> float(flow_confidence(forth, -forth).min())
    1.0
    """
    if forward.ndim != 3 or forward.shape[2] != 2 or forward.shape != backward.shape:
        came = f"shapes {forward.shape} and {backward.shape}"
        raise InvalidArgumentError("backward", "two flows of one shape (H, W, 2)", came)
    rows, columns = np.indices(forward.shape[:2], dtype=np.float32)
    back = cv2.remap(
        backward,
        columns + forward[..., 0],
        rows + forward[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    error = ((forward + back) ** 2).sum(axis=2)  # (H, W)
    limit = 0.01 * ((forward**2).sum(axis=2) + (back**2).sum(axis=2)) + 0.5
    agreement: FloatArray = (1 / (1 + error / limit)).astype(np.float32)
    return agreement


def _dis(first: ByteArray, second: ByteArray) -> FloatArray:
    """Compute the flow by dense inverse search; the object keeps buffers, so each call has its own."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)  # the preset stops at a quarter of the size; faces are small already
    search.setVariationalRefinementIterations(10)
    flow: FloatArray = search.calc(first, second, None)
    return flow


def _farneback(first: ByteArray, second: ByteArray) -> FloatArray:
    """Compute the flow from polynomials over 7 x 7 pixels, averaged over 15 x 15, on four levels."""
    flow: FloatArray = cv2.calcOpticalFlowFarneback(
        first, second, None, pyr_scale=0.5, levels=4, winsize=15, iterations=5, poly_n=7, poly_sigma=1.5,
        flags=cv2.OPTFLOW_FARNEBACK_GAUSSIAN,
    )  # fmt: skip
    return flow


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise InvalidArgumentError(name, f"one of {list(choices)}", repr(value))


def _checked(image: AnyArray, name: str) -> ByteArray:
    """Return a grey picture that is large enough for a pyramid."""
    array = np.asarray(image)
    if array.dtype != np.uint8 or array.ndim != 2 or min(array.shape) < _SMALLEST_SIDE:
        required = f"grey uint8 of shape (H, W), at least {_SMALLEST_SIDE} pixels a side"
        raise InvalidArgumentError(name, required, f"{array.dtype} of shape {array.shape}")
    return np.ascontiguousarray(array)
