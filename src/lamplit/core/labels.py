"""Label sets: the words that a model speaks, in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lamplit.core.errors import InvalidArgumentError


@dataclass(frozen=True, slots=True)
class LabelSet(Sequence[str]):
    """An ordered set of labels with a name.

    Parameters
    ----------
    name : str
        What the set is called on weights cards and in reports.
    names : tuple of str
        The labels; their order is the order of probabilities.

    Raises
    ------
    InvalidArgumentError
        If there is no label or a label stands twice.

    Examples
    --------
    >>> EXPRESSIONS.index("happiness")
    1
    >>> EKMAN_SIX.columns_in(EXPRESSIONS)
    (4, 5, 6, 1, 3, 2)
    """

    name: str
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or len(set(self.names)) != len(self.names):
            raise InvalidArgumentError("names", "at least one label and none twice", repr(self.names))

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, item: int) -> str:  # type: ignore[override]  # labels are taken one by one
        return self.names[item]

    def columns_in(self, other: LabelSet) -> tuple[int, ...]:
        """Return the position of each label in another set.

        Parameters
        ----------
        other : LabelSet
            The set whose columns are wanted.

        Returns
        -------
        tuple of int
            One position per label of this set.

        Raises
        ------
        InvalidArgumentError
            If the other set lacks a label of this one.
        """
        missing = [label for label in self.names if label not in other.names]
        if missing:
            raise InvalidArgumentError("other", f"a set with {missing}", f"{other.name} {other.names}")
        return tuple(other.names.index(label) for label in self.names)


EXPRESSIONS = LabelSet(
    "expressions",
    ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"),
)
"""The eight expressions of FER+ (Barsoum et al. 2016, doi:10.1145/2993148.2993165), in lamplit's order."""

EKMAN_SIX = LabelSet("ekman-six", ("anger", "disgust", "fear", "happiness", "sadness", "surprise"))
"""The six expressions of Ekman and Friesen (1971, doi:10.1037/h0030377), as the paper uses them."""

FER2013_SEVEN = LabelSet("fer2013-seven", EXPRESSIONS.names[:7])
"""The seven of FER2013 (Goodfellow et al. 2013, doi:10.1007/978-3-642-42051-1_16), RAF-DB and JAFFE: the
eight without contempt, in lamplit's order."""

YALE_SIX = LabelSet("yale-six", ("happy", "normal", "sad", "sleepy", "surprised", "wink"))
"""The six states of the face in Yale Faces (Belhumeur, Hespanha, Kriegman 1997, doi:10.1109/34.598228)."""

LABEL_SETS: dict[str, LabelSet] = {
    labels.name: labels for labels in (EXPRESSIONS, EKMAN_SIX, FER2013_SEVEN, YALE_SIX)
}
"""The label sets that recipes can name."""
