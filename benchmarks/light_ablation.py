"""What each part of training for light brings: six ways to train, three seeds each, measured in seven lights.

A small network on a part of FER+, so the figures compare the ways with each other and not with the shipped
model. It learns expressions in good light first, once for each seed and normalisation, because a short
schedule in the dark from fresh weights teaches nothing; every way goes on from there. Each run keeps its
result in `runs/light-ablation/`; called again, the script goes on where it stopped.

    python benchmarks/light_ablation.py --data DIR
"""

from __future__ import annotations

import dataclasses

from torch import nn

from ablations import (
    SEEDS,
    Quiet,
    accuracy_by_light,
    draw,
    kept,
    mean_and_spread,
    read_splits,
    without_holdout,
)
from lamplit.datasets import FerPlus
from lamplit.training.augmentation import Augmentation
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingFaces, tensors_from
from lamplit.training.loop import train
from lamplit.training.recipe import Recipe, load_recipe
from results import ROOT, parse_data, write_result

N_FACES = 16_000
EPOCHS_BY_DAY = 6
EPOCHS = 4
SMALL = {"widths": [16, 32, 64, 128], "depths": [1, 1, 1, 1], "fused": 64, "dropout": 0.1}
FOLDER = ROOT / "runs" / "light-ablation"

WHOLE = load_recipe("expression-fusion-ferplus-light").augment
NO_NOISE = {"photons": (1e9, 1e9), "read_noise": (0.0, 0.0)}
DAY = dataclasses.replace(WHOLE, light=0.0)
ONLY_RELIT = dataclasses.replace(WHOLE, tone=0.0, gain=(1.0, 1.0), over=0.0, **NO_NOISE)

WAYS: dict[str, tuple[str, Augmentation, str]] = {
    "none": ("no light augmentation, z-score", DAY, "z-score"),
    "tone_and_noise": ("tone, exposure, noise; z-score", dataclasses.replace(WHOLE, relight=0.0), "z-score"),
    "relighting": ("relighting alone; z-score", ONLY_RELIT, "z-score"),
    "all": ("tone, exposure, noise, relighting; z-score", WHOLE, "z-score"),
    "all_local": ("the same; local normalisation instead of z-score", WHOLE, "local"),
    "all_both": ("the same; z-score and local normalisation", WHOLE, "both"),
}


def recipe_for(name: str, seed: int, standardization: str, augment: Augmentation, epochs: int) -> Recipe:
    """Return the settings that all runs share, with what tells this one apart."""
    return Recipe(
        name=name,
        settings=SMALL | {"standardization": standardization},
        epochs=epochs,
        seed=seed,
        augment=augment,
        weight_decay=0.02,
        averaging=0.99,
    )


def by_day(seed: int, standardization: str, training: TrainingFaces, validation: TrainingFaces) -> nn.Module:
    """Return the network that learnt in good light alone, trained unless that is done."""
    recipe = recipe_for(f"day-{standardization}-{seed}", seed, standardization, DAY, EPOCHS_BY_DAY)
    folder = FOLDER / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    return train(recipe, without_holdout(training, validation), folder, observer=Quiet())


def accuracies(way: str, seed: int, training: TrainingFaces, faces: FerPlus) -> dict[str, float]:
    """Train one way with one seed, unless that is done, and return the accuracy in each light."""
    _, augment, standardization = WAYS[way]
    folder = FOLDER / f"{way}-{seed}"

    def measure() -> dict[str, float]:
        recipe = recipe_for(folder.name, seed, standardization, augment, EPOCHS)
        validation = tensors_from(faces, size=recipe.size, device=choose_fabric().device)
        weights = by_day(seed, standardization, training, validation).state_dict()
        data = without_holdout(training, validation)
        network = train(recipe, data, folder, observer=Quiet(), weights=weights)
        return accuracy_by_light(network, faces)

    return kept(folder / "accuracy.json", measure)


def main() -> None:
    data = parse_data(__doc__)
    whole, validation = read_splits(data)
    training = tensors_from(draw(whole, N_FACES), size=48, device=choose_fabric().device)
    rows = {}
    for seed in SEEDS:  # every way once before any way twice
        for way in WAYS:
            print(f"{way}, seed {seed}")
            rows[way, seed] = accuracies(way, seed, training, validation)
    figures = {}
    for way, (description, _, _) in WAYS.items():
        names = rows[way, SEEDS[0]]
        values = {name: [rows[way, seed][name] for seed in SEEDS] for name in names}
        figures[way] = {"way": description} | {name: mean_and_spread(v) for name, v in values.items()}
    about = {"split": "validation", "protocol": "majority, single pass", "seeds": list(SEEDS)}
    schedule = {
        "training_faces": len(training),
        "epochs_in_good_light": EPOCHS_BY_DAY,
        "epochs": EPOCHS,
        "network": SMALL,
    }
    write_result("light_ablation", about | schedule | {"spread": "standard deviation", "ways": figures})


if __name__ == "__main__":
    main()
