"""What balancing brings: sampling, class weights and logit adjustment, three seeds each, in good light.

The first cycle's network and augmentation on a short schedule, so the figures compare the ways with each
other and not with the shipped model. Training pictures that stand in validation, nearly or wholly, are left
out. Each run keeps its result in `runs/balance-ablation/`; called again, the script goes on where it stopped.

    python benchmarks/balance_ablation.py --data DIR
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch

from ablations import SEEDS, Quiet, kept, mean_and_spread, without_holdout
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import read_ferplus
from lamplit.datasets.near_duplicates import have_near_copies
from lamplit.evaluation.metrics import classification_metrics
from lamplit.training.balance import Balance, with_weights
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingFaces, tensors_from
from lamplit.training.loop import predict_logits, train
from lamplit.training.recipe import Recipe, load_recipe
from results import ROOT, parse_data, write_result

EPOCHS = 8
FOLDER = ROOT / "runs" / "balance-ablation"
BASE = load_recipe("expression-fusion-ferplus")

WAYS: dict[str, Balance] = {
    "as the data are": Balance(),
    "sampling 0.5 over expression": Balance(sampling=0.5),
    "sampling 0.5 over expression and light": Balance(sampling=0.5, over=("expression", "light")),
    "sampling 1 over expression": Balance(sampling=1.0),
    "class weights 0.5": Balance(class_weights=0.5),
    "logit adjustment 0.5": Balance(logit_adjustment=0.5),
    "logit adjustment 1": Balance(logit_adjustment=1.0),
}


def recipe_for(number: int, way: str, seed: int) -> Recipe:
    """Return the settings of one run."""
    balance, name = WAYS[way], f"{number}-{seed}"
    settings = {**BASE.settings, "dropout": 0.1}
    return dataclasses.replace(
        BASE, name=name, settings=settings, epochs=EPOCHS, seed=seed, balance=balance, averaging=0.99
    )


def measured(recipe: Recipe, training: TrainingFaces, validation: TrainingFaces) -> dict[str, float]:
    """Train one way with one seed, unless that is done, and return its figures."""
    folder = FOLDER / recipe.name
    return kept(folder / "figures.json", lambda: trained_and_measured(recipe, folder, training, validation))


def trained_and_measured(
    recipe: Recipe, folder: Path, training: TrainingFaces, validation: TrainingFaces
) -> dict[str, float]:
    """Train one way with one seed and return its figures."""
    weighted = with_weights(training, recipe.balance)
    data = without_holdout(weighted, validation)
    network = choose_fabric().to_device(train(recipe, data, folder, observer=Quiet()))
    with torch.no_grad():
        probabilities = predict_logits(network, validation.images).softmax(dim=1).cpu().numpy()
    classes = validation.classes.cpu().numpy()
    metrics = classification_metrics(probabilities[classes >= 0], classes[classes >= 0], EXPRESSIONS)
    found = {"accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1, "log_loss": metrics.log_loss}
    found |= {f"recall of {row.label}": row.recall for row in metrics.classes}
    return found


def main() -> None:
    data = parse_data(__doc__)
    validation, whole = read_ferplus(data, "validation"), read_ferplus(data, "training")
    whole = whole.subset(~have_near_copies(whole.images, among=validation.images))
    device = choose_fabric().device
    training, measured_on = (
        tensors_from(split, size=BASE.size, device=device) for split in (whole, validation)
    )
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for seed in SEEDS:  # every way once before any way twice
        for number, way in enumerate(WAYS):
            print(f"{way}, seed {seed}")
            rows[way, seed] = measured(recipe_for(number, way, seed), training, measured_on)
    ways: list[dict[str, Any]] = []
    for way in WAYS:
        values = {name: [rows[way, seed][name] for seed in SEEDS] for name in rows[way, SEEDS[0]]}
        ways.append({"way": way} | {name: mean_and_spread(v) for name, v in values.items()})
    about = {"split": "validation", "protocol": "majority, single pass", "seeds": list(SEEDS)}
    sizes = {
        "training_faces": len(training),
        "faces": int((measured_on.classes >= 0).sum()),
        "epochs": EPOCHS,
    }
    write_result("balance_ablation", about | sizes | {"spread": "standard deviation", "ways": ways})


if __name__ == "__main__":
    main()
