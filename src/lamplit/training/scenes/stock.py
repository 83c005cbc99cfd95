"""All pictures that scenes are composed of, decoded once and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.datasets import ferplus, no_faces, yale_b
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import FerPlus, read_ferplus
from lamplit.datasets.five_points import five_points, frame_of
from lamplit.datasets.landmarks import read_landmarks
from lamplit.datasets.no_faces import read_no_faces
from lamplit.datasets.unlabelled import UNLABELLED, UNLABELLED_SOURCES, Pictures, read_pictures
from lamplit.datasets.yale_b import read_yale_b
from lamplit.datasets.yale_b_framing import FRAME
from lamplit.training.landmarks.data import is_held_out
from lamplit.training.scenes.pictures import NEAR, Cutout

MOST_DOUBTS = 2
"""Votes for "unknown" or "not a face" up to which a picture of FER+ counts as a face."""

MOST_ERROR = 0.08
"""Sides of the square that points may lie off their usual places; beyond, they are not believed."""

SIDES = (0.6, 1.5)
"""Sides of the square that follows from points, as shares of the crop's, between which it is believed."""

FIRST_UNSEEN = 11
"""People of Extended Yale B from this number on stay unseen: the set has uncropped pictures of them."""


@dataclass(frozen=True, slots=True, eq=False)
class SceneStock:
    """What scenes are composed of.

    Parameters
    ----------
    small : tuple of Cutout
        Faces of 48 x 48 pixels (FER+).
    large : tuple of Cutout
        Faces of up to 256 x 256 pixels with some surround, of which all points are known.
    lit : tuple of Cutout
        Faces in many lights (Extended Yale B).
    pictures : tuple of ndarray of shape (H, W), uint8
        Pictures without faces.
    sources : tuple of mapping
        What a card says of them.
    hard : tuple of Cutout
        Those of `small` that are to be seen more often.
    """

    small: tuple[Cutout, ...]
    large: tuple[Cutout, ...]
    lit: tuple[Cutout, ...]
    pictures: tuple[ByteArray, ...]
    sources: tuple[dict[str, object], ...] = ()
    hard: tuple[Cutout, ...] = ()

    @property
    def counts(self) -> list[int]:
        """Numbers of small, large and lit faces and of pictures; a run goes on only with the same."""
        return [len(part) for part in (self.small, self.large, self.lit, self.pictures)]


@dataclass(frozen=True, slots=True, eq=False)
class SceneStocks:
    """What to learn from and what to measure on.

    Parameters
    ----------
    training, held_out : SceneStock
        Apart by split, by the hash of the name and, for FER+, without training pictures that stand among
        those measured on, pixel for pixel. Unlabelled faces are not compared by their pixels.
    """

    training: SceneStock
    held_out: SceneStock


def read_scene_stocks(data: Path) -> SceneStocks:
    """Read all that scenes are composed of.

    Parameters
    ----------
    data : Path
        Folder with ferplus.zip, faces-unlabelled.zip, CroppedYale.zip, no-faces.zip and landmarks.npz.

    Returns
    -------
    SceneStocks
        To learn from: FER+ training faces without copies of validation faces, the training parts of the
        unlabelled faces and of the pictures without faces, and ten people of Extended Yale B. To measure on:
        FER+ validation faces and the tuning parts; the held-out parts are read by neither.

    Raises
    ------
    DatasetError
        If files are absent or not as expected.
    """
    training, validation = (read_ferplus(data, split) for split in ("training", "validation"))
    kept = training.subset(~have_copies(training.images, among=validation.images))
    small, large, lit = _ferplus(kept, data), _unlabelled(data, "training"), _yale_b(data)
    pictures = read_no_faces(data, "training").images
    rows = [
        ("FER+, training split", len(small), ferplus.SOURCE, ferplus.TERMS),
        (f"{UNLABELLED}, training part", len(large), *UNLABELLED_SOURCES[UNLABELLED]),
        ("Extended Yale B, cropped, people 1 to 10", len(lit), yale_b.SOURCE, yale_b.TERMS),
        ("pictures without faces, training part", len(pictures), no_faces.SOURCE, no_faces.TERMS),
    ]
    keys = ("name", "pictures", "source", "terms")
    sources = tuple(dict(zip(keys, row, strict=True)) for row in rows)
    unseen = read_no_faces(data, "tuning").images
    held_out = SceneStock(_ferplus(validation, data), _unlabelled(data, "tuning"), (), unseen)
    return SceneStocks(SceneStock(small, large, lit, pictures, sources), held_out)


