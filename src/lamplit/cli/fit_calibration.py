"""Fit the temperature by light of weights to the faces that their training held back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rich.progress import Progress

from lamplit.cli.consoles import counting_progress
from lamplit.cli.measure import read_split, with_majority
from lamplit.core.arrays import IntArray
from lamplit.core.errors import InvalidArgumentError
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.targets import majority_in
from lamplit.evaluation.calibration import LitLogits, fit_in_all_lights, lit_logits
from lamplit.evaluation.gauntlet import lights_to_run
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.training.leaks import split_without_leaks
from lamplit.training.recipe import holdout_seed_of
from lamplit.training.session import LEAST_FACES_FOR_TEMPERATURE
from lamplit.weights.cards import WeightsCard, write_card

SEED = 0
"""Of photons and read noise."""


def calibrated(card: WeightsCard, folder: Path, data: Path, *, hidden: bool) -> WeightsCard:
    """Write a temperature by light on a card; as it is where nobody knows enough faces held back."""
    if not holds_back_faces(card):
        return card
    classifier = ExpressionClassifier(folder / card.file)
    with counting_progress(hidden=hidden) as progress:
        held_out = held_out_faces(card, data, progress)
        if (majority_in(held_out.votes, card.speaks) >= 0).sum() < LEAST_FACES_FOR_TEMPERATURE:
            return card
        faces, classes = with_majority(held_out, card.speaks)
        lit = in_all_lights(classifier, faces, classes, progress)
    fitted = fit_in_all_lights(lit)
    light = {"noise": round(fitted.noise, 4), "surround": round(fitted.surround, 4)}
    about: dict[str, Any] = {
        "light": light,
        "fitted_on": f"FER+ training, the {len(faces)} held-out faces with a majority, "
        f"each in {len(lit)} lights of the gauntlet, good light as much as all others, seed {SEED}",
    }
    card = dataclasses.replace(card, temperature=round(fitted.good, 4), calibration=about)
    write_card(card, (folder / card.file).with_suffix(".json"))
    return card


def check_holds_back_faces(card: WeightsCard) -> None:
    """Refuse weights of which nobody knows what faces their training held back."""
    if not holds_back_faces(card):
        required = "weights with a recipe that holds back faces of FER+ on their card"
        raise InvalidArgumentError(card.name, required, f"dataset {card.recipe.get('dataset')!r}")


def holds_back_faces(card: WeightsCard) -> bool:
    """Tell whether the recipe on a card says which faces of FER+ were held back."""
    recipe = card.recipe
    return recipe.get("dataset", "ferplus") == "ferplus" and {"holdout", "seed"} <= set(recipe)


def held_out_faces(card: WeightsCard, data: Path, progress: Progress) -> FerPlus:
    """Return the training faces that a network's training held back, as it drew them."""
    recipe = card.recipe
    _, held_out = split_without_leaks(
        read_split(data, "training", progress),
        read_split(data, "validation", progress),
        holdout=recipe["holdout"],
        seed=holdout_seed_of(recipe),
        near_copies=recipe.get("near_copies", "keep"),
    )
    return held_out


def in_all_lights(
    classifier: ExpressionClassifier, faces: FerPlus, classes: IntArray, progress: Progress
) -> list[LitLogits]:
    """Return what a network says of faces in every light of the gauntlet, showing progress."""
    lights = lights_to_run()
    task = progress.add_task("looking at held-out faces in all lights", total=len(lights))
    lit = []
    for light in lights:
        lit.append(lit_logits(classifier.predict_logits, faces.images, classes, light, seed=SEED))
        progress.advance(task)
    return lit
