from __future__ import annotations

import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.labels import EKMAN_SIX, EXPRESSIONS, FER2013_SEVEN, LABEL_SETS, YALE_SIX, LabelSet


def test_expressions_stand_in_the_order_of_the_votes() -> None:
    assert list(EXPRESSIONS) == [
        "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
    ]  # fmt: skip


def test_the_six_are_the_expressions_without_neutral_and_contempt() -> None:
    assert set(EXPRESSIONS) - set(EKMAN_SIX) == {"neutral", "contempt"}
    assert len(EKMAN_SIX) == 6


def test_the_seven_are_the_expressions_without_contempt() -> None:
    assert [*FER2013_SEVEN, "contempt"] == list(EXPRESSIONS)


def test_label_sets_are_found_by_their_own_names() -> None:
    assert {labels.name: labels for labels in (EXPRESSIONS, EKMAN_SIX, FER2013_SEVEN, YALE_SIX)} == LABEL_SETS
    assert len({labels.names for labels in LABEL_SETS.values()}) == len(LABEL_SETS) == 4


def test_behaves_as_a_sequence() -> None:
    labels = LabelSet("moods", ("good", "bad"))
    assert (len(labels), labels[0], labels[-1]) == (2, "good", "bad")
    assert labels.index("bad") == 1
    assert "bad" in labels
    assert "ugly" not in labels
    assert list(reversed(labels)) == ["bad", "good"]
    with pytest.raises(IndexError):
        labels[2]


def test_sets_with_the_same_content_are_equal_and_one_key() -> None:
    assert LabelSet("moods", ("good",)) == LabelSet("moods", ("good",))
    assert len({LabelSet("moods", ("good",)), LabelSet("moods", ("good",))}) == 1
    assert LabelSet("moods", ("good", "bad")) != LabelSet("moods", ("bad", "good"))


@pytest.mark.parametrize("names", [(), ("joy", "fear", "joy")])
def test_refuses_no_labels_and_labels_that_stand_twice(names: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match="names: needs at least one label and none twice"):
        LabelSet("moods", names)


def test_columns_find_each_label_in_the_other_set() -> None:
    columns = EKMAN_SIX.columns_in(EXPRESSIONS)
    assert [EXPRESSIONS[column] for column in columns] == list(EKMAN_SIX)
    assert EXPRESSIONS.columns_in(EXPRESSIONS) == tuple(range(8))


def test_columns_of_a_set_that_lacks_labels_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"other: needs a set with \['neutral', 'contempt'\]"):
        EXPRESSIONS.columns_in(EKMAN_SIX)
