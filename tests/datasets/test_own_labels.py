"""From the words of people's own data to label sets."""

from __future__ import annotations

import pytest

from lamplit.core.errors import DatasetError
from lamplit.core.labels import EXPRESSIONS, FER2013_SEVEN, YALE_SIX
from lamplit.datasets.own_labels import SYNONYMS, expression_of, labels_from_words


def test_every_expression_has_its_words_and_no_word_means_two() -> None:
    assert list(SYNONYMS) == list(EXPRESSIONS)
    words = [word for row in SYNONYMS.values() for word in row]
    assert len(words) == len(set(words))
    assert all(label in row for label, row in SYNONYMS.items())


@pytest.mark.parametrize(
    ("word", "label"), [("Angry", "anger"), (" SURPRISED ", "surprise"), ("afraid", "fear"), ("calm", None)]
)
def test_words_are_understood_whatever_their_capitals(word: str, label: str | None) -> None:
    assert expression_of(word) == label


def test_expressions_stand_in_lamplits_order_and_two_words_share_one() -> None:
    labels, positions = labels_from_words(["fear", "Angry", "happy", "happiness", "angry"], name="mine")
    assert (labels.name, labels.names) == ("mine", ("happiness", "anger", "fear"))
    assert positions == {"fear": 2, "Angry": 1, "angry": 1, "happy": 0, "happiness": 0}


@pytest.mark.parametrize("known", [EXPRESSIONS, FER2013_SEVEN, YALE_SIX], ids=lambda labels: labels.name)
def test_a_known_set_is_recognised(known) -> None:
    assert labels_from_words(reversed(known.names), name="mine")[0] == known


def test_one_unknown_word_leaves_all_words_as_they_are_in_alphabetical_order() -> None:
    labels, positions = labels_from_words(["Sad", "bored", "Happy"], name="mine")
    assert labels.names == ("bored", "Happy", "Sad")
    assert positions == {"bored": 0, "Happy": 1, "Sad": 2}


def test_own_labels_never_take_the_name_of_a_known_set() -> None:
    assert labels_from_words(["a", "b"], name="expressions")[0].name == "own-expressions"


@pytest.mark.parametrize("words", [[], ["happy"], ["happy", "Happiness"], ["bored"]])
def test_fewer_than_two_labels_are_refused(words: list[str]) -> None:
    with pytest.raises(DatasetError, match="mine: needs at least two labels"):
        labels_from_words(words, name="mine")


def test_labels_that_differ_in_capitals_only_are_refused() -> None:
    with pytest.raises(DatasetError, match="differ in more than capitals, got 'Bored' and 'bored'"):
        labels_from_words(["bored", "happy", "Bored"], name="mine")
