"""What the training cycles of the shipped model reached: on validation, held-out and training faces.

Reads the checkpoints of the runs in `runs/`, blended as their recipes say; every figure is over faces as
they are, majority protocol, single pass. The gap between training and held-out faces says whether a model
over-fits or under-fits.

    python benchmarks/training_cycles.py --data DIR
"""

from __future__ import annotations

import numpy as np

from lamplit.datasets import FerPlus, read_ferplus
from lamplit.nets import build_network
from lamplit.training.blending import blended
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import split_holdout, tensors_from
from lamplit.training.loop import validate
from lamplit.training.recipe import Recipe, load_recipe
from lamplit.training.state import averaged_weights
from results import ROOT, parse_data, write_result

CYCLES = (
    "expression-fusion-ferplus",
    "expression-fusion-ferplus-tuned",
    "expression-fusion-ferplus-light",
    "expression-fusion-ferplus-night",
)
N_TRAINING_FACES = 6_000


def measured(recipe: Recipe, faces: dict[str, FerPlus]) -> dict[str, object]:
    """Return what one run reached."""
    checkpoint = load_checkpoint(ROOT / "runs" / recipe.name)
    if checkpoint is None:
        raise SystemExit(f"no run of {recipe.name}: lamplit train {recipe.name} --data DIR")
    network = build_network(recipe.network, n_classes=8, **recipe.settings)
    network.load_state_dict(averaged_weights(checkpoint))
    before = load_checkpoint(ROOT / "runs" / recipe.start) if recipe.blend < 1 else None
    if before is not None:
        network = blended(network, averaged_weights(before), recipe.blend)
    fabric = choose_fabric()
    network = fabric.to_device(network.eval())
    rows = {}
    for name, chosen in faces.items():
        scores = validate(network, tensors_from(chosen, size=recipe.size, device=fabric.device), fabric)
        rows[name] = {key.removeprefix("validation_"): round(value, 4) for key, value in scores.items()}
    seconds = sum(row["seconds"] for row in checkpoint.details["history"])
    epochs = len(checkpoint.details["history"])
    return {
        "epochs": epochs,
        "hours": round(seconds / 3600, 2),
        "commit": checkpoint.details["commit"],
        **rows,
    }


def main() -> None:
    data = parse_data(__doc__)
    recipes = [load_recipe(name) for name in CYCLES]
    kept, held_out = split_holdout(read_ferplus(data, "training"), recipes[0].holdout, recipes[0].seed)
    some = np.random.default_rng(0).permutation(len(kept))[:N_TRAINING_FACES]
    faces = {
        "validation": read_ferplus(data, "validation"),
        "held_out": held_out,
        "training": kept.subset(some),
    }
    write_result("training_cycles", {recipe.name: measured(recipe, faces) for recipe in recipes})


if __name__ == "__main__":
    main()
