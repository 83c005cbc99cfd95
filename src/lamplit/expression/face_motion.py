"""From two pictures of a person, neutral and expressive, to the motion of every facial muscle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.values import Box
from lamplit.faces.detector import FaceDetector, detector_from
from lamplit.faces.eyes import find_eyes, usual_eyes
from lamplit.features.face_frame import HEIGHT, WIDTH, check_eyes, frame_transform, framed
from lamplit.features.head_motion import fit_similarity, similarity_flow, still_weights
from lamplit.features.muscle_motion import MuscleMotion, muscle_motion
from lamplit.features.optical_flow import METHODS, PREPARATIONS, flow_confidence, optical_flow
from lamplit.features.registration import REGISTRATIONS, chained, inverted, register_faces
from lamplit.imaging.colour import grey_from_rgb

ALIGNMENTS = (*REGISTRATIONS, "eyes", "box")
"""Ways to lay the second face on the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMotion:
    """How a face moved from one picture to another.

    Parameters
    ----------
    before, after : ndarray of shape (192, 144), uint8
        The faces, framed and aligned (`lamplit.features.face_frame`).
    flow : ndarray of shape (192, 144, 2), float32
        Motion (x, y) of each pixel of `before`, that of the head taken out.
    confidence : ndarray of shape (192, 144), float32
        How far the flow can be trusted, 0 to 1.
    muscles : MuscleMotion
        Direction and strength by muscle.
    eyes_from : str
        Where the muscles' places come from: the eyes as "given", as found in the picture "before" or "after",
        or only guessed from the detector's "box".
    frames : pair of ndarray of shape (2, 3), float32
        The similarities that took pixels of the two pictures to those of `before` and `after`.

    Examples
    --------
    >>> from lamplit.features.face_frame import HEIGHT, WIDTH
    >>> import numpy as np
    >>> face, still = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH, 2), np.float32)
    >>> sure = np.ones((HEIGHT, WIDTH), np.float32)
    >>> motion = FaceMotion(before=face, after=face, flow=still, confidence=sure,
    ...                     muscles=muscle_motion(still, sure), eyes_from="box",
    ...                     frames=(np.eye(2, 3), np.eye(2, 3)))
    >>> float(motion.muscles.strengths.max())
    0.0
    """

    before: ByteArray
    after: ByteArray
    flow: FloatArray
    confidence: FloatArray
    muscles: MuscleMotion
    eyes_from: str
    frames: tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedFace:
    """A grey picture with its face and its eyes, as far as they are known.

    Parameters
    ----------
    grey : ndarray of shape (H, W), uint8
        The picture.
    box : Box or None
        Where the detector found the face, in pixels; None where nobody looked.
    eyes : ndarray of shape (2, 2), float32, or None
        Centres (x, y) in pixels, the subject's right eye first; None where they were not found.

    Examples
    --------
    >>> import numpy as np
    >>> PlacedFace(np.zeros((90, 90), np.uint8), Box(10, 10, 80, 80), None).eyes is None
    True
    """

    grey: ByteArray
    box: Box | None
    eyes: FloatArray | None


