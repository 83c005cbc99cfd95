"""How far to go back: the night cycle's weights blended with those that it started from.

Accuracy on held-out training faces and on validation faces (majority protocol, single pass) in the seven
lights of the short protocol, for several shares of the trained weights.

    python benchmarks/blending.py --data DIR
"""

from __future__ import annotations

import torch
from torch import nn

from lamplit.core.arrays import ByteArray, FloatArray, IntArray
from lamplit.datasets import FerPlus, Majority, read_ferplus
from lamplit.evaluation.gauntlet import lights_to_run, run_gauntlet
from lamplit.nets import build_network
from lamplit.training.blending import blended
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import split_holdout
from lamplit.training.loop import predict_logits
from lamplit.training.recipe import Recipe, load_recipe
from lamplit.training.state import averaged_weights
from results import ROOT, parse_data, write_result

RECIPE = "expression-fusion-ferplus-night"
SHARES = (0.0, 0.2, 0.3, 0.5, 0.7, 1.0)


def network_with(recipe: Recipe, share: float) -> nn.Module:
    """Return the network with this share of the trained weights."""
    weights = []
    for name in (recipe.name, recipe.start):
        checkpoint = load_checkpoint(ROOT / "runs" / name)
        if checkpoint is None:
            raise SystemExit(f"no run of {name}: lamplit train {name} --data DIR")
        weights.append(averaged_weights(checkpoint))
    network = build_network(recipe.network, n_classes=len(recipe.speaks), **recipe.settings)
    network.load_state_dict(weights[0])
    return blended(network, weights[1], share).eval()


def with_majority(faces: FerPlus) -> tuple[ByteArray, IntArray]:
    """Return the faces that have a majority, and their classes."""
    classes = Majority().classes(faces.votes)
    return faces.images[classes >= 0], classes[classes >= 0]


def accuracy(network: nn.Module, images: ByteArray, classes: IntArray) -> dict[str, float]:
    """Return the accuracy in each of the seven lights, and the mean over the bad ones."""
    fabric = choose_fabric()
    network = fabric.to_device(network)

    @torch.no_grad()
    def predict_proba(faces: ByteArray) -> FloatArray:
        logits = predict_logits(network, torch.from_numpy(faces)[:, None].to(fabric.device))
        return logits.softmax(dim=1).cpu().numpy()

    gauntlet = run_gauntlet(predict_proba, images, classes, lights=lights_to_run(short=True))
    found = {row["name"]: round(row["accuracy"], 4) for row in gauntlet.as_dict()["lights"]}
    return found | {"mean of the six bad ones": round(float(gauntlet.mean_of_bad or 0.0), 4)}


def main() -> None:
    data, recipe = parse_data(__doc__), load_recipe(RECIPE)
    _, held_out = split_holdout(read_ferplus(data, "training"), recipe.holdout, recipe.seed)
    sets = {"held-out": held_out, "validation": read_ferplus(data, "validation")}
    rows = []
    for share in SHARES:
        for name, faces in sets.items():
            images, classes = with_majority(faces)
            found = accuracy(network_with(recipe, share), images, classes)
            rows.append({"share": share, "faces": name, "n": len(classes), "accuracy": found})
            print(rows[-1])
    write_result("blending", {"recipe": RECIPE, "rows": rows})


if __name__ == "__main__":
    main()
