"""How far to go back: the night cycle's weights blended with those that it started from.

Accuracy on held-out training faces (majority protocol, single pass) in the seven lights of the short
protocol, for several shares of the trained weights. The recipe's `blend` was chosen by this, not on the
validation split.

    python benchmarks/blending.py --data DIR
"""

from __future__ import annotations

import torch
from torch import nn

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.datasets import Majority, read_ferplus
from lamplit.evaluation.gauntlet import lights_to_run, run_gauntlet
from lamplit.nets import build_network
from lamplit.training.blending import blended
from lamplit.training.checkpoint import load_checkpoint
from lamplit.training.faces import split_holdout
from lamplit.training.loop import choose_fabric, predict_logits
from lamplit.training.recipe import Recipe, load_recipe
from lamplit.training.state import averaged_weights
from results import ROOT, parse_data, write_result

RECIPE = "expression-fusion-ferplus-night"
SHARES = (0.0, 0.3, 0.5, 0.7, 1.0)


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


def main() -> None:
    recipe = load_recipe(RECIPE)
    _, held_out = split_holdout(read_ferplus(parse_data(__doc__), "training"), recipe.holdout, recipe.seed)
    classes = Majority().classes(held_out.votes)
    images, classes = held_out.images[classes >= 0], classes[classes >= 0]
    rows, fabric = [], choose_fabric()
    for share in SHARES:
        network = fabric.to_device(network_with(recipe, share))

        @torch.no_grad()
        def predict_proba(faces: ByteArray, network: nn.Module = network) -> FloatArray:
            logits = predict_logits(network, torch.from_numpy(faces)[:, None].to(fabric.device))
            return logits.softmax(dim=1).cpu().numpy()

        gauntlet = run_gauntlet(predict_proba, images, classes, lights=lights_to_run(short=True))
        accuracy = {row["name"]: round(row["accuracy"], 4) for row in gauntlet.as_dict()["lights"]}
        rows.append({"share": share, "accuracy": accuracy, "mean_of_bad": round(gauntlet.mean_of_bad, 4)})
        print(rows[-1])
    about = {"recipe": RECIPE, "faces": len(classes), "split": "held-out training faces"}
    write_result("blending", about | {"rows": rows})


if __name__ == "__main__":
    main()
