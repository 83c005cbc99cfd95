"""The data sets with one label per picture, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EXPRESSIONS, FER2013_SEVEN, YALE_SIX, LabelSet
from lamplit.datasets import affectnet, ck_plus, csv_list, fer2013, folder, jaffe, raf_db, yale_faces
from lamplit.datasets.gathering import LONGEST
from lamplit.datasets.labelled import LabelledFaces


class Reader(Protocol):
    """What every reader takes: a place, a split where there are some, and how to read."""

    def __call__(
        self,
        path: str | Path,
        split: str | None = None,
        *,
        longest: int = LONGEST,
        strict: bool = True,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> LabelledFaces:
        """Read the data set."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A data set that lamplit can read.

    Parameters
    ----------
    read : Reader
        Its reader.
    on_disk : str
        What is expected where `path` points.
    source, terms : str
        Where it comes from and what may be done with it, for cards of weights.
    labels : LabelSet, optional
        Its labels; None where they come from the data.
    splits : tuple of str
        Its splits; empty where it has none, or they come from the data.
    people : str
        Whether it is known who the pictures show: "yes", "no", or what that hangs on.
    """

    read: Reader
    on_disk: str
    source: str
    terms: str
    labels: LabelSet | None = None
    splits: tuple[str, ...] = ()
    people: str = "no"


CORPORA: dict[str, Corpus] = {
    "folder": Corpus(
        read=folder.read_folder,
        on_disk="one sub-folder of pictures per label, or a zip of that",
        source=folder.SOURCE,
        terms=folder.TERMS,
    ),
    "csv": Corpus(
        read=csv_list.read_csv,
        on_disk="a CSV with the columns path, label and, if known, person and split",
        source=csv_list.SOURCE,
        terms=csv_list.TERMS,
        people="with the column person",
    ),
    "yale-faces": Corpus(
        read=yale_faces.read_yale_faces,
        on_disk="subject01.happy and so on, or yalefaces.zip",
        source=yale_faces.SOURCE,
        terms=yale_faces.TERMS,
        labels=YALE_SIX,
        people="yes",
    ),
    "fer2013": Corpus(
        read=fer2013.read_fer2013,
        on_disk="fer2013.csv",
        source=fer2013.SOURCE,
        terms=fer2013.TERMS,
        labels=FER2013_SEVEN,
        splits=tuple(fer2013.SPLITS),
    ),
    "affectnet": Corpus(
        read=affectnet.read_affectnet,
        on_disk="training.csv, validation.csv and Manually_Annotated_Images; or train_set and val_set",
        source=affectnet.SOURCE,
        terms=affectnet.TERMS,
        labels=EXPRESSIONS,
        splits=tuple(affectnet.SPLITS),
    ),
    "raf-db": Corpus(
        read=raf_db.read_raf_db,
        on_disk="EmoLabel/list_patition_label.txt and Image/aligned",
        source=raf_db.SOURCE,
        terms=raf_db.TERMS,
        labels=FER2013_SEVEN,
        splits=tuple(raf_db.SPLITS),
    ),
    "ck-plus": Corpus(
        read=ck_plus.read_ck_plus,
        on_disk="cohn-kanade-images and Emotion",
        source=ck_plus.SOURCE,
        terms=ck_plus.TERMS,
        labels=EXPRESSIONS,
        people="yes",
    ),
    "jaffe": Corpus(
        read=jaffe.read_jaffe,
        on_disk="KA.AN1.39.tiff and so on",
        source=jaffe.SOURCE,
        terms=jaffe.TERMS,
        labels=FER2013_SEVEN,
        people="yes",
    ),
}
"""Every reader by name. FER+ is not here: it has votes, not one label per picture."""


def find_corpus(name: str) -> Corpus:
    """Return the data set of a name.

    Parameters
    ----------
    name : str
        One of `CORPORA`.

    Returns
    -------
    Corpus
        Its reader, and what is known of it.

    Raises
    ------
    InvalidArgumentError
        If there is none of that name.

    Examples
    --------
    >>> find_corpus("jaffe").people
    'yes'
    """
    if name not in CORPORA:
        raise InvalidArgumentError("data set", f"one of {', '.join(CORPORA)}", repr(name))
    return CORPORA[name]