def framed(image: ByteArray, five: FloatArray) -> Cutout | None:
    """Return a face with the frame that follows from its points, or None where they are not to be believed.

    Parameters
    ----------
    image : ndarray of shape (H, W), uint8
        Grey.
    five : ndarray of shape (5, 2)
        The points in pixels; NaN for none.

    Returns
    -------
    Cutout or None
        The face, framed and with its points.

    Examples
    --------
    >>> from lamplit.datasets.five_points import USUAL
    >>> face = framed(np.zeros((48, 48), np.uint8), USUAL * 48)
    >>> [round(float(n), 3) for n in face.square[:3]]
    [24.0, 24.0, 48.0]
    >>> framed(np.zeros((48, 48), np.uint8), USUAL * np.nan) is None
    True
    """
    if not np.isfinite(five).all():
        return None
    squares, errors = frame_of(five[None])
    share = squares[0, 2] / float(np.sqrt(image.shape[0] * image.shape[1]))
    if errors[0] > MOST_ERROR or not SIDES[0] < share < SIDES[1]:
        return None
    return Cutout.of(image, squares[0], five.astype(np.float32))


def large_faces(pictures: Pictures, points: FloatArray) -> list[Cutout]:
    """Return the unlabelled faces whose points are to be believed.

    Parameters
    ----------
    pictures : Pictures
        N of them.
    points : ndarray of shape (N, 68, 2)
        Landmarks in fractions of width and height.

    Returns
    -------
    list of Cutout
        Framed by their points.
    """
    found = []
    for image, five in zip(pictures.images, five_points(points), strict=True):
        face = framed(image, five * np.array(image.shape[::-1], np.float32))
        if face is not None:
            found.append(face)
    return found


def _ferplus(faces: FerPlus, data: Path) -> tuple[Cutout, ...]:
    """Return faces of FER+; those without points fill their crops as faces of FER+ usually do."""
    faces = faces.subset(faces.votes[:, 8:].sum(axis=1) <= MOST_DOUBTS)
    fives = five_points(read_landmarks(data, faces.split, faces.names)) * np.float32(ferplus.SIDE)
    middle = ferplus.SIDE / 2
    usual = (middle, middle, ferplus.SIDE, 0.0)
    pairs = zip(faces.images, fives, strict=True)
    return tuple(framed(image, five) or Cutout.of(image, usual) for image, five in pairs)


def _unlabelled(data: Path, part: str) -> tuple[Cutout, ...]:
    """Return one part of the unlabelled faces."""
    pictures = read_pictures(data / UNLABELLED, part=part)
    points = read_landmarks(data, "unlabelled", pictures.names)
    if part == "training":  # those that landmarks are measured on are shown by no scene
        points[[is_held_out(name) for name in pictures.names]] = np.nan
    return tuple(large_faces(pictures, points))


def _yale_b(data: Path) -> tuple[Cutout, ...]:
    """Return faces of Extended Yale B, but for those that nobody could see."""
    faces = read_yale_b(data)
    faces = faces.choose((faces.person < FIRST_UNSEEN) & (faces.images.mean(axis=(1, 2)) > 8))
    square = ((FRAME.x1 + FRAME.x2) / 2, (FRAME.y1 + FRAME.y2) / 2, FRAME.width, 0.0)
    return tuple(Cutout.of(image, square, kind=NEAR) for image in faces.images)