class MuscleReader:
    """Read the motion of facial muscles off two pictures of one person.

    Parameters
    ----------
    detector : str or FaceDetector
        Finds the faces: a name of `lamplit.faces.list_detectors()`, or a detector of your own. By default
        OpenCV's cascade, with which everything was measured (docs/optical-flow.md).
    alignment : str
        How the second face is laid on the first: "flow" or "ecc" register the parts that go with the skull
        (`lamplit.features.registration`); "eyes" takes the eyes found in both; "box" believes the detector.
    method : str
        "dis" or "farneback" (`lamplit.features.optical_flow`).
    preparation : str
        "local" or "none" (`lamplit.features.optical_flow`).

    Raises
    ------
    InvalidArgumentError
        If there is no such detector, alignment, method or preparation.

    References
    ----------
    Mase (1991), IEICE Transactions E74(10), 3474-3483; Mase, Pentland (1991), doi:10.1002/scj.4690220607;
    Essa, Pentland (1997), doi:10.1109/34.598232; Jiang (2023), the section on optical flow.

    Examples
    --------
    >>> MuscleReader(method="farneback").alignment
    'flow'
    """

    def __init__(
        self,
        *,
        detector: str | FaceDetector = "cascade",
        alignment: str = "flow",
        method: str = "dis",
        preparation: str = "local",
    ) -> None:
        settings = {"alignment": ALIGNMENTS, "method": METHODS, "preparation": PREPARATIONS}
        given = {"alignment": alignment, "method": method, "preparation": preparation}
        for name, known in settings.items():
            if given[name] not in known:
                raise InvalidArgumentError(name, f"one of {list(known)}", repr(given[name]))
        self.detector = detector_from(detector, None)
        self.alignment = alignment
        self.method = method
        self.preparation = preparation

    def place(self, image: ByteArray, *, name: str = "image") -> PlacedFace:
        """Find face and eyes of a picture once, to compare it with many.

        Parameters
        ----------
        image : ndarray of shape (H, W) or (H, W, 3), uint8
            The picture. Its surest face counts.
        name : str
            What an error calls it.

        Returns
        -------
        PlacedFace
            What `compare` takes in place of the picture.

        Raises
        ------
        InvalidArgumentError
            If the picture has another form or no face is found.
        """
        grey = grey_from_rgb(image)
        found = self.detector.detect(grey)
        if not found:
            hint = "a face from the front, at least 60 pixels wide, works best"
            raise InvalidArgumentError(name, "a picture with a face", "a picture without one", hint)
        return PlacedFace(grey, found[0].box, find_eyes(grey, found[0].box))

    def compare(
        self,
        before: ByteArray | PlacedFace,
        after: ByteArray | PlacedFace,
        *,
        eyes: tuple[AnyArray, AnyArray] | None = None,
    ) -> FaceMotion:
        """Measure what moved between two pictures.

        Parameters
        ----------
        before, after : ndarray of shape (H, W) or (H, W, 3), uint8, or PlacedFace
            The neutral face and the expressive one. The surest face of each picture counts.
        eyes : pair of ndarray of shape (2, 2), optional
            The centres (x, y) of the eyes in both pictures, the subject's right eye first, by whoever knows
            them better (landmarks): then no face is looked for, and `alignment` may refine them.

        Returns
        -------
        FaceMotion
            Flow, and direction and strength by muscle.

        Raises
        ------
        InvalidArgumentError
            If a picture has another form or no face is found, or the alignment is "eyes" and they are not;
            if given eyes are not two pairs of points.
        """
        first, second, source = self._found(before, after) if eyes is None else _given(before, after, eyes)
        start = _eyes_of(first)
        own = frame_transform(start)
        face = framed(first.grey, own)
        onto = self._onto(face, start, first, second)
        return self._measured(face, framed(second.grey, onto), (own, onto), source)

    def follow(self, frames: Iterable[ByteArray], *, consecutive: bool = False) -> Iterator[FaceMotion]:
        """Measure what moved along a sequence.

        Parameters
        ----------
        frames : iterable of ndarray of shape (H, W) or (H, W, 3), uint8
            The pictures in order of time.
        consecutive : bool
            Whether each is compared with the one before it, or all with the first, the neutral face.

        Yields
        ------
        FaceMotion
            One for each picture but the first.

        Raises
        ------
        InvalidArgumentError
            As `compare` does, when its turn comes.
        """
        remaining = iter(frames)
        neutral = next(remaining, None)
        if neutral is None:
            return
        earlier = self.place(neutral, name="before")
        for frame in remaining:
            later = self.place(frame, name="after")
            yield self.compare(earlier, later)
            earlier = later if consecutive else earlier

    def _found(
        self, before: ByteArray | PlacedFace, after: ByteArray | PlacedFace
    ) -> tuple[PlacedFace, PlacedFace, str]:
        """Find the faces and their eyes, and say which picture the first's come from."""
        first, second = self._placed(before, "before"), self._placed(after, "after")
        if first.eyes is not None:
            return first, second, "before"
        if second.eyes is None or self.alignment not in REGISTRATIONS:
            return first, second, "box"
        # Through a first alignment by guessed eyes, those of the second picture say where the first's are.
        return PlacedFace(first.grey, first.box, self._eyes_back(first, second)), second, "after"

    def _placed(self, picture: ByteArray | PlacedFace, name: str) -> PlacedFace:
        """Find face and eyes of a picture where that was not done before."""
        return picture if isinstance(picture, PlacedFace) else self.place(picture, name=name)

    def _onto(self, face: ByteArray, start: FloatArray, first: PlacedFace, second: PlacedFace) -> FloatArray:
        """Return the transform that lays the second picture on the framed first face."""
        if self.alignment == "eyes":
            return frame_transform(_both_seen(first, second))
        guess = _eyes_of(second)
        if first.box is not None and second.box is not None:
            guess = _carried(start, first.box, second.box)
        rough = frame_transform(guess)
        if self.alignment == "box":
            return rough
        moved = register_faces(face, framed(second.grey, rough), method=self.alignment)
        return chained(rough, inverted(moved))

    def _eyes_back(self, first: PlacedFace, second: PlacedFace) -> FloatArray:
        """Return where the eyes of the second picture lie in the first."""
        start = _eyes_of(first)
        own = frame_transform(start)
        onto = self._onto(framed(first.grey, own), start, first, second)
        there = chained(onto, inverted(own))
        eyes: FloatArray = _eyes_of(second) @ there[:, :2].T + there[:, 2]
        return eyes

    def _measured(
        self, before: ByteArray, after: ByteArray, frames: tuple[FloatArray, FloatArray], eyes_from: str
    ) -> FaceMotion:
        """Measure two faces that lie on each other."""
        settings = {"method": self.method, "preparation": self.preparation}
        forward = optical_flow(before, after, **settings)
        confidence = flow_confidence(forward, optical_flow(after, before, **settings))
        head = fit_similarity(forward, still_weights() * confidence)
        flow = forward - similarity_flow(head, (HEIGHT, WIDTH))
        return FaceMotion(
            before=before,
            after=after,
            flow=flow,
            confidence=confidence,
            muscles=muscle_motion(flow, confidence),
            eyes_from=eyes_from,
            frames=frames,
        )


