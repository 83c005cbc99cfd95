"""Whole photos and given crops, brought to the framing that the networks were trained on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.errors import DatasetError
from lamplit.core.values import Box
from lamplit.datasets.labelled import LabelledFaces, Refused, list_refused
from lamplit.expression.backlight import expose_for_face
from lamplit.faces.detector import FaceDetector
from lamplit.faces.framing import face_square
from lamplit.imaging.geometry import crop_square

AUTO, FIND, AS_IS = "auto", "find", "as-is"
FRAMINGS = (AUTO, FIND, AS_IS)
"""Ways to frame: see `frame_faces`."""

CROP_SIDE = 256
"""Pictures with a longer side than this are photos; crops of data sets have 48 to 256 pixels."""

CROP_SHAPE = 4 / 3
"""Crops are at most so much longer one way than the other."""


@dataclass(frozen=True, slots=True)
class FramedFaces:
    """Labelled pictures, each with the square that frames its face.

    Parameters
    ----------
    pictures : LabelledFaces
        The pictures that can be used.
    squares : tuple of Box
        What to cut out of each, in pixels; it may reach beyond the picture.
    found : tuple of bool
        Whether each square comes from the face detector; the others are whole pictures.
    refused : tuple of Refused
        The pictures that cannot be used, with the reason: those of the reader, and those without a face.
    """

    pictures: LabelledFaces
    squares: tuple[Box, ...]
    found: tuple[bool, ...]
    refused: tuple[Refused, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def n_found(self) -> int:
        """How many of the faces the detector found."""
        return sum(self.found)

    def crops(self, size: int) -> ByteArray:
        """Cut all faces out as they are; uint8 of shape (N, size, size)."""
        crops = np.empty((len(self), size, size), np.uint8)
        for number, (image, square) in enumerate(zip(self.pictures.images, self.squares, strict=True)):
            crops[number] = crop_square(image, square, size)
        return crops

    def exposed(self, size: int) -> FloatArray:
        """Cut all faces out as the classifier shows them to its network; float32 in [0, 1]."""
        return expose_for_face(self.crops(size).astype(np.float32) / np.float32(255))

    def subset(self, chosen: AnyArray) -> FramedFaces:
        """Return some of the faces, in the order given; `refused` stays that of the whole."""
        positions = np.arange(len(self))[chosen]
        return dataclasses.replace(
            self,
            pictures=self.pictures.subset(positions),
            squares=tuple(self.squares[i] for i in positions),
            found=tuple(self.found[i] for i in positions),
        )


def frame_faces(
    pictures: LabelledFaces,
    detector: FaceDetector,
    *,
    framing: str = AUTO,
    on_picture: Callable[[int, int], None] | None = None,
) -> FramedFaces:
    """Find the face of each picture, or take pictures as they are.

    Parameters
    ----------
    pictures : LabelledFaces
        Photos or crops.
    detector : FaceDetector
        What finds faces; of several in a picture the best counts.
    framing : str
        "auto": the face that the detector finds; where it finds none, a picture that looks like a crop (at
        most 256 pixels long, sides within 3 : 4) is taken as it is, and any other is refused. "find": only
        faces that the detector finds. "as-is": every picture is a crop already, framed as
        `lamplit.faces.framing` says.
    on_picture : callable, optional
        Told (pictures done, pictures in all).

    Returns
    -------
    FramedFaces
        The pictures that can be used, and what was refused.

    Raises
    ------
    DatasetError
        If no picture of a label can be used.

    Examples
    --------
    >>> from lamplit.core.labels import LabelSet
    >>> from lamplit.faces import get_detector
    >>> pixels = (np.zeros((48, 48), np.uint8), np.zeros((480, 640), np.uint8))
    >>> labels = LabelSet("two", ("calm", "happy"))
    >>> pictures = LabelledFaces("mine", labels, ("a", "b"), pixels, np.array([0, 1]), ("", ""))
    >>> framed = frame_faces(pictures, get_detector("cascade"), framing="as-is")
    >>> framed.squares[1].xyxy.tolist(), framed.crops(24).shape
    ([0.0, 0.0, 640.0, 480.0], (2, 24, 24))
    """
    squares: list[Box | None] = []
    found_in: list[bool] = []
    for done, image in enumerate(pictures.images, start=1):
        found = [] if framing == AS_IS else detector.detect(image)
        found_in.append(bool(found))
        squares.append(face_square(found[0].box) if found else _whole(image, framing))
        if on_picture is not None:
            on_picture(done, len(pictures))
    usable = np.array([square is not None for square in squares], dtype=np.bool_)
    names = [name for name, fine in zip(pictures.names, usable, strict=True) if not fine]
    refused = (*pictures.refused, *(Refused(name, "no face was found in it") for name in names))
    framed = FramedFaces(
        pictures=pictures.subset(usable),
        squares=tuple(square for square in squares if square),
        found=tuple(found for found, fine in zip(found_in, usable, strict=True) if fine),
        refused=refused,
    )
    _check_labels(framed)
    return framed


def _whole(image: ByteArray, framing: str) -> Box | None:
    """Return the whole picture as a square, or None where it is none."""
    height, width = image.shape
    is_crop = max(height, width) <= min(CROP_SIDE, CROP_SHAPE * min(height, width))
    return Box(0, 0, width, height) if framing == AS_IS or (framing == AUTO and is_crop) else None


def _check_labels(framed: FramedFaces) -> None:
    """Refuse a set in which a label has lost all its pictures."""
    labels = framed.pictures.labels
    there: Sequence[int] = framed.pictures.classes.tolist()
    lost = [name for number, name in enumerate(labels) if number not in there]
    if lost:
        came = f"none of {', '.join(lost)}: {list_refused(framed.refused)}"
        hint = "if the pictures are face crops already, say so with --as-is"
        raise DatasetError(framed.pictures.name, "a face of every label", came, hint)
