"""Weights cards: what a weight file is, where it comes from and what it was measured to reach."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.errors import WeightsCorruptError, WeightsMissingError
from lamplit.core.files import write_atomically
from lamplit.core.labels import LabelSet
from lamplit.core.refusal import LeastProbability
from lamplit.core.temperature import LightTemperature


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsCard:
    """What stands beside every weight file, as JSON.

    Parameters
    ----------
    name : str
        `<recipe>-v<number>`.
    file : str
        Name of the weight file, in the card's folder.
    sha256 : str
        Hash of the file, 64 hexadecimal digits.
    size_bytes : int
        Size of the file.
    parameters : int
        Numbers that were learnt, as they stand in the file.
    input_size : int
        Side of the square input in pixels.
    preprocessing : mapping
        The exact way from pixels to input.
    label_set : str
        Name of the label set.
    labels : sequence of str
        The labels, in the order of the outputs.
    temperature : float
        Logits are divided by this before the softmax, where the light takes nothing from the face.
    training_data : sequence of mapping
        For each data set: name, split, faces, source, terms.
    licence : str
        Terms of the weights themselves.
    recipe : mapping
        Every setting of the training.
    commit : str
        Version of the source that trained them.
    metrics : sequence of mapping
        Figures, each with data set, split, protocol and number of faces.
    history : sequence of mapping
        Losses and accuracies per epoch.
    light : sequence of mapping
        Figures in each light of the gauntlet (`lamplit.light.gauntlet`).
    refusal : mapping
        `least_probability` in `easy`, `hard` and `backlit` light, below which an answer is no answer, with
        what it was chosen by.
    calibration : mapping
        Under `light`, how the temperature follows the light (`noise` and `surround` of
        `lamplit.core.temperature.LightTemperature`), with what they were fitted to; empty on cards that have
        one temperature for all light.
    quantization : mapping
        Of a file in 8 bits: precision, layers that stay in float, calibration pictures, and the name and hash
        of the file in float that it was made from. Empty for files in float.
    """

    name: str
    file: str
    sha256: str
    size_bytes: int
    parameters: int
    input_size: int
    preprocessing: Mapping[str, Any]
    label_set: str
    labels: Sequence[str]
    temperature: float
    training_data: Sequence[Mapping[str, Any]]
    licence: str
    recipe: Mapping[str, Any]
    commit: str
    metrics: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    history: Sequence[Mapping[str, float]] = field(default_factory=tuple)
    light: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    refusal: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    quantization: Mapping[str, Any] = field(default_factory=dict)

    @property
    def least_probability(self) -> LeastProbability:
        """The probability below which the network is in doubt; 0 where none was chosen."""
        return LeastProbability(**self.refusal.get("least_probability", {}))

    @property
    def light_temperature(self) -> LightTemperature:
        """By what logits are divided, in any light."""
        return LightTemperature(self.temperature, **self.calibration.get("light", {}))

    @property
    def speaks(self) -> LabelSet:
        """The labels as a set."""
        return LabelSet(self.label_set, tuple(self.labels))


def read_card(path: Path) -> WeightsCard:
    """Read a card.

    Parameters
    ----------
    path : Path
        The JSON file.

    Returns
    -------
    WeightsCard
        The card.

    Raises
    ------
    WeightsMissingError
        If there is no such file or it may not be read.
    WeightsCorruptError
        If it is no card.
    """
    optional = {"metrics", "history", "light", "refusal", "calibration", "quantization"}
    return WeightsCard(**card_values(path, WeightsCard, optional=optional, what="a weights card"))


def card_values(path: Path, kind: type, *, optional: Set[str], what: str) -> dict[str, Any]:
    """Read the fields of a card of any kind.

    Parameters
    ----------
    path : Path
        The JSON file.
    kind : type
        The dataclass of the card.
    optional : set of str
        Its fields that may be absent.
    what : str
        What errors call such a card.

    Returns
    -------
    dict
        The values by field.

    Raises
    ------
    WeightsMissingError
        If there is no such file or it may not be read.
    WeightsCorruptError
        If it is no such card.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WeightsMissingError(
            str(path), f"{what} (JSON) that can be read", error.strerror or str(error)
        ) from error
    except ValueError as error:
        raise WeightsCorruptError(str(path), "JSON", str(error)) from error
    names = {f.name for f in dataclasses.fields(kind)}
    if not isinstance(values, dict) or not names - optional <= set(values) <= names:
        came = sorted(values) if isinstance(values, dict) else type(values).__name__
        raise WeightsCorruptError(str(path), f"the keys {sorted(names)}", str(came))
    return values


def write_card(card: WeightsCard, path: Path) -> None:
    """Write a card.

    Parameters
    ----------
    card : WeightsCard
        The card.
    path : Path
        The JSON file to write.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = json.dumps(dataclasses.asdict(card), indent=2, ensure_ascii=False)
    write_atomically(path, f"{text}\n".encode())
