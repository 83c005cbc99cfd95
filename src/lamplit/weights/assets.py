"""Shipped files that name no expressions: what each is, where it comes from, and loading it checked."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.files import write_atomically
from lamplit.weights.cards import card_values
from lamplit.weights.registry import ASSET_SUFFIX, FOLDER
from lamplit.weights.store import read_checked


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCard:
    """What stands beside shipped data, as JSON.

    Parameters
    ----------
    name : str
        `<what>-<source>-v<number>`.
    file : str
        Name of the file, in the card's folder.
    sha256 : str
        Hash of the file, 64 hexadecimal digits.
    size_bytes : int
        Size of the file.
    what : str
        What it is, in a sentence.
    content : mapping
        For each array: shape, type and unit.
    source_data : sequence of mapping
        For each data set: name, pictures, source, terms.
    licence : str
        Terms of the file itself.
    command : str
        What builds it anew.
    commit : str
        Version of the source that built it.
    metrics : sequence of mapping
        Measured figures, each with data and protocol.
    recipe : mapping
        Of what was trained: every setting. Empty for what was computed.
    history : sequence of mapping
        Of what was trained epoch by epoch: the log.
    """

    name: str
    file: str
    sha256: str
    size_bytes: int
    what: str
    content: Mapping[str, str]
    source_data: Sequence[Mapping[str, Any]]
    licence: str
    command: str
    commit: str
    metrics: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    history: Sequence[Mapping[str, float]] = field(default_factory=list)


def read_asset_card(path: Path) -> AssetCard:
    """Read a card.

    Parameters
    ----------
    path : Path
        The JSON file.

    Returns
    -------
    AssetCard
        The card.

    Raises
    ------
    WeightsMissingError
        If there is no such file or it may not be read.
    WeightsCorruptError
        If it is no card.
    """
    optional = {"metrics", "recipe", "history"}
    return AssetCard(**card_values(path, AssetCard, optional=optional, what="a card"))


def write_asset(card: AssetCard, content: bytes, folder: Path) -> None:
    """Write a file and its card.

    Parameters
    ----------
    card : AssetCard
        The card.
    content : bytes
        The file.
    folder : Path
        Where both go.

    Raises
    ------
    OutputError
        If one cannot be written.
    """
    write_atomically(folder / card.file, content)
    text = json.dumps(dataclasses.asdict(card), indent=2, ensure_ascii=False)
    write_atomically(folder / f"{card.name}{ASSET_SUFFIX}", f"{text}\n".encode())


def list_assets() -> list[AssetCard]:
    """Return the cards of all data files that come with lamplit, by name.

    Raises
    ------
    WeightsCorruptError
        If a card of this installation is damaged.

    Examples
    --------
    >>> [card.name for card in list_assets()][:3]
    ['cascade-faces-v1', 'detector-faces-missed-v1-int8', 'detector-faces-missed-v1']
    """
    return [read_asset_card(path) for path in sorted(FOLDER.glob(f"*{ASSET_SUFFIX}"))]


def is_asset(name: str | Path) -> bool:
    """Say whether a name or a path is that of an asset: whether the card of one is there.

    Parameters
    ----------
    name : str or Path
        As for `load_asset`.

    Returns
    -------
    bool
        False for expression weights, whose cards are of another kind, and where there is nothing.

    Examples
    --------
    >>> is_asset("relighting-yale-b-v1"), is_asset("nobody")
    (True, False)
    """
    return _card_of(name).is_file()


def _card_of(name: str | Path) -> Path:
    """Return where the card of an asset must be."""
    path = Path(name)
    if isinstance(name, Path) or path.suffix == ".onnx":
        # A name may have dots of its own; what is no network ends with two suffixes.
        stem = path.stem if path.suffix == ".onnx" else path.name.split(".")[0]
        return path.with_name(f"{stem}{ASSET_SUFFIX}")
    return FOLDER / f"{name}{ASSET_SUFFIX}"


def load_asset(name: str | Path) -> tuple[AssetCard, bytes]:
    """Load a file that comes with lamplit, or one of one's own with its card beside it.

    Parameters
    ----------
    name : str or Path
        Its name, or the path of a file: of an .onnx file, or of any other by a Path.

    Returns
    -------
    (AssetCard, bytes)
        The card and the content of the file, which has the card's hash.

    Raises
    ------
    WeightsMissingError
        If there is no such file.
    WeightsCorruptError
        If the file differs from its card, or the card is damaged.

    Examples
    --------
    >>> card, content = load_asset("relighting-yale-b-v1")
    >>> len(content) == card.size_bytes
    True
    """
    path = Path(name)
    card = read_asset_card(_card_of(name))
    if isinstance(name, Path) or path.suffix == ".onnx":
        return card, read_checked(path, card.sha256)
    return card, read_checked(FOLDER / card.file, card.sha256)
