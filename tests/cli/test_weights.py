"""`lamplit weights`: the cards."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

from lamplit.weights.assets import list_assets
from lamplit.weights.registry import DEFAULT_EXPRESSION, SIZES, list_weights

Run = Callable[..., Any]


def test_every_card_is_listed(lamplit: Run) -> None:
    result = lamplit("weights")
    assert result.exit_code == 0
    assert result.stderr == ""
    text = result.stdout
    for card in list_weights():
        assert card.name in text
        assert card.sha256 in text
        assert f"{card.parameters:,} parameters" in text
        assert "happiness" in text
    assert DEFAULT_EXPRESSION in text
    for size in SIZES:
        assert re.search(rf"size +{size}\b", text)
    for asset in list_assets():
        assert asset.name in text
        assert asset.sha256 in text
        assert asset.command in text


def test_json_holds_the_whole_cards(lamplit: Run) -> None:
    result = lamplit("weights", "--json")
    assert result.exit_code == 0
    cards = json.loads(result.stdout)
    expected = [dataclasses.asdict(card) for card in (*list_weights(), *list_assets())]
    assert cards == json.loads(json.dumps(expected))
    assert cards[0]["labels"][:2] == ["neutral", "happiness"]
