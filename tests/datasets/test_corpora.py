"""The data sets by name: one signature for all readers, and a page that lists them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from lamplit.core.errors import DatasetError, InvalidArgumentError
from lamplit.core.labels import LABEL_SETS
from lamplit.datasets import CORPORA, find_corpus

every_corpus = pytest.mark.parametrize("name", CORPORA)


@every_corpus
def test_readers_share_one_signature(name: str) -> None:
    parameters = inspect.signature(CORPORA[name].read).parameters
    assert list(parameters)[:2] == ["path", "split"]
    keywords = {key for key, value in parameters.items() if value.kind is value.KEYWORD_ONLY}
    assert {"longest", "strict", "on_picture"} <= keywords
    assert all(parameters[key].default is not inspect.Parameter.empty for key in keywords)


@every_corpus
def test_an_absent_place_and_a_wrong_split_are_refused_by_every_reader(name: str, tmp_path: Path) -> None:
    corpus = CORPORA[name]
    with pytest.raises(DatasetError, match=r"nowhere: needs .*got"):
        corpus.read(tmp_path / "nowhere", corpus.splits[0] if corpus.splits else None)
    with pytest.raises((InvalidArgumentError, DatasetError)):
        corpus.read(tmp_path, "no such split")


@every_corpus
def test_what_a_card_needs_is_there(name: str) -> None:
    corpus = CORPORA[name]
    assert corpus.source
    assert corpus.terms
    assert corpus.labels is None or LABEL_SETS[corpus.labels.name] is corpus.labels


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidArgumentError, match=r"one of folder, csv, yale-faces, .* got 'imagenet'"):
        find_corpus("imagenet")


def test_the_page_lists_every_reader_as_the_code_has_it(repository: Path) -> None:
    page = (repository / "docs" / "data.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([\w-]+)` +\| (.*?) +\| (.*?) +\| (.*?) +\| (.*?) +\| (.*?) +\|$", page, flags=re.M
    )
    assert {row[0]: row[1:] for row in rows} == {
        name: (
            corpus.on_disk,
            corpus.labels.name if corpus.labels else "from the data",
            ", ".join(corpus.splits) or ("from the data" if name in ("folder", "csv") else "none"),
            corpus.people,
            corpus.terms,
        )
        for name, corpus in CORPORA.items()
    }
