"""From a list of pictures to labelled faces: read one by one, and every failure kept for the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import LabelSet
from lamplit.core.values import Box
from lamplit.datasets.archive import Archive
from lamplit.datasets.labelled import NOBODY, LabelledFaces, Refused, list_refused
from lamplit.datasets.pictures import decode_any_grey
from lamplit.imaging.geometry import shrink_to_fit

LONGEST = 640
"""Longest side of what readers give, in pixels: a data set of camera pictures would not fit into memory, and
a face that fills a third of the picture still has more pixels than any network of lamplit looks at."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A picture that a data set names.

    Parameters
    ----------
    name : str
        What errors and lists call it.
    label : int
        Position of its label in the label set.
    load : callable
        Reads it: grey, uint8, of any size. Raises DatasetError where that fails.
    person : str
        Who it shows; "" where that is not known.
    """

    name: str
    label: int
    load: Callable[[], ByteArray]
    person: str = NOBODY


@dataclass(frozen=True, slots=True)
class Reading:
    """How pictures are read.

    Parameters
    ----------
    longest : int
        The most pixels that a side may have; larger pictures are shrunk.
    strict : bool
        Whether anything that cannot be used is an error.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture.
    """

    longest: int = LONGEST
    strict: bool = True
    on_picture: Callable[[int, int], None] | None = None


def gather(
    where: str,
    listed: Sequence[Listed],
    *,
    name: str,
    labels: LabelSet,
    how: Reading,
    refused: Iterable[Refused] = (),
) -> LabelledFaces:
    """Read the pictures of a list.

    Parameters
    ----------
    where : str
        What errors call the data set.
    listed : sequence of Listed
        The pictures.
    name : str
        Name of the data set.
    labels : LabelSet
        Its labels.
    how : Reading
        Sizes, strictness, progress.
    refused : iterable of Refused
        What was left out before.

    Returns
    -------
    LabelledFaces
        The pictures that could be read, in the order of the list; the others are in `refused`.

    Raises
    ------
    DatasetError
        If no picture is left, or one is refused and the reading is strict; all are named in one error.
    InvalidArgumentError
        If `how.longest` is no size.

    Examples
    --------
    >>> grey = np.zeros((40, 20), np.uint8)
    >>> one = Listed("a.png", 1, lambda: grey)
    >>> faces = gather("mine", [one], name="mine", labels=LabelSet("two", ("calm", "happy")), how=Reading(20))
    >>> faces.images[0].shape, faces.classes
    ((20, 10), array([1]))
    """
    refused, kept, images = list(refused), [], []
    for done, picture in enumerate(listed, start=1):
        try:
            images.append(shrink_to_fit(picture.load(), how.longest))
            kept.append(picture)
        except DatasetError as error:
            refused.append(refusal_of(picture.name, error))
        if how.on_picture is not None:
            how.on_picture(done, len(listed))
    _check_harvest(where, kept, refused, how)
    return LabelledFaces(
        name=name,
        labels=labels,
        names=tuple(picture.name for picture in kept),
        images=tuple(images),
        classes=np.array([picture.label for picture in kept], dtype=np.int64),
        people=tuple(picture.person for picture in kept),
        refused=tuple(refused),
    )


def _check_harvest(where: str, kept: Sequence[Listed], refused: Sequence[Refused], how: Reading) -> None:
    """Refuse a set without pictures, and a strict reading that lost some."""
    if refused and how.strict:
        came = f"{len(refused):,} that cannot: {list_refused(refused)}"
        hint = "mend or remove them, or leave them out with strict=False"
        raise DatasetError(where, "pictures that can all be used", came, hint)
    if not kept:
        came = f"none: {list_refused(refused)}" if refused else "none"
        raise DatasetError(where, "at least one picture that can be used", came)


def check_classes(where: str, listed: Sequence[Listed], faces: LabelledFaces) -> None:
    """Refuse a set in which a label has lost all its pictures.

    Parameters
    ----------
    where : str
        What errors call the data set.
    listed : sequence of Listed
        The pictures that were to be read.
    faces : LabelledFaces
        Those that could be.

    Raises
    ------
    DatasetError
        If a label of the list has none.

    Examples
    --------
    >>> grey = np.zeros((4, 4), np.uint8)
    >>> one = Listed("a.png", 1, lambda: grey)
    >>> faces = gather("mine", [one], name="mine", labels=LabelSet("two", ("calm", "happy")), how=Reading())
    >>> check_classes("mine", [one], faces)
    """
    lost = sorted({picture.label for picture in listed} - set(faces.classes.tolist()))
    if lost:
        came = f"none of {', '.join(faces.labels[label] for label in lost)}: {list_refused(faces.refused)}"
        raise DatasetError(where, "a picture of every label that can be used", came)


def refusal_of(name: str, error: DatasetError) -> Refused:
    """Turn an error into a line of the report.

    Parameters
    ----------
    name : str
        The picture or row.
    error : DatasetError
        What is wrong with it.

    Returns
    -------
    Refused
        Its name, and the error's reason and hint.

    Examples
    --------
    >>> print(refusal_of("a.png", DatasetError("long/path/a.png", "a picture", "a video", "cut frames out")))
    a.png: needs a picture, got a video (cut frames out)
    """
    return Refused(name, f"{error.reason} ({error.hint})" if error.hint else error.reason)


def from_file(files: Archive, member: str, *, box: Box | None = None) -> Callable[[], ByteArray]:
    """Prepare to read a picture from a folder or zip.

    Parameters
    ----------
    files : Archive
        Where it lies; must be open when it is read.
    member : str
        Its name there.
    box : Box, optional
        What to cut out, in whole pixels; what leaves the picture is dropped.

    Returns
    -------
    callable
        Reads the picture: grey, uint8 of shape (H, W).
    """
    return partial(_load, files, member, box)


def _load(files: Archive, member: str, box: Box | None) -> ByteArray:
    """Read a picture and cut the box out."""
    where = f"{files.path}: {member}"
    image = decode_any_grey(files.read(member), where=where)
    if box is None:
        return image
    rows = slice(max(0, round(box.y1)), max(0, round(box.y2)))
    columns = slice(max(0, round(box.x1)), max(0, round(box.x2)))
    if image[rows, columns].size == 0:
        came = f"({box.x1:g}, {box.y1:g}, {box.x2:g}, {box.y2:g})"
        raise DatasetError(where, f"a box within {image.shape[1]} x {image.shape[0]} pixels", came)
    return np.ascontiguousarray(image[rows, columns])


def each_once(members: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[Refused]]:
    """Keep the first file of each picture: archives that were unpacked twice would give every face a copy.

    Parameters
    ----------
    members : iterable of (str, str)
        What identifies a picture, and its file.

    Returns
    -------
    files : dict
        The first file of each picture.
    refused : list of Refused
        The others.

    Examples
    --------
    >>> kept, refused = each_once([("KA.AN1.39", "a/KA.AN1.39.tiff"), ("KA.AN1.39", "b/KA.AN1.39.tiff")])
    >>> list(kept.values()), str(refused[0])
    (['a/KA.AN1.39.tiff'], 'b/KA.AN1.39.tiff: is there already as a/KA.AN1.39.tiff')
    """
    kept: dict[str, str] = {}
    refused = []
    for key, member in members:
        if key in kept:
            refused.append(Refused(member, f"is there already as {kept[key]}"))
        else:
            kept[key] = member
    return kept, refused


def check_split(split: str | None, splits: Sequence[str]) -> None:
    """Refuse a split that the data set does not have.

    Parameters
    ----------
    split : str or None
        What the caller asked for.
    splits : sequence of str
        The splits of the data set; empty where it has none.

    Raises
    ------
    InvalidArgumentError
        If it is none of them, or the data set has none.

    Examples
    --------
    >>> check_split("test", ["training", "test"])
    >>> check_split(None, [])
    """
    if splits and split not in splits:
        raise InvalidArgumentError("split", f"one of {list(splits)}", repr(split))
    if split is not None and not splits:
        hint = "divide the people instead, with lamplit.datasets.split_by_people"
        raise InvalidArgumentError("split", "None, as this data set has no splits", repr(split), hint)
