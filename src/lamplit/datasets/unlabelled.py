"""Faces that nobody labelled: pictures alone, for teachers to speak of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError, InvalidImageError
from lamplit.datasets.archive import Archive
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import resize_faces
from lamplit.imaging.images import read_image

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".webp", ".tif", ".tiff"})


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
        names = [name for name in files.names() if PurePosixPath(name).suffix.lower() in SUFFIXES]
        if not names:
            raise DatasetError(str(path), f"pictures ({', '.join(sorted(SUFFIXES))})", "none")
        faces = np.empty((len(names), size, size), dtype=np.uint8)
        for done, name in enumerate(names):
            try:
                image = grey_from_rgb(read_image(files.read(name)))
            except InvalidImageError as error:
                raise DatasetError(f"{path}: {name}", error.required, error.came, error.hint) from error
            faces[done] = resize_faces(image[None], size)[0]
            if on_picture is not None:
                on_picture(done + 1, len(names))
    return faces
