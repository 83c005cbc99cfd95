from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from lamplit.core.errors import OutputError, WeightsCorruptError, WeightsMissingError
from lamplit.core.labels import LabelSet
from lamplit.weights import WeightsCard, read_card, write_card


def changed(card: WeightsCard, path: Path, *without: str, **more: Any) -> Path:
    """Write a card with keys taken away or added."""
    values = {key: value for key, value in dataclasses.asdict(card).items() if key not in without}
    path.write_text(json.dumps({**values, **more}))
    return path


def test_what_was_written_is_read(card: WeightsCard, tmp_path: Path) -> None:
    write_card(card, tmp_path / "card.json")
    assert read_card(tmp_path / "card.json") == card


def test_the_file_is_json_for_people_too(card: WeightsCard, tmp_path: Path) -> None:
    write_card(dataclasses.replace(card, licence="Müllers"), tmp_path / "card.json")
    text = (tmp_path / "card.json").read_text(encoding="utf-8")
    assert '\n  "licence": "Müllers",\n' in text
    assert text.endswith("}\n")
    assert list(json.loads(text)) == [field.name for field in dataclasses.fields(WeightsCard)]


def test_a_card_speaks_its_label_set(card: WeightsCard) -> None:
    assert card.speaks == LabelSet("moods", ("good", "bad"))


OPTIONAL = ("metrics", "history", "light", "refusal", "quantization")


@pytest.mark.parametrize("key", OPTIONAL)
def test_figures_may_be_absent(key: str, card: WeightsCard, tmp_path: Path) -> None:
    assert len(getattr(read_card(changed(card, tmp_path / "card.json", key)), key)) == 0


@pytest.mark.parametrize("key", [f.name for f in dataclasses.fields(WeightsCard) if f.name not in OPTIONAL])
def test_a_missing_key_is_refused(key: str, card: WeightsCard, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorruptError, match=r"card\.json: needs the keys \[.*\], got \["):
        read_card(changed(card, tmp_path / "card.json", key))


def test_an_unknown_key_is_refused(card: WeightsCard, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorruptError, match=r"needs the keys \[.*\], got \[.*'colour'.*\]"):
        read_card(changed(card, tmp_path / "card.json", colour="red"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "needs JSON, got Expecting value"),
        (b"{", "needs JSON, got Expecting property name"),
        (b"\xff\xfe", "needs JSON, got 'utf-8' codec"),
        (b"[]", "needs the keys .*, got list"),
        (b"null", "needs the keys .*, got NoneType"),
        (b"{}", r"needs the keys .*, got \[\]"),
    ],
)
def test_what_is_no_card_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(WeightsCorruptError, match=rf"card\.json: {reason}"):
        read_card(tmp_path / "card.json")


def test_a_card_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsMissingError, match=r"card\.json: needs a weights card \(JSON\) that can be read, got No such"
    ):
        read_card(tmp_path / "card.json")


def test_a_folder_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="got Is a directory"):
        read_card(tmp_path)


def test_a_place_that_cannot_be_written_is_refused(card: WeightsCard, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"card\.json: needs a file that can be written, got"):
        write_card(card, tmp_path / "file" / "card.json")
