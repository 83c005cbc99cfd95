"""Value objects that pass between the stages: Box, Detection, Face, FrameResult; LightReading comes along."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.head_pose import HeadPose
from lamplit.core.landmarks import Landmarks
from lamplit.core.light import LightReading as LightReading


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, half-open: a box around one pixel is (x, y, x + 1, y + 1).

    Parameters
    ----------
    x1, y1 : float
        Left and upper edge, in pixels from the picture's upper left corner.
    x2, y2 : float
        Right and lower edge; outside the box.

    Raises
    ------
    InvalidArgumentError
        If a number is not finite or the box has no area.

    Examples
    --------
    >>> Box(10, 20, 30, 60).height
    40
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        numbers = (self.x1, self.y1, self.x2, self.y2)
        if not all(math.isfinite(n) for n in numbers) or self.x2 <= self.x1 or self.y2 <= self.y1:
            raise InvalidArgumentError("box", "finite numbers with x1 < x2 and y1 < y2", str(numbers))

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.y2 - self.y1

    @property
    def xyxy(self) -> FloatArray:
        """The four edges as float32, shape (4,)."""
        return np.array([self.x1, self.y1, self.x2, self.y2], dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A face that a detector found.

    Parameters
    ----------
    box : Box
        Where it is, in pixels of the picture.
    score : float
        The detector's confidence; comparable within one detector only.
    points : ndarray of shape (5, 2), optional
        Middles of the eyes, tip of the nose and corners of the mouth (x, y) in pixels, the subject's right
        eye and corner before the left, for detectors that give them: the face is aligned by them.
    landmarks : Landmarks, optional
        68 points in pixels of the picture, for detectors that look for them.

    Examples
    --------
    >>> Detection(box=Box(0, 0, 48, 48), score=3.5).points is None
    True
    """

    box: Box
    score: float
    points: FloatArray | None = None
    landmarks: Landmarks | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face with the expression that observers would give it.

    Parameters
    ----------
    box : Box
        Where it is, in pixels of the picture.
    score : float
        The detector's confidence.
    labels : tuple of str
        The labels, in the order of `distribution`.
    distribution : tuple of float
        The probability of each label; they sum to 1.
    light : LightReading
        The light on the face.
    verdict : str
        "ok" where the answer stands, "unsure" where the network is in doubt, "unusable light" where nothing
        is left to read (`lamplit.expression.refusal`). The probabilities are given all the same.
    track : int, optional
        The number of the face in a stream (`lamplit.analysis.stream`), the same in all frames.
    landmarks : ndarray of shape (68, 2), float32, optional
        Points (x, y) in pixels of the picture, in the iBUG order. Faces are compared without them.
    pose : HeadPose, optional
        How the head is turned.

    Raises
    ------
    InvalidArgumentError
        If labels and probabilities differ in number, or the probabilities do not sum to 1.

    Examples
    --------
    >>> from lamplit.light import measure
    >>> import numpy as np
    >>> face = Face(box=Box(0, 0, 8, 8), score=1.0, labels=("neutral", "happiness"),
    ...             distribution=(0.25, 0.75), light=measure(np.zeros((8, 8), np.uint8)))
    >>> face.expression, face.probabilities
    ('happiness', {'neutral': 0.25, 'happiness': 0.75})
    """

    box: Box
    score: float
    labels: tuple[str, ...]
    distribution: tuple[float, ...]
    light: LightReading
    verdict: str = "ok"
    track: int | None = None
    landmarks: FloatArray | None = field(default=None, compare=False, repr=False)
    pose: HeadPose | None = None

    def __post_init__(self) -> None:
        if len(self.labels) != len(self.distribution):
            raise InvalidArgumentError(
                "distribution", f"{len(self.labels)} probabilities", f"{len(self.distribution)}"
            )
        if not abs(sum(self.distribution) - 1.0) < 1e-3:
            raise InvalidArgumentError(
                "distribution", "probabilities that sum to 1", f"a sum of {sum(self.distribution)}"
            )

    @property
    def expression(self) -> str:
        """The label with the highest probability."""
        return self.labels[self.distribution.index(max(self.distribution))]

    @property
    def probability(self) -> float:
        """The probability of `expression`."""
        return max(self.distribution)

    @property
    def probabilities(self) -> dict[str, float]:
        """The probability of each label, by name, in the order of `labels`."""
        return dict(zip(self.labels, self.distribution, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameResult(Sequence[Face]):
    """The faces of one picture, best detection first; a picture without a face has length 0.

    Parameters
    ----------
    faces : tuple of Face
        The faces.
    light : LightReading
        The light of the whole picture.
    height, width : int
        Size of the picture in pixels, after its EXIF orientation was applied.
    """

    faces: tuple[Face, ...]
    light: LightReading
    height: int
    width: int

    def __len__(self) -> int:
        return len(self.faces)

    def __iter__(self) -> Iterator[Face]:
        return iter(self.faces)

    def __getitem__(self, item: int) -> Face:  # type: ignore[override]  # faces are taken one by one
        return self.faces[item]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputResult:
    """What became of one input of a long run: every input has one, whatever happened.

    Parameters
    ----------
    source : str
        The input as the user named it.
    status : str
        "ok", "no face", or the `status` of the error that the input met ("truncated", "too large", ...).
    message : str
        What is wrong in a sentence; empty where nothing is.
    frame : FrameResult, optional
        The analysis; None where the input could not be read.
    time : float, optional
        When, in seconds, for a frame of a stream.
    """

    source: str
    status: str
    message: str = ""
    frame: FrameResult | None = None
    time: float | None = None

    @property
    def faces(self) -> tuple[Face, ...]:
        """The faces; none where there are none or the input could not be analysed."""
        return () if self.frame is None else self.frame.faces

    @property
    def failed(self) -> bool:
        """Whether the input could not be analysed ("no face" is a result, not a failure)."""
        return self.frame is None
