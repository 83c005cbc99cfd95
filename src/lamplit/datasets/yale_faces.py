"""Yale Faces: 15 people in a studio, who act six states of the face.

Belhumeur, Hespanha, Kriegman (1997), doi:10.1109/34.598228.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lamplit.core.errors import DatasetError
from lamplit.core.labels import YALE_SIX
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_split, each_once, from_file, gather
from lamplit.datasets.labelled import LabelledFaces, Refused

SOURCE = "Yale Face Database (Belhumeur, Hespanha, Kriegman 1997)"
TERMS = (
    "free for research; publications acknowledge the Yale Face Database; "
    "not to be redistributed in other databases without permission"
)
"""What cards of weights say of this data set."""

ZIP_FILE = "yalefaces.zip"

_PICTURE = re.compile(rf"(?:^|/)(subject\d\d)\.({'|'.join(YALE_SIX)})(?:\.\w+)?$")


def read_yale_faces(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = True,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read the six states of the face from Yale Faces.

    Parameters
    ----------
    path : str or Path
        The folder or zip with files named like `subject01.happy` (a suffix such as `.gif` may follow), or a
        folder that holds `yalefaces.zip`.
    split : None
        The set has no splits; it is measured by leaving one person out at a time.
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. These have 320 x 243.
    strict : bool
        Whether a picture that cannot be read is an error, or is left out.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        Happy, normal, sad, sleepy, surprised and wink of every person, in the order of people and states. The
        pictures that differ in light or glasses are left out: their faces are as normal as those of `normal`,
        and in part the same files.

    Raises
    ------
    InvalidArgumentError
        If a split is asked for.
    DatasetError
        If there are no such pictures, or one cannot be read.

    Notes
    -----
    The original's README says that `subject04.sad` was damaged and replaced with `subject04.normal`: a normal
    face under the name of a sad one. Any state whose file is that of the same person's `normal` is therefore
    put into `refused`, and 89 pictures remain; `strict` does not mind it, as nothing is wrong with the copy
    at hand.

    Examples
    --------
    >>> faces = read_yale_faces("yalefaces.zip")  # doctest: +SKIP
    >>> len(faces), len(set(faces.people))  # doctest: +SKIP
    (89, 15)
    """
    check_split(split, ())
    path, how = Path(path), Reading(longest, strict, on_picture)
    if (path / ZIP_FILE).is_file():
        path = path / ZIP_FILE
    with Archive(path) as files:
        found = [(match, name) for name in files.names() if (match := _PICTURE.search(name))]
        members, doubles = each_once((f"{match[1]}.{match[2]}", name) for match, name in found)
        replaced = [
            Refused(member, "is the same file as the normal face, which replaced it when it was damaged")
            for key, member in members.items()
            if _is_normal(files, members, key)
        ]
        left_out = {entry.name for entry in replaced}
        listed = [
            Listed(member, YALE_SIX.index(key.split(".")[1]), from_file(files, member), key.split(".")[0])
            for key, member in sorted(members.items())
            if member not in left_out
        ]
        if not listed:
            hint = f"give the folder or zip of Yale Faces, or a folder that holds {ZIP_FILE}"
            raise DatasetError(str(path), "files named like subject01.happy", "none", hint)
        faces = gather(str(path), listed, name="Yale Faces", labels=YALE_SIX, how=how)
    return replace(faces, refused=(*doubles, *replaced, *faces.refused))


def _is_normal(files: Archive, members: dict[str, str], key: str) -> bool:
    """Whether a state's file is that of the same person's normal face."""
    person, state = key.split(".")
    normal = members.get(f"{person}.normal")
    if state == "normal" or normal is None:
        return False
    return files.read(members[key]) == files.read(normal)
