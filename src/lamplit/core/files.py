"""Folders that are made when needed, and files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lamplit.core.errors import OutputError


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder with those above it, unless it is there.

    Parameters
    ----------
    path : path-like
        The folder.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If it cannot be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     make_folder(Path(folder, "a", "b")).is_dir()
    True
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        came = error.strerror or str(error)
        raise OutputError(str(path), "a folder that can be written", came) from error
    return folder


def write_atomically(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, creating its folder where needed.

    Parameters
    ----------
    path : path-like
        Where the file shall stand; a file that is there already is replaced, and a link keeps pointing.
    content : bytes
        What shall stand in it.

    Raises
    ------
    OutputError
        If the folder cannot be made, the file cannot be written or replaced, or a folder or device is there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "new", "a.txt"), b"whole")
    ...     Path(folder, "new", "a.txt").read_text()
    'whole'
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    try:
        if target.exists() and not target.is_file():  # replacing would put a file where a device was
            raise OutputError(str(path), "a file", "a folder" if target.is_dir() else "a device")
        target.parent.mkdir(parents=True, exist_ok=True)
        _write_beside(target, content)
    except OSError as error:
        came = error.strerror or str(error)
        hint = "choose another place, or make room"
        raise OutputError(str(path), "a file that can be written", came, hint) from error


def _write_beside(target: Path, content: bytes) -> None:
    """Write to a new file in the target's folder and move it there: one step within one file system."""
    # Not tempfile: its files are private to their owner, and the finished one would stay so.
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or the new name may reach the disk before the content does
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
