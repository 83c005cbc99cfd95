from __future__ import annotations

from pathlib import Path

import pytest

from lamplit.core.errors import WeightsCorruptError
from lamplit.weights import WeightsCard, list_weights, registry, write_card


def test_the_default_comes_with_lamplit() -> None:
    assert registry.DEFAULT_EXPRESSION in [card.name for card in list_weights()]


def test_cards_are_listed_by_name(card: WeightsCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    assert list_weights() == []
    for name in ("b", "a"):
        write_card(card, tmp_path / f"{name}.json")
    (tmp_path / "c.onnx").write_bytes(b"not a card")
    assert list_weights() == [card, card]


def test_a_damaged_card_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(WeightsCorruptError, match=r"broken\.json: needs JSON"):
        list_weights()
