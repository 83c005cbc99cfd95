"""Write a picture whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from lamplit.core.arrays import ByteArray
from lamplit.core.errors import InvalidArgumentError, OutputError
from lamplit.core.files import write_atomically
from lamplit.imaging.formats import JPEG, PNG, WEBP, format_of_suffix
from lamplit.imaging.pixels import check_bytes

_WRITABLE = (PNG, JPEG, WEBP)


def write_image(path: str | Path, image: ByteArray, *, quality: int = 92) -> None:
    """Write a picture as PNG, JPEG or WebP, by the suffix of its path.

    Parameters
    ----------
    path : str or Path
        Where to; missing folders are made. A file that is there is replaced in one step, so that nobody
        ever sees half a picture.
    image : ndarray of shape (H, W) or (H, W, 3), uint8
        Grey or RGB.
    quality : int
        From 1 to 100, for JPEG and WebP. PNG loses nothing.

    Raises
    ------
    InvalidArgumentError
        If `image` or `quality` are not of this form.
    OutputError
        If the suffix is another one or the file cannot be written.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_image(Path(folder) / "made" / "black.png", np.zeros((4, 4), np.uint8))
    ...     [file.name for file in Path(folder).rglob("*.png")]
    ['black.png']
    """
    check_bytes(image)
    if isinstance(quality, bool) or not isinstance(quality, int) or not 1 <= quality <= 100:
        raise InvalidArgumentError("quality", "an integer from 1 to 100", repr(quality))
    kind = format_of_suffix(str(path))
    if kind not in _WRITABLE:
        suffixes = ", ".join(suffix for known in _WRITABLE for suffix in known.suffixes[:2])
        raise OutputError(str(path), f"a name that ends in one of {suffixes}", repr(Path(path).suffix))
    buffer = io.BytesIO()
    try:
        Image.fromarray(image).save(buffer, format=kind.name, quality=quality)
    except (OSError, ValueError) as error:  # JPEG and WebP have a greatest width and height
        raise OutputError(str(path), f"a picture that {kind.name} can hold", f"{error}") from error
    write_atomically(path, buffer.getvalue())
