"""JAFFE: ten Japanese women who act six expressions and a neutral face.

Lyons, Akamatsu, Kamachi, Gyoba (1998), doi:10.1109/AFGR.1998.670949; the pictures:
doi:10.5281/zenodo.3451524.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lamplit.core.errors import DatasetError
from lamplit.core.labels import FER2013_SEVEN
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_split, each_once, from_file, gather
from lamplit.datasets.labelled import LabelledFaces

SOURCE = "JAFFE (Lyons, Kamachi, Gyoba 1998)"
TERMS = "non-commercial scientific research only, on request; to be cited"
"""What cards of weights say of this data set."""

CODES = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
"""What the two letters in the middle of a file's name mean."""

_PICTURE = re.compile(rf"(?:^|/)(([A-Z]{{2}})\.({'|'.join(CODES)})\d\.\d+)\.\w+$")


def read_jaffe(
    path: str | Path,
    split: str | None = None,
    *,
    longest: int = LONGEST,
    strict: bool = True,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read JAFFE.

    Parameters
    ----------
    path : str or Path
        A folder or zip with files named like `KA.AN1.39.tiff`: person, expression and number, number in all.
    split : None
        The set has no splits; it is measured by leaving one person out at a time.
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. These have 256 x 256.
    strict : bool
        Whether a picture that cannot be read is an error, or is left out.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        The pictures (213 in the original) in the order of their names.

    Raises
    ------
    InvalidArgumentError
        If a split is asked for.
    DatasetError
        If there are no such pictures, or one cannot be read.

    Notes
    -----
    The labels say what was acted. Observers rated the pictures too, and see another expression in some.

    Examples
    --------
    >>> faces = read_jaffe("jaffe.zip")  # doctest: +SKIP
    >>> len(faces), len(set(faces.people))  # doctest: +SKIP
    (213, 10)
    """
    check_split(split, ())
    path, how = Path(path), Reading(longest, strict, on_picture)
    with Archive(path) as files:
        found = [(match, name) for name in files.names() if (match := _PICTURE.search(name))]
        members, doubles = each_once((match[1], name) for match, name in found)
        listed = [
            Listed(name, FER2013_SEVEN.index(CODES[match[3]]), from_file(files, name), match[2])
            for match, name in found
            if members[match[1]] == name
        ]
        if not listed:
            hint = "give the folder or zip of JAFFE"
            raise DatasetError(str(path), "pictures named like KA.AN1.39.tiff", "none", hint)
        faces = gather(str(path), listed, name="JAFFE", labels=FER2013_SEVEN, how=how)
    return replace(faces, refused=(*doubles, *faces.refused))
