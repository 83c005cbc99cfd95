"""Loading of weight files, never without checking them against their card."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lamplit.core.errors import WeightsCorruptError, WeightsMissingError
from lamplit.weights.cards import WeightsCard, read_card
from lamplit.weights.registry import FOLDER, SIZES, list_weights


def load_weights(name: str | Path) -> tuple[WeightsCard, bytes]:
    """Load a weight file with its card.

    Parameters
    ----------
    name : str or Path
        Name of weights that come with lamplit, or of a size of expression weights
        (`lamplit.weights.registry.SIZES`), or path of an .onnx file with its card beside it.

    Returns
    -------
    (WeightsCard, bytes)
        The card and the content of the file, which has the card's hash.

    Raises
    ------
    WeightsMissingError
        If there is no such file or no card beside it.
    WeightsCorruptError
        If the file differs from its card, or the card is damaged.

    Examples
    --------
    >>> card, content = load_weights("expression-fusion-ferplus-night-v1")
    >>> len(content) == card.size_bytes
    True
    >>> load_weights("nano")[0].name
    'expression-nano-ferplus-v6-int8'
    """
    is_path = Path(name).suffix == ".onnx"
    path = Path(name) if is_path else FOLDER / f"{SIZES.get(str(name), name)}.onnx"
    if not is_path and not path.is_file():
        known = [*SIZES, *(card.name for card in list_weights())]  # other networks have cards of their own
        raise WeightsMissingError(str(name), f"one of {known} or the path of an .onnx file", "neither")
    content = _read(path)
    card = read_card(path.with_suffix(".json"))
    _check_hash(path, content, card.sha256)
    return card, content


def read_checked(path: Path, sha256: str) -> bytes:
    """Read a file whose hash is known.

    Parameters
    ----------
    path : Path
        The file.
    sha256 : str
        The hash that its card gives.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    WeightsMissingError
        If there is no such file or it may not be read.
    WeightsCorruptError
        If it has another hash.
    """
    content = _read(path)
    _check_hash(path, content, sha256)
    return content


def _read(path: Path) -> bytes:
    """Return what a file holds."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsMissingError(
            str(path), "a weight file that can be read", error.strerror or str(error)
        ) from error


def _check_hash(path: Path, content: bytes, sha256: str) -> None:
    """Refuse what differs from its card."""
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise WeightsCorruptError(
            str(path),
            f"the hash on its card, {sha256[:12]}…",
            f"{digest[:12]}… ({len(content):,} bytes)",
            "install lamplit again, or copy file and card together",
        )
