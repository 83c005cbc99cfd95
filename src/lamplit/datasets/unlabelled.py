"""Faces that nobody labelled: pictures alone, for teachers to speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive
from lamplit.datasets.no_faces import part_of
from lamplit.datasets.pictures import decode_any_grey
from lamplit.imaging.geometry import resize_faces

UNLABELLED = "faces-unlabelled.zip"
"""The collection that lamplit learns from."""

UNLABELLED_SOURCES = {UNLABELLED: ("muxspace/facial_expressions on GitHub", "Apache-2.0")}
"""Source and terms of known collections of faces that nobody labelled, by file name."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Pictures of one face each, in the order of their names.

    Parameters
    ----------
    names : tuple of str
        File names, without folders.
    images : tuple of ndarray of shape (H, W), uint8
        Grey pictures of different sizes.
    """

    names: tuple[str, ...]
    images: tuple[ByteArray, ...]

    def __len__(self) -> int:
        return len(self.names)


def read_pictures(path: str | Path, *, part: str | None = None) -> Pictures:
    """Read pictures of a folder or zip at their own sizes.

    Parameters
    ----------
    path : str or Path
        A folder or a zip with pictures.
    part : str, optional
        "training", "tuning" or "held-out", as `lamplit.datasets.no_faces.part_of` says; by default all.

    Returns
    -------
    Pictures
        Grey.

    Raises
    ------
    DatasetError
        If the place cannot be read, holds no such picture, or one of them cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.pgm").write_bytes(b"P5 2 1 255 " + bytes([7, 9]))
    >>> read_pictures(folder).images[0].tolist()
    [[7, 9]]
    """
    with Archive(Path(path)) as files:
        chosen = sorted((place.rsplit("/", 1)[-1], place) for place in files.pictures())
        chosen = [(name, place) for name, place in chosen if part is None or part_of(name) == part]
        if not chosen:
            raise DatasetError(str(path), f"pictures of the {part or 'whole'} part", "none")
        images = tuple(decode_any_grey(files.read(p), where=f"{path}: {n}") for n, p in chosen)
    return Pictures(tuple(name for name, _ in chosen), images)


def read_unlabelled(
    path: str | Path, *, size: int, on_picture: Callable[[int, int], None] | None = None
) -> ByteArray:
    """Read all pictures of a folder or zip as grey squares.

    Parameters
    ----------
    path : str or Path
        A folder or a zip with pictures of one face each, framed as FER+ frames them (eyes at 39 % of the
        height, 0.375 of the side apart).
    size : int
        Side of the squares in pixels.
    on_picture : callable, optional
        Told (pictures read, pictures in all).

    Returns
    -------
    ndarray of shape (N, size, size), uint8
        Grey faces, in the order of their names.

    Raises
    ------
    DatasetError
        If the place cannot be read, holds no picture, or one of them cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.pgm").write_bytes(b"P5 2 2 255 " + bytes([7, 7, 7, 7]))
    >>> read_unlabelled(folder, size=2).tolist()
    [[[7, 7], [7, 7]]]
    """
    with Archive(Path(path)) as files:
        names = files.pictures()
        if not names:
            raise DatasetError(str(path), "pictures", "no file with the suffix of one")
        faces = np.empty((len(names), size, size), dtype=np.uint8)
        for done, name in enumerate(names):
            image = decode_any_grey(files.read(name), where=f"{path}: {name}")
            faces[done] = resize_faces(image[None], size)[0]
            if on_picture is not None:
                on_picture(done + 1, len(names))
    return faces
