from __future__ import annotations

import copy
import inspect
import re

import pytest

from lamplit.core import errors
from lamplit.core.errors import InvalidImageError, LamplitError

TREE = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, LamplitError) and found is not LamplitError
]
every_error = pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)


def test_message_names_subject_requirement_and_what_came() -> None:
    assert str(LamplitError("min_size", "8 or more", "3")) == "min_size: needs 8 or more, got 3"


def test_hint_stands_in_brackets_behind() -> None:
    error = LamplitError("out", "a free place", "a folder", "choose another name")
    assert str(error) == "out: needs a free place, got a folder (choose another name)"
    assert error.reason == "needs a free place, got a folder"


@every_error
def test_every_error_is_a_value_error_with_its_parts(kind: type[LamplitError]) -> None:
    error = kind("subject", "this", "that", "hint")
    assert isinstance(error, ValueError)
    assert (error.subject, error.required, error.came, error.hint) == ("subject", "this", "that", "hint")


@every_error
def test_errors_survive_the_way_between_processes(kind: type[LamplitError]) -> None:
    # copy rebuilds an exception from its arguments, as a pool of processes does.
    again = copy.copy(kind("subject", "this", "that", "hint"))
    assert type(again) is kind
    assert str(again) == "subject: needs this, got that (hint)"


@every_error
def test_the_tree_in_the_docstring_shows_every_error(kind: type[LamplitError]) -> None:
    assert re.search(rf"── {kind.__name__} ", inspect.getdoc(errors) or "")


@pytest.mark.parametrize("kind", InvalidImageError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_kind_of_bad_picture_has_a_word_of_its_own(kind: type[InvalidImageError]) -> None:
    words = [other.status for other in InvalidImageError.__subclasses__()]
    assert kind.status != InvalidImageError.status
    assert words.count(kind.status) == 1
