"""What a picture can come from, what it is called, and how its bytes are fetched."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
from PIL import Image

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import (
    EmptyImageError,
    ImageTooLargeError,
    InvalidArgumentError,
    UnreadableImageError,
)

ImageSource: TypeAlias = str | Path | bytes | bytearray | memoryview | BinaryIO | Image.Image | AnyArray
"""A path, encoded bytes, an open binary file, a Pillow image or an array."""

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Larger files are refused unread; uncompressed 16-bit RGBA at the default pixel limit just fits."""


def source_name(source: object) -> str:
    """Say what errors and tables call an input.

    Parameters
    ----------
    source : ImageSource
        The input. Other objects get a name as well, so that an error about them can be written.

    Returns
    -------
    str
        The path as given, or a short description in angle brackets.

    Examples
    --------
    >>> source_name("photos/a.jpg"), source_name(b"GIF89a"), source_name(np.zeros((48, 64), np.uint8))
    ('photos/a.jpg', '<bytes, 6 bytes>', '<array (48, 64) uint8>')
    """
    if isinstance(source, str | os.PathLike):
        return str(source) or "''"
    if isinstance(source, bytes | bytearray | memoryview):
        return f"<{type(source).__name__}, {memoryview(source).nbytes:,} bytes>"
    if isinstance(source, np.ndarray):
        return f"<array {source.shape} {source.dtype}>"
    if isinstance(source, Image.Image):
        return _file_name(source, "filename") or f"<image {source.width} x {source.height} {source.mode}>"
    if hasattr(source, "read"):
        return _file_name(source, "name") or "<file object>"
    return f"<{type(source).__name__}>"


def _file_name(source: object, attribute: str) -> str:
    name = getattr(source, attribute, None)
    return name if isinstance(name, str) else ""


def read_bytes(source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO) -> bytes:
    """Fetch the bytes of an encoded picture.

    Parameters
    ----------
    source : path, bytes-like or binary file
        A file object is read from where it stands.

    Returns
    -------
    bytes
        At least one byte.

    Raises
    ------
    UnreadableImageError
        If the path is missing, is no regular file (folders, devices and pipes are never opened), or may
        not be read.
    EmptyImageError
        If there are no bytes.
    ImageTooLargeError
        If the file has more than `MAX_FILE_BYTES`.
    InvalidArgumentError
        If a file object is opened as text.

    Examples
    --------
    >>> read_bytes(bytearray(b"P5"))
    b'P5'
    """
    name = source_name(source)
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | os.PathLike):
        data = _read_path(source, name)
    else:
        data = _read_stream(source, name)
    if not data:
        raise EmptyImageError(name, "a picture", "0 bytes")
    if len(data) > MAX_FILE_BYTES and not isinstance(source, bytes | bytearray | memoryview):
        raise ImageTooLargeError(name, f"a file of at most {MAX_FILE_BYTES:,} bytes", "a larger one")
    return data


def _read_path(source: str | os.PathLike[str], name: str) -> bytes:
    try:
        mode = os.stat(source).st_mode
        if not stat.S_ISREG(mode):
            hint = "a folder counts by the pictures in it, and here are none" if stat.S_ISDIR(mode) else ""
            raise UnreadableImageError(name, "a file", _KINDS.get(stat.S_IFMT(mode), "something else"), hint)
        with open(source, "rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        hint = "save the picture to a file first" if "://" in name else ""
        if set(name) & set("*?["):
            hint = "the pattern fits no file"
        raise UnreadableImageError(name, "a file that exists", "no such file", hint) from error
    except OSError as error:
        raise UnreadableImageError(name, "a file that can be read", f"{error.strerror or error}") from error
    except UnreadableImageError:
        raise
    except ValueError as error:  # a NUL byte or a character that file names cannot hold
        raise UnreadableImageError(name, "a file name", f"{error}") from error


_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def _read_stream(source: BinaryIO, name: str) -> bytes:
    try:
        data: object = source.read(MAX_FILE_BYTES + 1)
    except UnicodeDecodeError as error:
        raise _text_file(name, "a file opened as text") from error
    except (OSError, ValueError) as error:  # ValueError: the file is closed
        raise UnreadableImageError(name, "a file that can be read", f"{error}") from error
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    raise _text_file(name, f"one that gives {type(data).__name__}")


def _text_file(name: str, came: str) -> InvalidArgumentError:
    return InvalidArgumentError(name, "a file opened for bytes", came, 'open it with mode "rb"')
