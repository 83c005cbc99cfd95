"""One way to read files from a folder or straight from a zip."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from types import TracebackType

from lamplit.core.errors import DatasetError
from lamplit.imaging.formats import format_of_suffix

# What zipfile and its decompressors raise on damaged content; RuntimeError stands for encrypted members, and
# ValueError for names that no file system takes.
_DAMAGE = (
    OSError,
    KeyError,
    ValueError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)

_SYSTEM_FILES = {"__macosx", "thumbs.db", "desktop.ini"}


class Archive:
    """The files of a data set, in a folder or in a zip.

    Parameters
    ----------
    path : Path
        A folder or a zip file.

    Raises
    ------
    DatasetError
        If there is neither, or the zip is damaged.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "votes.csv").write_bytes(b"1,2")
    >>> with Archive(folder) as files:
    ...     files.read("votes.csv")
    b'1,2'
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        if path.is_dir():
            return
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            raise DatasetError(str(path), "a folder or a zip that can be read", str(error)) from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._zip is not None:
            self._zip.close()

    def has(self, name: str) -> bool:
        """Return whether there is a file of that name (with slashes, relative to the archive)."""
        if self._zip is None:
            return (self.path / name).is_file()
        return name in self._zip.NameToInfo

    def names(self) -> list[str]:
        """Return the names of all files (with slashes, relative to the archive), sorted.

        Raises
        ------
        DatasetError
            If a folder cannot be listed.
        """
        if self._zip is not None:
            return sorted(name for name in self._zip.NameToInfo if not name.endswith("/"))
        try:
            files = [path for path in self.path.rglob("*") if path.is_file()]
        except OSError as error:
            raise DatasetError(str(self.path), "a folder that can be listed", str(error)) from error
        return sorted(path.relative_to(self.path).as_posix() for path in files)

    def pictures(self) -> list[str]:
        """Return the names of all pictures that are part of the data, sorted.

        Raises
        ------
        DatasetError
            If a folder cannot be listed.
        """
        return [name for name in self.names() if format_of_suffix(name) and not is_hidden(name)]

    def folders(self) -> list[str]:
        """Return the names of all folders, empty ones too (with slashes, relative to the archive), sorted.

        Raises
        ------
        DatasetError
            If a folder cannot be listed.
        """
        if self._zip is not None:
            above = {str(folder) for name in self._zip.NameToInfo for folder in PurePosixPath(name).parents}
            own = {name.rstrip("/") for name in self._zip.NameToInfo if name.endswith("/")}
            return sorted((above | own) - {".", "/"})
        try:
            folders = [path for path in self.path.rglob("*") if path.is_dir()]
        except OSError as error:
            raise DatasetError(str(self.path), "a folder that can be listed", str(error)) from error
        return sorted(path.relative_to(self.path).as_posix() for path in folders)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Parameters
        ----------
        name : str
            Its name, with slashes, relative to the archive.

        Returns
        -------
        bytes
            The content.

        Raises
        ------
        DatasetError
            If the file is absent or damaged.
        """
        try:
            return (self.path / name).read_bytes() if self._zip is None else self._zip.read(name)
        except _DAMAGE as error:
            raise DatasetError(f"{self.path}: {name}", "a file that can be read", str(error)) from error


def is_hidden(name: str) -> bool:
    """Tell whether a file is none of the data: hidden, or left by a system.

    Parameters
    ----------
    name : str
        Its name, with slashes.

    Returns
    -------
    bool
        True if a part of the name begins with a dot, or is `__MACOSX`, `Thumbs.db` or `desktop.ini`.

    Examples
    --------
    >>> is_hidden("__MACOSX/happy/._a.png"), is_hidden("happy/a.png")
    (True, False)
    """
    return any(part.startswith(".") or part.casefold() in _SYSTEM_FILES for part in PurePosixPath(name).parts)
