"""Labels of people's own data: lamplit's expressions where the words mean them, else the words themselves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from lamplit.core.errors import DatasetError
from lamplit.core.labels import EXPRESSIONS, LABEL_SETS, LabelSet

SYNONYMS = {
    "neutral": ("neutral",),
    "happiness": ("happiness", "happy"),
    "surprise": ("surprise", "surprised"),
    "sadness": ("sadness", "sad"),
    "anger": ("anger", "angry"),
    "disgust": ("disgust", "disgusted"),
    "fear": ("fear", "fearful", "afraid"),
    "contempt": ("contempt", "contemptuous"),
}
"""The words that are taken for an expression, capitals or not. Words that may mean something else are
missing on purpose: calm and normal (neutral?), joy, scared, smile. Whoever means an expression by them can
rename them."""

_EXPRESSION_OF = {word: label for label, words in SYNONYMS.items() for word in words}


def expression_of(word: str) -> str | None:
    """Tell which expression a word names.

    Parameters
    ----------
    word : str
        The word; capitals and spaces around it do not matter.

    Returns
    -------
    str or None
        One of `EXPRESSIONS`, or None if the word is in no row of `SYNONYMS`.

    Examples
    --------
    >>> expression_of("Happy"), expression_of("calm")
    ('happiness', None)
    """
    return _EXPRESSION_OF.get(word.strip().casefold())


def labels_from_words(words: Iterable[str], *, name: str) -> tuple[LabelSet, dict[str, int]]:
    """Make a label set from the words that a data set uses.

    Parameters
    ----------
    words : iterable of str
        The words; repetitions do not matter.
    name : str
        What a label set of its own is called, and errors call the data set.

    Returns
    -------
    labels : LabelSet
        If every word names an expression, those expressions in the order of `EXPRESSIONS`; else the words
        themselves, in alphabetical order. A set that lamplit knows keeps its name and its order.
    positions : dict
        The position in `labels` of each word.

    Raises
    ------
    DatasetError
        If there are fewer than two labels, or two differ in capitals only.

    Examples
    --------
    >>> labels_from_words(["sad", "Happy", "sadness"], name="mine")
    (LabelSet(name='mine', names=('happiness', 'sadness')), {'Happy': 0, 'sad': 1, 'sadness': 1})
    >>> labels_from_words(["happy", "bored"], name="mine")[0].names
    ('bored', 'happy')
    """
    unique = sorted(set(words))
    meant = {word: expression_of(word) for word in unique}
    if all(meant.values()):
        names = tuple(label for label in EXPRESSIONS if label in meant.values())
        label_of = {word: label for word, label in meant.items() if label is not None}
    else:
        names = tuple(sorted(unique, key=str.casefold))
        label_of = {word: word for word in unique}
        _check_apart(names, name)
    if len(names) < 2:
        raise DatasetError(name, "at least two labels", repr(list(names)))
    labels = _label_set(name, names)
    return labels, {word: labels.index(label_of[word]) for word in unique}


def _check_apart(names: tuple[str, ...], where: str) -> None:
    """Refuse labels that a reader would take for one."""
    for first, second in pairwise(names):
        if first.casefold() == second.casefold():
            came = f"{first!r} and {second!r}"
            raise DatasetError(where, "labels that differ in more than capitals", came, "give them one name")


def _label_set(name: str, names: tuple[str, ...]) -> LabelSet:
    """Return the known set with these labels, or a new one whose name no known set has."""
    known = next((labels for labels in LABEL_SETS.values() if set(labels) == set(names)), None)
    return known or LabelSet(f"own-{name}" if name in LABEL_SETS else name, names)
