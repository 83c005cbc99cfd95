"""From a fine-tuned network to a weight file with its card, which says what it was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lamplit.core.errors import CheckpointError
from lamplit.nets.export import export_onnx
from lamplit.training.finetune import Tuned
from lamplit.training.own_data import OwnData
from lamplit.training.publish import facts_of, rounded
from lamplit.training.source import source_commit
from lamplit.training.stopping import outcome
from lamplit.weights.cards import WeightsCard, read_card, write_card


def publish_own(tuned: Tuned, data: OwnData, folder: Path, *, name: str, start: WeightsCard) -> WeightsCard:
    """Write a fine-tuned network as ONNX with its card.

    Parameters
    ----------
    tuned : Tuned
        The network.
    data : OwnData
        What it learnt from.
    folder : Path
        Where `<name>.onnx` and `<name>.json` go.
    name : str
        Name of the weights.
    start : WeightsCard
        Of the weights that it started from; their training data stands on the new card, too.

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
    recipe = tuned.recipe
    export_onnx(tuned.network, path, size=recipe.size)
    card = WeightsCard(
        **facts_of(path),
        input_size=recipe.size,
        preprocessing=_preprocessing(data, start),
        label_set=recipe.speaks.name,
        labels=list(recipe.speaks),
        temperature=tuned.choice.temperature,
        training_data=[_own_data(tuned, data), *start.training_data],
        licence=f"those of the data; the network came from {start.name}: {start.licence}",
        recipe=recipe.as_dict(),
        commit=source_commit(),
        history=rounded(tuned.history),
    )
    write_card(card, path.with_suffix(".json"))
    return card


def check_folder(folder: Path, name: str, data: OwnData) -> None:
    """Refuse a folder that holds weights of the same name from other data: they would be overwritten.

    Parameters
    ----------
    folder : Path
        The folder of the run.
    name : str
        Name of the weights.
    data : OwnData
        What is to be learnt from.

    Raises
    ------
    CheckpointError
        If such weights are there.
    WeightsCorruptError
        If what is there is no card.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        return
    card = read_card(path)
    before, now = card.training_data[0].get("name"), data.training.pictures.name
    if (before, tuple(card.labels)) != (now, data.training.pictures.labels.names):
        came = f"weights from {before} with the labels {', '.join(card.labels)}"
        hint = "give another --out folder or --name for a new run"
        raise CheckpointError(str(path), f"nothing, or an earlier run on {now} with its labels", came, hint)


def _preprocessing(data: OwnData, start: WeightsCard) -> dict[str, Any]:
    """Return the way from a crop to the network's input, which is that of the weights before."""
    as_given = {} if data.training.n_found else {"frame": "whole crops, framed as the user's pictures were"}
    return {**start.preprocessing, **as_given}


def _own_data(tuned: Tuned, data: OwnData) -> dict[str, Any]:
    """Return what the card says of the data."""
    faces, choice = data.training, tuned.choice
    pictures = faces.pictures
    people = len(set(pictures.people)) if "" not in pictures.people else None
    fitted = f"{tuned.n_held_out} held-out faces" if tuned.n_held_out else "answers of cross-validation"
    if tuned.history and not tuned.n_held_out:
        fitted += ", by the head before the epochs"
    chosen = {}
    if tuned.recipe.patience:
        held_back = f"{len(faces) - tuned.n_training} faces held back"
        chosen["epoch"] = f"{outcome(tuned.history, tuned.recipe.epochs)}; {held_back}"
    return chosen | {
        "name": pictures.name,
        "split": data.protocol,
        "faces": tuned.n_training,
        "faces_by_label": {
            label: int((pictures.classes == number).sum()) for number, label in enumerate(pictures.labels)
        },
        "people": people,
        "faces_found_by_the_detector": faces.n_found,
        "refused": len(data.refused),
        "protocol": f"one label per picture; temperature on {fitted}",
        "chosen_by_cross_validation": {
            "input_size": choice.size,
            "copies": choice.copies,
            "penalty": choice.strength,
        },
        "source": data.source,
        "terms": data.terms,
    }
