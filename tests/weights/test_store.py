from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from lamplit.core.errors import WeightsCorruptError, WeightsMissingError
from lamplit.weights import WeightsCard, list_weights, load_weights
from lamplit.weights.registry import DEFAULT_EXPRESSION, SIZES

Put = Callable[[str], Path]


def test_weights_of_lamplit_load_by_name() -> None:
    card, content = load_weights(DEFAULT_EXPRESSION)
    assert card in list_weights()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (card.size_bytes, card.sha256)


def test_sizes_are_names_from_the_fewest_parameters_to_the_most_work() -> None:
    loaded = {size: load_weights(size) for size in SIZES}
    assert list(loaded) == ["nano", "base", "large"]
    for size, (card, content) in loaded.items():
        assert (card, content) == load_weights(SIZES[size])
    nano, base, large = (card for card, _ in loaded.values())
    assert nano.parameters <= 400_000 < base.parameters <= 3_000_000
    assert base.name == DEFAULT_EXPRESSION
    assert large.input_size > base.input_size


@pytest.mark.parametrize("kind", [Path, str])
def test_an_own_file_loads_by_path(kind: type, place: Put, card: WeightsCard, network: bytes) -> None:
    assert load_weights(kind(place("own.onnx"))) == (card, network)


def test_a_relative_path_is_a_path(place: Put, card: WeightsCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place("own.onnx").parent)
    assert load_weights("own.onnx")[0] == card


@pytest.mark.parametrize("position", [0, 50, -1])
def test_one_wrong_byte_is_refused_with_both_hashes(position: int, place: Put, card: WeightsCard) -> None:
    path = place("own.onnx")
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(WeightsCorruptError) as caught:
        load_weights(path)
    assert str(caught.value) == (
        f"{path}: needs the hash on its card, {card.sha256[:12]}…, got {found[:12]}… "
        f"({len(content):,} bytes) (install lamplit again, or copy file and card together)"
    )


@pytest.mark.parametrize("keep", [0, 100])
def test_a_file_that_was_cut_off_is_refused(keep: int, place: Put) -> None:
    path = place("own.onnx")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(WeightsCorruptError, match=rf"needs the hash on its card.*\({keep} bytes\)"):
        load_weights(path)


def test_a_file_without_a_card_is_refused(place: Put) -> None:
    path = place("own.onnx")
    path.with_suffix(".json").unlink()
    with pytest.raises(WeightsMissingError, match=r"own\.json: needs a weights card \(JSON\)"):
        load_weights(path)


def test_a_card_without_a_file_is_refused(place: Put) -> None:
    path = place("own.onnx")
    path.unlink()
    with pytest.raises(
        WeightsMissingError, match=r"own\.onnx: needs a weight file that can be read, got No such file"
    ):
        load_weights(path)


def test_a_path_where_nothing_is_speaks_of_the_weight_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"absent\.onnx: needs a weight file that can be read"):
        load_weights(tmp_path / "absent.onnx")


@pytest.mark.parametrize("name", ["no-such-weights", "models/best.pt", "", "../files/no-such-weights"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(WeightsMissingError) as caught:
        load_weights(name)
    known = [*SIZES, *(card.name for card in list_weights())]
    assert str(caught.value) == f"{name}: needs one of {known} or the path of an .onnx file, got neither"
