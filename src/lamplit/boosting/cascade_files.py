"""Cascade files: OpenCV's XML and lamplit's JSON, told apart by what stands in them."""

from __future__ import annotations

import os
from pathlib import Path

from lamplit.boosting.cascade import BoostedCascade
from lamplit.boosting.cascade_json import cascade_from_json, cascade_to_json
from lamplit.boosting.opencv_xml import cascade_from_xml
from lamplit.boosting.opencv_xml_writing import cascade_to_xml
from lamplit.boosting.safe_xml import MOST_BYTES
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.core.files import write_atomically

_WRITERS = {".json": cascade_to_json, ".xml": cascade_to_xml}


def read_cascade(path: str | os.PathLike[str]) -> BoostedCascade:
    """Read a cascade from a file.

    Parameters
    ----------
    path : path-like
        OpenCV's XML (today's format) or lamplit's JSON, whatever its name.

    Returns
    -------
    BoostedCascade
        The cascade.

    Raises
    ------
    WeightsMissingError
        If the file cannot be read.
    WeightsCorruptError
        If it is neither, or damaged.

    Examples
    --------
    >>> import cv2
    >>> eyes = read_cascade(Path(cv2.data.haarcascades, "haarcascade_eye.xml"))
    >>> eyes.window, len(eyes.stages), eyes.n_trees
    ((20, 20), 24, 1066)
    """
    return parse_cascade(_content(Path(path)), name=str(path))


def parse_cascade(content: bytes, *, name: str = "cascade") -> BoostedCascade:
    """Read a cascade from the content of a file.

    Parameters
    ----------
    content : bytes
        OpenCV's XML (today's format) or lamplit's JSON.
    name : str
        What errors call it.

    Returns
    -------
    BoostedCascade
        The cascade.

    Raises
    ------
    WeightsCorruptError
        If it is neither, or damaged.

    Examples
    --------
    >>> parse_cascade(b"GIF89a", name="a.gif")
    Traceback (most recent call last):
    lamplit.core.errors.WeightsCorruptError: a.gif: needs XML or JSON, got b'GIF89a'
    """
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return cascade_from_xml(content, name=name)
    if start.startswith(b"{"):
        return cascade_from_json(content, name=name)
    raise WeightsCorruptError(name, "XML or JSON", repr(start[:20]) if start else "an empty file")


def write_cascade(cascade: BoostedCascade, path: str | os.PathLike[str]) -> None:
    """Write a cascade to a file.

    Parameters
    ----------
    cascade : BoostedCascade
        The cascade.
    path : path-like
        Where to; the suffix says in which format: .json for lamplit's, .xml for OpenCV's.

    Raises
    ------
    InvalidArgumentError
        If the suffix is another.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import cv2
    >>> from tempfile import TemporaryDirectory
    >>> eyes = read_cascade(Path(cv2.data.haarcascades, "haarcascade_eye.xml"))
    >>> with TemporaryDirectory() as folder:
    ...     write_cascade(eyes, Path(folder, "eyes.json"))
    ...     read_cascade(Path(folder, "eyes.json")).n_trees
    1066
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise InvalidArgumentError("path", f"a name that ends in one of {sorted(_WRITERS)}", str(path))
    write_atomically(path, _WRITERS[suffix](cascade))


def _content(path: Path) -> bytes:
    """Return what a file holds, reading no more than a cascade can have."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        came = error.strerror or str(error)
        raise WeightsMissingError(str(path), "a cascade file (XML or JSON)", came) from error