def _given(
    before: ByteArray | PlacedFace, after: ByteArray | PlacedFace, eyes: tuple[AnyArray, AnyArray]
) -> tuple[PlacedFace, PlacedFace, str]:
    """Take the eyes that somebody knows."""
    if len(eyes) != 2:
        raise InvalidArgumentError("eyes", "those of both pictures, (2, 2) each", f"{len(eyes)} of them")
    first = PlacedFace(_grey(before), None, check_eyes(eyes[0], "eyes before"))
    return first, PlacedFace(_grey(after), None, check_eyes(eyes[1], "eyes after")), "given"


def _grey(picture: ByteArray | PlacedFace) -> ByteArray:
    """Return a picture without colour."""
    return picture.grey if isinstance(picture, PlacedFace) else grey_from_rgb(picture)


def _eyes_of(face: PlacedFace) -> FloatArray:
    """Return the eyes that are known, or where they usually are."""
    if face.eyes is not None:
        return face.eyes
    if face.box is None:
        raise InvalidArgumentError("face", "a box or eyes", "neither")
    return usual_eyes(face.box)


def _both_seen(first: PlacedFace, second: PlacedFace) -> FloatArray:
    """Return the eyes of the second picture, where both pictures show theirs."""
    if first.eyes is None or second.eyes is None:
        name = "before" if first.eyes is None else "after"
        hint = "closed eyes and glasses hide them; the alignment 'flow' needs none"
        raise InvalidArgumentError(name, "a face whose eyes are found", "a face without", hint)
    return second.eyes


def _carried(eyes: FloatArray, box: Box, other: Box) -> FloatArray:
    """Return where eyes lie in another box if they lie at the same place in it."""
    scale = (other.width + other.height) / (box.width + box.height)
    return (eyes - box.xyxy[:2]) * scale + other.xyxy[:2]
