"""What normalisation between layers brings: none, batch, against the light, both; two networks, three seeds.

The paper's network on its six expressions, and a small fusion network on eight. Every way is trained alike,
on the same part of FER+ in good light alone, so what it does in bad light it owes to its layers. Asked are
the epochs to reach an accuracy on validation, and the accuracy at the end in good light and in six bad
lights. Each run keeps its result in `runs/normalization-ablation/`; called again, the script goes on where it
stopped.

    python benchmarks/normalization_ablation.py --data DIR
"""

from __future__ import annotations

import dataclasses

from ablations import SEEDS, Study, Way, read_splits, run_study
from lamplit.report.learning_plot import plot_learning
from lamplit.training.recipe import Recipe, load_recipe
from results import ROOT, parse_data, write_result

FOLDER = ROOT / "runs" / "normalization-ablation"
PICTURE = ROOT / "docs" / "images" / "normalization-ablation.png"
REACH = (0.6, 0.7)

DAY = dataclasses.replace(load_recipe("expression-fusion-ferplus-light").augment, light=0.0)
SMALL = {"widths": [32, 32, 64, 128], "depths": [0, 1, 1, 1], "fused": 64, "dropout": 0.1, "stem": "folded"}

PAPER = Study(
    recipe=dataclasses.replace(load_recipe("paper"), name="paper", epochs=8, claims={}),
    ways={
        "none": Way("none", {"normalization": ["none", "none"]}),
        "batch": Way("batch", {"normalization": ["batch", "batch"]}),
        "divisive": Way("divisive", {"normalization": ["divisive", "divisive"]}),
        "both": Way("divisive, then batch", {"normalization": ["divisive", "batch"]}),
    },
    n_faces=3_000,
    reach=REACH,
)

OURS = Study(
    # Small batches: more steps for the same time, which a short training has need of.
    recipe=Recipe(
        name="fusion",
        settings=SMALL,
        epochs=6,
        batch_size=64,
        augment=DAY,
        weight_decay=0.02,
        averaging=0.99,
    ),
    ways={
        "none": Way("none", {"normalization": "none"}),
        "batch": Way("batch", {"normalization": "batch"}),
        "divisive": Way("divisive", {"normalization": "divisive"}),
        "both": Way(
            "divisive, then batch", {"normalization": ["divisive", "divisive", "batch", "batch", "batch"]}
        ),
    },
    n_faces=8_000,
    reach=REACH,
)

STUDIES = {"The paper's network, six expressions": PAPER, "The fusion network, eight expressions": OURS}


def main() -> None:
    splits = read_splits(parse_data(__doc__))
    networks = {title: run_study(study, splits, FOLDER) for title, study in STUDIES.items()}
    about = {"split": "validation", "protocol": "majority, single pass", "seeds": list(SEEDS)}
    write_result("normalization_ablation", about | {"spread": "standard deviation", "networks": networks})
    panels = {
        title: {way["way"]: way["validation_accuracy"] for way in figures["ways"].values()}
        for title, figures in networks.items()
    }
    plot_learning(panels, PICTURE, marks=REACH)


if __name__ == "__main__":
    main()
