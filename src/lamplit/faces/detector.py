"""What a face detector is, and the detectors there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Detection
from lamplit.faces.boosted import BoostedFaceDetector
from lamplit.faces.cascade import CascadeFaceDetector
from lamplit.faces.net import NetFaceDetector
from lamplit.imaging.images import read_image


@runtime_checkable
class FaceDetector(Protocol):
    """Anything that finds faces: lamplit's own detectors, or one of yours.

    A detector may be called from several threads at once.
    """

    def detect(self, image: AnyArray) -> list[Detection]:
        """Find the faces of an RGB (H, W, 3) or grey (H, W) uint8 picture, best first; there may be none."""


_DETECTORS: dict[str, Callable[..., FaceDetector]] = {
    "boosted": BoostedFaceDetector,
    "cascade": CascadeFaceDetector,
    "net": NetFaceDetector,
}


_NETWORKS = {"net"}

USUAL = "net"
"""The detector where one does not say which."""


def list_detectors() -> list[str]:
    """Return the names of the detectors, sorted.

    Examples
    --------
    >>> list_detectors()
    ['boosted', 'cascade', 'net']
    """
    return sorted(_DETECTORS)


def get_detector(name: str, **settings: Any) -> FaceDetector:
    """Build a detector.

    Parameters
    ----------
    name : str
        One of `list_detectors()`.
    **settings
        Keyword arguments of the detector.

    Returns
    -------
    FaceDetector
        Ready to use.

    Raises
    ------
    InvalidArgumentError
        If there is no such detector or setting, or a setting is out of range.
    WeightsMissingError
        If the detector's weights are not there.

    Examples
    --------
    >>> get_detector("cascade", min_size=32).min_size
    32
    """
    if not isinstance(name, str) or name not in _DETECTORS:
        raise InvalidArgumentError("detector", f"one of {list_detectors()}", repr(name))
    try:
        return _DETECTORS[name](**settings)
    except TypeError as error:
        raise InvalidArgumentError(f"detector {name}", "settings that it knows", str(error)) from error


def detector_from(
    detector: str | FaceDetector, min_size: int | None, *, device: str = "cpu", threads: int | None = None
) -> FaceDetector:
    """Return the detector that a user asked for, by name or as an object.

    Parameters
    ----------
    detector : str or FaceDetector
        One of `list_detectors()`, or a detector of one's own.
    min_size : int, optional
        Smallest face in pixels, for detectors given by name.
    device : str
        "cpu", "cuda" or "auto", for networks given by name; cascades have no such settings.
    threads : int, optional
        Threads of one call on the CPU, for networks given by name.

    Returns
    -------
    FaceDetector
        Ready to use.

    Raises
    ------
    InvalidArgumentError
        If there is no such detector, or `min_size` is out of range or given for an object.

    Examples
    --------
    >>> detector_from("cascade", None).min_size is None
    True
    """
    if isinstance(detector, str):
        settings = {"device": device, "threads": threads} if detector in _NETWORKS else {}
        return get_detector(detector, min_size=min_size, **settings)
    if isinstance(detector, type) or not isinstance(detector, FaceDetector):
        required = "a name or an object with a method detect(image)"
        came = f"the class {detector.__name__}" if isinstance(detector, type) else type(detector).__name__
        raise InvalidArgumentError("detector", required, came)
    if min_size is not None:
        raise InvalidArgumentError("min_size", "a detector given by name", "a detector of your own")
    return detector


def detect_faces(
    image: Any, *, detector: str | FaceDetector = USUAL, min_size: int | None = None
) -> list[Detection]:
    """Find the faces of a picture.

    Parameters
    ----------
    image : path, bytes, file object, PIL image or ndarray
        The picture; see `lamplit.imaging.images.read_image`.
    detector : str or FaceDetector
        One of `list_detectors()`, or a detector of your own. For many pictures build one with `get_detector`
        and give it here: a name builds a new one each time.
    min_size : int, optional
        Smallest face in pixels; by default the detector's own choice.

    Returns
    -------
    list of Detection
        Best first, with `.box` in pixels, `.score` and `.points`; empty where there is no face.

    Raises
    ------
    InvalidImageError
        If the picture cannot be read.
    InvalidArgumentError
        If an argument is out of range.

    Examples
    --------
    >>> import numpy as np
    >>> detect_faces(np.zeros((64, 64, 3), dtype=np.uint8))
    []
    """
    return detector_from(detector, min_size).detect(read_image(image))
