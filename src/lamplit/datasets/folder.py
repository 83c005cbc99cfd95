"""People's own pictures: a folder or zip with one sub-folder per expression."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive, is_hidden
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_classes, from_file, gather
from lamplit.datasets.labelled import LabelledFaces, Refused
from lamplit.datasets.own_labels import expression_of, labels_from_words
from lamplit.imaging.formats import format_of_suffix

SOURCE = "the user's own pictures"
TERMS = "those of the pictures"

_SPLIT_WORDS = {"train", "training", "valid", "val", "validation", "test", "testing"}


def read_folder(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = False,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read pictures that lie in one sub-folder per expression.

    Parameters
    ----------
    path : str or Path
        The folder or zip. A single folder around all others is looked into, as zips often have one.
    split : str, optional
        Where folders such as `train` and `test` hold the sub-folders: the name of the one to read.
    longest : int
        The most pixels that a side may have; larger pictures are shrunk.
    strict : bool
        Whether a file that cannot be used is an error. As a rule it is left out and stands in `refused` of
        the result, with the reason: one damaged picture must not cost the others, nor vanish unseen.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures in the order of their names. The labels are lamplit's expressions, in their order, if
        every sub-folder's name is one or stands in `lamplit.datasets.own_labels.SYNONYMS`; else the names of
        the sub-folders in alphabetical order. Who a picture shows is not known: a CSV can say that.

    Raises
    ------
    DatasetError
        If there are no such sub-folders, one is empty or holds nothing that can be used, or `strict` and
        anything is refused; all of them are named in one error.

    Notes
    -----
    Hidden files, and those that systems leave (`Thumbs.db`, `desktop.ini`, `__MACOSX`), count as absent.
    Every other file in a sub-folder, at whatever depth, is tried, whatever its suffix; the content decides.
    Pictures beside the sub-folders are refused, other files there are passed over.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp(), "mine")
    >>> for name in ("happy/a.pgm", "sad/b.pgm"):
    ...     (folder / name).parent.mkdir(parents=True)
    ...     _ = (folder / name).write_bytes(b"P5 2 1 255 " + bytes([7, 9]))
    >>> faces = read_folder(folder)
    >>> faces.labels.names, faces.names
    (('happiness', 'sadness'), ('happy/a.pgm', 'sad/b.pgm'))
    """
    path, how = Path(path), Reading(longest, strict, on_picture)
    with Archive(path) as files:
        names = [name for name in files.names() if not is_hidden(name)]
        folders = [name for name in files.folders() if not is_hidden(name)]
        root = _root(str(path), folders, split)
        words = _words(f"{path}: {root}".removesuffix(": "), _below(folders, root))
        labels, positions = labels_from_words(words, name=_name(path))
        members = [(name, _first(name, root)) for name in names if name.startswith(root)]
        listed = [Listed(name, positions[word], from_file(files, name)) for name, word in members if word]
        refused = [
            Refused(name, "lies beside the folders, and nothing says its label")
            for name, word in members
            if not word and format_of_suffix(name)
        ]
        empty = sorted(set(words) - {word for _, word in members})
        if empty:
            hint = "put pictures there, or remove the folder"
            raise DatasetError(str(path), "pictures in every folder", f"none in {', '.join(empty)}", hint)
        faces = gather(str(path), listed, name=_name(path), labels=labels, how=how, refused=refused)
    check_classes(str(path), listed, faces)
    return faces


def _below(folders: list[str], root: str) -> list[str]:
    """Names of the folders directly under the root."""
    return [name[len(root) :] for name in folders if name.startswith(root) and "/" not in name[len(root) :]]


def _first(name: str, root: str) -> str:
    """Tell the folder under the root that a file lies in; empty if it lies in the root itself."""
    return name[len(root) :].rpartition("/")[0].partition("/")[0]


def _root(where: str, folders: list[str], split: str | None) -> str:
    """Find what stands before the sub-folders: nothing, or folders with a slash at the end."""
    root = ""
    while len(inner := _below(folders, root)) == 1 and expression_of(inner[0]) is None:
        if inner[0] == split or not _below(folders, f"{root}{inner[0]}/"):
            break
        root = f"{root}{inner[0]}/"
    if split is None:
        return root
    if split not in inner:
        raise DatasetError(where, f"a folder {split!r}", ", ".join(inner) or "no folder")
    return f"{root}{split}/"


def _words(where: str, words: list[str]) -> list[str]:
    """Return the names of the sub-folders, if they can be labels."""
    required = "one folder of pictures per expression"
    if len(words) < 2:
        raise DatasetError(where, required, f"only {words[0]!r}" if words else "no folder")
    if all(word.casefold() in _SPLIT_WORDS for word in words):
        hint = f'name the one to read, as in split="{words[0]}"'
        raise DatasetError(where, required, f"the splits {', '.join(words)}", hint)
    return words


def _name(path: Path) -> str:
    """Name the data set after the folder, or the zip without its suffix."""
    place = path.resolve()
    return place.name if path.is_dir() else place.stem
