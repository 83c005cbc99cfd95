"""Shipped data that is no network: cards, and loading that checks."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lamplit.core.errors import OutputError, WeightsCorruptError, WeightsMissingError
from lamplit.weights import assets, registry
from lamplit.weights.assets import AssetCard, list_assets, load_asset, read_asset_card, write_asset
from lamplit.weights.cards import WeightsCard, write_card
from lamplit.weights.registry import ASSET_SUFFIX, list_weights
from lamplit.weights.store import read_checked

CONTENT = bytes(range(100))


@pytest.fixture
def asset() -> AssetCard:
    return AssetCard(
        name="numbers-counted-v1",
        file="numbers-counted-v1.bin",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size_bytes=100,
        what="the numbers to 100, for tests without naïveté",
        content={"numbers": "(100,) uint8"},
        source_data=[{"name": "counting", "pictures": 0, "source": "fingers", "terms": "free"}],
        licence="none",
        command="python -c 'bytes(range(100))'",
        commit="0000000",
        metrics=[{"error": 0.5}],
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand a folder of the test's in for the one that comes with lamplit."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    monkeypatch.setattr(registry, "FOLDER", tmp_path)
    return tmp_path


def test_file_and_card_come_back_as_they_were_written(asset: AssetCard, folder: Path) -> None:
    write_asset(asset, CONTENT, folder)
    assert sorted(path.name for path in folder.iterdir()) == [f"{asset.name}{ASSET_SUFFIX}", asset.file]
    assert read_asset_card(folder / f"{asset.name}{ASSET_SUFFIX}") == asset
    assert load_asset(asset.name) == (asset, CONTENT)


def test_the_card_is_readable_json(asset: AssetCard, folder: Path) -> None:
    write_asset(asset, CONTENT, folder)
    text = (folder / f"{asset.name}{ASSET_SUFFIX}").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert "naïveté" in text
    assert json.loads(text) == dataclasses.asdict(asset)


def test_a_card_may_lack_metrics_alone(asset: AssetCard, tmp_path: Path) -> None:
    values = dataclasses.asdict(asset)
    path = tmp_path / "card.json"
    del values["metrics"]
    path.write_text(json.dumps(values))
    assert read_asset_card(path) == dataclasses.replace(asset, metrics=())
    del values["licence"]
    path.write_text(json.dumps(values))
    with pytest.raises(WeightsCorruptError, match=r"card\.json: needs the keys \[.*'licence'.*\], got \["):
        read_asset_card(path)


def without_name(values: dict[str, object]) -> object:
    return {key: value for key, value in values.items() if key != "name"}


@pytest.mark.parametrize(
    "change",
    [without_name, lambda values: values | {"colour": "red"}, lambda values: [values], lambda _: "card"],
    ids=["a key too few", "a key too many", "a list", "a text"],
)
def test_what_is_no_card_is_refused(
    change: Callable[[dict[str, object]], object], asset: AssetCard, tmp_path: Path
) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(change(dataclasses.asdict(asset))))
    with pytest.raises(WeightsCorruptError, match=r"card\.json: needs the keys \["):
        read_asset_card(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00"])
def test_what_is_no_json_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(WeightsCorruptError, match=r"card\.json: needs JSON, got"):
        read_asset_card(tmp_path / "card.json")


def test_a_card_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsMissingError, match=r"x\.json: needs a card \(JSON\) that can be read, got No such"
    ):
        read_asset_card(tmp_path / "x.json")


def test_a_place_that_cannot_be_written_is_told(asset: AssetCard, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"numbers-counted-v1\.bin: needs a file that can be written"):
        write_asset(asset, CONTENT, tmp_path / "file")


@pytest.mark.parametrize("damage", [CONTENT[:-1], b"", CONTENT + b"\0", b"\1" + CONTENT[1:]])
def test_a_file_that_differs_from_its_card_is_refused(damage: bytes, asset: AssetCard, folder: Path) -> None:
    write_asset(asset, CONTENT, folder)
    (folder / asset.file).write_bytes(damage)
    came = rf"needs the hash on its card, {asset.sha256[:12]}…, got .*\({len(damage)} bytes\)"
    with pytest.raises(WeightsCorruptError, match=rf"{asset.file}: {came}"):
        load_asset(asset.name)


def test_a_card_without_its_file_is_told(asset: AssetCard, folder: Path) -> None:
    write_asset(asset, CONTENT, folder)
    (folder / asset.file).unlink()
    with pytest.raises(WeightsMissingError, match=rf"{asset.file}: needs a weight file that can be read"):
        load_asset(asset.name)


@pytest.mark.usefixtures("folder")
def test_an_unknown_name_is_told() -> None:
    with pytest.raises(WeightsMissingError, match=r"nothing-v1\.asset\.json: needs a card"):
        load_asset("nothing-v1")


def test_read_checked_gives_what_has_the_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    assert read_checked(tmp_path / "a", hashlib.sha256(CONTENT).hexdigest()) == CONTENT
    with pytest.raises(WeightsCorruptError, match=r"a: needs the hash on its card, 000000000000…"):
        read_checked(tmp_path / "a", "0" * 64)
    with pytest.raises(WeightsMissingError, match="b: needs a weight file that can be read, got No such"):
        read_checked(tmp_path / "b", "0" * 64)


def test_weights_and_other_data_are_listed_apart(card: WeightsCard, asset: AssetCard, folder: Path) -> None:
    assert (list_assets(), list_weights()) == ([], [])
    other = dataclasses.replace(asset, name="another-v1")
    write_asset(asset, CONTENT, folder)
    write_asset(other, CONTENT, folder)
    write_card(card, folder / "tiny-v1.json")
    assert list_assets() == [other, asset]
    assert [weights.name for weights in list_weights()] == [card.name]


def test_a_damaged_card_is_named_in_the_list(folder: Path) -> None:
    (folder / f"broken{ASSET_SUFFIX}").write_text("{")
    assert list_weights() == []
    with pytest.raises(WeightsCorruptError, match=r"broken\.asset\.json: needs JSON"):
        list_assets()


def test_every_asset_of_lamplit_loads_by_name() -> None:
    cards = list_assets()
    assert cards
    for shipped in cards:
        assert load_asset(shipped.name)[0] == shipped
