"""CK+, the Extended Cohn-Kanade set: people who act expressions, filmed from the neutral face to the peak.

Lucey, Cohn, Kanade, Saragih, Ambadar, Matthews (2010), doi:10.1109/CVPRW.2010.5543262; Kanade, Cohn, Tian
(2000), doi:10.1109/AFGR.2000.840611.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from lamplit.core.checks import check_integer
from lamplit.core.errors import DatasetError
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets.archive import Archive
from lamplit.datasets.gathering import LONGEST, Listed, Reading, check_split, each_once, from_file, gather
from lamplit.datasets.labelled import LabelledFaces

SOURCE = "Extended Cohn-Kanade, CK+ (Lucey et al. 2010; Kanade, Cohn, Tian 2000)"
TERMS = "research only, under a signed agreement; both papers to be cited"
"""What cards of weights say of this data set."""

CODES = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
"""What the numbers in the emotion files mean, from 0."""

_FRAME = re.compile(r"(?:^|/)((S\d{3})_(\d{3})_(\d{8}))\.png$")
_EMOTION = re.compile(r"(?:^|/)((S\d{3})_(\d{3})_(\d{8})_emotion)\.txt$")


def read_ck_plus(
    path: str | Path,
    split: str | None = None,
    *,
    peaks: int = 3,
    longest: int = LONGEST,
    strict: bool = True,
    on_picture: Callable[[int, int], None] | None = None,
) -> LabelledFaces:
    """Read the labelled sequences of CK+: their last frames, and their first as neutral.

    Parameters
    ----------
    path : str or Path
        A folder or zip with `cohn-kanade-images/S005/001/S005_001_00000001.png` and
        `Emotion/S005/001/S005_001_00000011_emotion.txt`: both archives of the original, unpacked side by
        side.
    split : None
        The set has no splits; it is measured with the people divided into folds.
    peaks : int
        How many frames get the label, counted back from the one that the emotion file names. Many papers take
        three; 1 gives the peak alone.
    longest : int
        The most pixels that a side may have; larger pictures are shrunk. Most of these have 640 x 490.
    strict : bool
        Whether a picture that cannot be read is an error, or is left out.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    LabelledFaces
        For each sequence with an emotion file, in the order of people and sequences: the first frame as
        neutral, then the peak frames. The original has 327 of them among 593: 1,308 pictures with three
        peaks.

    Raises
    ------
    InvalidArgumentError
        If a split is asked for, or `peaks` is no number of frames.
    DatasetError
        If files are missing or not as expected, or a sequence is too short.

    Notes
    -----
    The frames of a sequence are near copies: whoever measures must keep people apart
    (`lamplit.datasets.split_by_people`), or the figure means nothing.

    Examples
    --------
    >>> faces = read_ck_plus("CK+")  # doctest: +SKIP
    >>> len(faces), faces.people_known  # doctest: +SKIP
    (1308, True)
    """
    check_split(split, ())
    check_integer("peaks", peaks, low=1)
    path, how = Path(path), Reading(longest, strict, on_picture)
    with Archive(path) as files:
        names = files.names()
        frames, doubles = each_once((m[1], name) for name in names if (m := _FRAME.search(name)))
        emotions, more = each_once((m[1], name) for name in names if (m := _EMOTION.search(name)))
        _check_found(str(path), frames, emotions)
        listed = list(_listed(files, frames, emotions, peaks))
        faces = gather(str(path), listed, name="CK+", labels=EXPRESSIONS, how=how)
    return replace(faces, refused=(*doubles, *more, *faces.refused))


def _check_found(where: str, frames: dict[str, str], emotions: dict[str, str]) -> None:
    """Refuse a place that lacks one of the two archives."""
    hint = "unpack the images and the emotion labels of CK+ into one folder"
    if not frames:
        raise DatasetError(where, "frames named like S005_001_00000001.png", "none", hint)
    if not emotions:
        raise DatasetError(where, "labels named like S005_001_00000011_emotion.txt", "none", hint)


def _listed(files: Archive, frames: dict[str, str], emotions: dict[str, str], peaks: int) -> Iterator[Listed]:
    """Yield the frames of each labelled sequence that count."""
    sequences = defaultdict(list)
    for frame in sorted(frames):
        sequences[frame[:8]].append(frame)  # S005_001
    for emotion, member in sorted(emotions.items()):
        where, peak = f"{files.path}: {member}", emotion.removesuffix("_emotion")
        label = _label(files.read(member), where)
        upto = [frame for frame in sequences[peak[:8]] if frame <= peak]
        if len(upto) <= peaks:
            required = f"more than {peaks} frames up to {peak}.png"
            raise DatasetError(where, required, f"{len(upto)}", "take fewer peaks, or look for lost frames")
        for frame, code in [(upto[0], 0), *((frame, label) for frame in upto[-peaks:])]:
            position = EXPRESSIONS.index(CODES[code])
            yield Listed(frames[frame], position, from_file(files, frames[frame]), frame[:4])


def _label(content: bytes, where: str) -> int:
    """Read the number in an emotion file, which is written like 3.0000000e+00."""
    text = content.decode("ascii", errors="replace").strip()
    try:
        code = float(text)
    except ValueError:
        code = -1.0
    if code not in range(len(CODES)):
        raise DatasetError(where, f"one number from 0 to {len(CODES) - 1}", repr(text[:40]))
    return int(code)
