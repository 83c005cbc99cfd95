"""From a trained network to a weight file with its card."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import nn

from lamplit.datasets.ferplus import SOURCE, TERMS
from lamplit.datasets.unlabelled import UNLABELLED_SOURCES
from lamplit.expression.backlight import LEAST_STOPS, WANTED
from lamplit.nets.export import count_parameters, export_onnx
from lamplit.training.recipe import Recipe
from lamplit.training.stopping import outcome
from lamplit.weights.cards import WeightsCard, write_card

PREPROCESSING = {
    "exposure": "where the strips at the left and right edge (1/12 of the side) are both more than "
    f"{LEAST_STOPS:g} factors of two brighter than the median of the middle, all is multiplied so that this "
    f"median is {WANTED:g}, and clipped at 1 (lamplit.expression.backlight)",
    "frame": "square, eyes at 39 % of its height and 0.375 of its side apart (lamplit.faces.framing)",
    "channels": "grey, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601)",
    "resampling": "area average when shrinking, linear when enlarging (lamplit.imaging.geometry)",
    "scale": "uint8 / 255",
}

NORMALISATIONS = {
    "z-score": "per image (x - mean) / standard deviation, inside the file",
    "local": "local divisive normalisation of the square root, inside the file",
    "both": "per image (x - mean) / standard deviation, and beside it, as a second channel, local divisive "
    "normalisation of the square root; both inside the file",
}
"""What cards say of the layer against the light, by its name in recipes."""


_TAUGHT = {
    "distribution": "distribution (votes as probabilities)",
    "majority": "majority (one class per face)",
}


def publish(
    network: nn.Module,
    folder: Path,
    *,
    name: str,
    recipe: Recipe,
    temperature: float,
    details: Mapping[str, Any],
) -> WeightsCard:
    """Write a network as ONNX with its card.

    Parameters
    ----------
    network : torch.nn.Module
        Trained, on the CPU.
    folder : Path
        Where `<name>.onnx` and `<name>.json` go.
    name : str
        Name of the weights.
    recipe : Recipe
        What it was trained by.
    temperature : float
        From `fit_temperature`.
    details : mapping
        `n_training`, `n_holdout` and, where there are any, `n_unlabelled` faces, `commit` and `history` of
        the training.

    Returns
    -------
    WeightsCard
        The card, still without metrics.

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    path = folder / f"{name}.onnx"
    export_onnx(network, path, size=recipe.size)
    card = WeightsCard(
        **facts_of(path),
        input_size=recipe.size,
        preprocessing=preprocessing(recipe),
        label_set=recipe.speaks.name,
        labels=list(recipe.speaks),
        temperature=round(temperature, 4),
        training_data=_training_data(details, recipe),
        licence="Apache-2.0 for the weights; the terms of the training data are stated with them",
        recipe=recipe.as_dict(),
        commit=str(details["commit"]),
        history=rounded(details["history"]),
    )
    write_card(card, path.with_suffix(".json"))
    return card


def facts_of(path: Path) -> dict[str, Any]:
    """Return what a card says of its weight file alone.

    Parameters
    ----------
    path : Path
        The .onnx file, named as the weights are.

    Returns
    -------
    dict
        `name`, `file`, `sha256`, `size_bytes` and `parameters`.
    """
    content = path.read_bytes()
    return {
        "name": path.stem,
        "file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "parameters": count_parameters(path),
    }


def rounded(history: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return the rows of a training's log as they stand on cards.

    Parameters
    ----------
    history : sequence of mapping
        A row per epoch.

    Returns
    -------
    list of dict
        The same rows to six digits after the point.

    Examples
    --------
    >>> rounded([{"epoch": 1, "loss": 0.12345678}])
    [{'epoch': 1, 'loss': 0.123457}]
    """
    return [{key: round(value, 6) for key, value in row.items()} for row in history]


def add_metrics(
    card: WeightsCard,
    metrics: Sequence[Mapping[str, Any]],
    folder: Path,
    *,
    light: Sequence[Mapping[str, Any]] = (),
    refusal: Mapping[str, Any] | None = None,
) -> WeightsCard:
    """Write measured figures onto a card.

    Parameters
    ----------
    card : WeightsCard
        The card.
    metrics : sequence of mapping
        Figures, each with data set, split, protocol and number of faces.
    folder : Path
        Where the card stands.
    light : sequence of mapping
        Figures in each light of the gauntlet.
    refusal : mapping, optional
        The least probability of an answer, and how it was chosen.

    Returns
    -------
    WeightsCard
        The card with the figures.

    Raises
    ------
    OutputError
        If the card cannot be written.
    """
    card = dataclasses.replace(card, metrics=list(metrics), light=list(light), refusal=refusal or {})
    write_card(card, (folder / card.file).with_suffix(".json"))
    return card


def preprocessing(recipe: Recipe) -> dict[str, str]:
    """Return the way from a crop to the network's input, as it stands on the card.

    Parameters
    ----------
    recipe : Recipe
        Names the layer against the light.

    Returns
    -------
    dict of str to str
        Each step in words.
    """
    return PREPROCESSING | {
        "normalisation": NORMALISATIONS[recipe.settings.get("standardization", "z-score")]
    }


def _training_data(details: Mapping[str, Any], recipe: Recipe) -> list[dict[str, Any]]:
    """Return what the card says of FER+, and of the faces that nobody labelled."""
    chosen = {}
    if recipe.patience:
        end = outcome(details["history"], recipe.epochs)
        chosen["epoch"] = f"{end}; the same faces fit the temperature"
    ferplus = chosen | {
        "name": "FER+",
        "split": "training",
        "faces": int(details["n_training"]),
        "faces_for_temperature": int(details["n_holdout"]),
        "protocol": f"{_TAUGHT[recipe.targets]}; temperature on majority labels of held-out faces",
        "source": SOURCE,
        "terms": TERMS,
    }
    if not recipe.unlabelled:
        return [ferplus]
    source, terms = UNLABELLED_SOURCES.get(recipe.unlabelled, ("as given to the training", "not known"))
    unlabelled = {
        "name": recipe.unlabelled,
        "split": "whole",
        "faces": int(details.get("n_unlabelled", 0)),
        "protocol": f"no labels; targets are the answers of the teachers: {', '.join(recipe.taught_by)}",
        "source": source,
        "terms": terms,
    }
    return [ferplus, unlabelled]
