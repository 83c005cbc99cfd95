"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lamplit.core.errors import OutputError


def write_atomically(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, creating its folder where needed.

    Parameters
    ----------
    path : path-like
        Where the file shall stand; a file that is there already is replaced.
    content : bytes
        What shall stand in it.

    Raises
    ------
    OutputError
        If the folder cannot be made, or the file cannot be written or replaced.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_atomically(Path(folder, "new", "a.txt"), b"whole")
    ...     Path(folder, "new", "a.txt").read_text()
    'whole'
    """
    target = Path(path)
    # Beside the target, because a file moves in one step only within one file system.
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        came = error.strerror or str(error)
        hint = "choose another place, or make room"
        raise OutputError(str(target), "a file that can be written", came, hint) from error
