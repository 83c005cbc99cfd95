"""Pictures with one label each: what every data set without votes is read into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import LabelSet

NOBODY = ""
"""The person of a picture whose data set does not say who it is."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture, or a row of a list, that a reader left out.

    Parameters
    ----------
    name : str
        Which: a file or a line of a list.
    reason : str
        Why it cannot be used.

    Examples
    --------
    >>> print(Refused("happy/a.jpg", "needs a picture, got 0 bytes"))
    happy/a.jpg: needs a picture, got 0 bytes
    """

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def list_refused(refused: Sequence[Refused], *, most: int = 10) -> str:
    """Say in one line what was left out and why.

    Parameters
    ----------
    refused : sequence of Refused
        What was left out.
    most : int
        How many are named; the others are counted.

    Returns
    -------
    str
        The names and reasons, with semicolons between.

    Examples
    --------
    >>> list_refused([Refused(f"{n}.jpg", "empty") for n in range(5)], most=2)
    '0.jpg: empty; 1.jpg: empty; and 3 more'
    """
    more = [f"and {len(refused) - most:,} more"] if len(refused) > most else []
    return "; ".join([*map(str, refused[:most]), *more])


@dataclass(frozen=True, slots=True)
class LabelledFaces:
    """Pictures of one face each, with a label and, where known, a person.

    Parameters
    ----------
    name : str
        Name of the data set.
    labels : LabelSet
        The labels, in the order of the classes.
    names : tuple of str
        Where each picture came from: file or row, for error messages and lists.
    images : tuple of ndarray of shape (H, W), uint8
        Grey pictures, each of its own size.
    classes : ndarray of shape (N,), int64
        Position of each picture's label in `labels`.
    people : tuple of str
        Who each picture shows; "" where that is not known.
    refused : tuple of Refused
        What the reader found and left out, for whoever reads to show.

    Raises
    ------
    InvalidArgumentError
        If the parts have different lengths or a class is none of the labels.

    Examples
    --------
    >>> labels = LabelSet("two", ("calm", "happy"))
    >>> pixels = np.zeros((8, 8), np.uint8)
    >>> faces = LabelledFaces("mine", labels, ("a.png",), (pixels,), np.array([1]), ("Ann",))
    >>> len(faces), faces.people_known
    (1, True)
    """

    name: str
    labels: LabelSet
    names: tuple[str, ...]
    images: tuple[ByteArray, ...]
    classes: IntArray
    people: tuple[str, ...]
    refused: tuple[Refused, ...] = ()

    def __post_init__(self) -> None:
        lengths = [len(part) for part in (self.names, self.images, self.classes, self.people)]
        if len(set(lengths)) != 1:
            raise InvalidArgumentError(
                "names, images, classes and people", "one of each per picture", f"{lengths}"
            )
        if len(self.classes) and not 0 <= self.classes.min() <= self.classes.max() < len(self.labels):
            required = f"numbers from 0 to {len(self.labels) - 1}"
            raise InvalidArgumentError("classes", required, f"{self.classes.min()} to {self.classes.max()}")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def people_known(self) -> bool:
        """Whether the data set says of every picture who it shows."""
        return all(person != NOBODY for person in self.people)

    def subset(self, chosen: AnyArray) -> LabelledFaces:
        """Return some of the pictures, in the order given.

        Parameters
        ----------
        chosen : ndarray of shape (N,) bool, or of shape (M,) int
            Which pictures.

        Returns
        -------
        LabelledFaces
            Those pictures.

        Raises
        ------
        IndexError
            If an index is out of range.
        """
        positions = np.arange(len(self))[chosen]
        return replace(
            self,
            names=tuple(self.names[i] for i in positions),
            images=tuple(self.images[i] for i in positions),
            classes=self.classes[positions],
            people=tuple(self.people[i] for i in positions),
        )
