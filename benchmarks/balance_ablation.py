"""What balancing brings at the end of a training: sampling, class weights, logit adjustment; three seeds.

The smallest network goes on from its second cycle's weights for a few epochs, on a part of FER+, in seven
ways that differ in `[balance]` alone. Training pictures that stand in validation, nearly or wholly, are left
out. Each run keeps its result in `runs/balance-nano/`; called again, the script goes on where it stopped.

    python benchmarks/balance_ablation.py --data DIR
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ablations import SEEDS, Quiet, draw, kept, mean_and_spread
from lamplit.datasets import FerPlus, read_ferplus
from lamplit.datasets.targets import majority_in
from lamplit.evaluation.classifier import evaluate_classifier
from lamplit.expression import ExpressionClassifier
from lamplit.training.balance import Balance, with_weights
from lamplit.training.faces import TrainingData
from lamplit.training.recipe import Recipe, load_recipe
from lamplit.training.session import prepare, run_training
from results import ROOT, parse_data, write_result

FACES = 12_000
FOLDER = ROOT / "runs" / "balance-nano"
CYCLE = load_recipe("expression-nano-ferplus-longer")
BASE = dataclasses.replace(
    CYCLE, epochs=3, learning_rate=1e-3, averaging=0.99, teach=0.0, teachers=(), unlabelled=""
)

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
    return dataclasses.replace(BASE, name=f"{number}-{seed}", seed=seed, balance=WAYS[way])


def trained_and_measured(recipe: Recipe, data: TrainingData, validation: FerPlus) -> dict[str, float]:
    """Train one way with one seed and return its figures on the published file."""
    folder = FOLDER / recipe.name
    weighted = dataclasses.replace(data, training=with_weights(data.training, recipe.balance))
    card = run_training(recipe, weighted, folder, observer=Quiet())
    classes = majority_in(validation.votes, recipe.speaks)
    chosen = classes >= 0
    classifier = ExpressionClassifier(folder / card.file, threads=1)
    found = evaluate_classifier(
        classifier.predict_proba, validation.images[chosen], classes[chosen], labels=recipe.speaks
    ).metrics
    recalls = {f"recall of {row.label}": row.recall for row in found.classes}
    mean = sum(recalls.values()) / len(recalls)
    figures = {"accuracy": found.accuracy, "mean_recall": mean, "macro_f1": found.macro_f1}
    return figures | {"log_loss": found.log_loss} | recalls


def main() -> None:
    path = parse_data(__doc__)
    validation, whole = (read_ferplus(path, split) for split in ("validation", "training"))
    data = prepare(BASE, draw(whole, FACES), validation)
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for seed in SEEDS:  # every way once before any way twice
        for number, way in enumerate(WAYS):
            print(f"{way}, seed {seed}")
            recipe = recipe_for(number, way, seed)
            rows[way, seed] = kept(
                figures_of(recipe), lambda recipe=recipe: trained_and_measured(recipe, data, validation)
            )
    ways: list[dict[str, Any]] = []
    for way in WAYS:
        values = {name: [rows[way, seed][name] for seed in SEEDS] for name in rows[way, SEEDS[0]]}
        ways.append({"way": way} | {name: mean_and_spread(v) for name, v in values.items()})
    about = {"split": "validation", "protocol": "majority, single pass", "seeds": list(SEEDS)}
    sizes = {
        "training_faces": len(data.training),
        "faces": int((data.validation.classes >= 0).sum()),
        "epochs": BASE.epochs,
        "start": BASE.start,
    }
    write_result("balance_ablation", about | sizes | {"spread": "standard deviation", "ways": ways})


def figures_of(recipe: Recipe) -> Path:
    """Return where the figures of a run are kept."""
    return FOLDER / recipe.name / "figures.json"


if __name__ == "__main__":
    main()
