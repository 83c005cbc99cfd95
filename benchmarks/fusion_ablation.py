"""What fusing feature maps over scales and regions brings at equal cost: five ways, three seeds each.

A small fusion network on eight expressions; the widths of its stages are chosen such that every way takes as
many multiply-adds per face as top-down fusion, to within 2 %. All ways are trained alike, on the same part of
FER+ in good light alone, and measured in good light and in six bad lights. Each run keeps its result in
`runs/fusion-ablation/`; called again, the script goes on where it stopped.

    python benchmarks/fusion_ablation.py --data DIR
"""

from __future__ import annotations

import dataclasses

from ablations import SEEDS, Way, read_splits, run_study
from lamplit.report.learning_plot import plot_learning
from normalization_ablation import OURS
from results import ROOT, parse_data, write_result

FOLDER = ROOT / "runs" / "fusion-ablation"
PICTURE = ROOT / "docs" / "images" / "fusion-ablation.png"
TITLE = "The fusion network, eight expressions"

WIDE, USUAL, NARROW = [38, 38, 76, 152], [32, 32, 64, 128], [29, 29, 60, 120]

STUDY = dataclasses.replace(
    OURS,
    ways={
        "none": Way("no fusion", {"fusion": "none", "widths": WIDE}),
        "top-down": Way("top-down", {"fusion": "top-down", "widths": USUAL}),
        "both": Way("top-down and bottom-up", {"fusion": "both", "widths": NARROW}),
        "regions": Way("regions alone", {"fusion": "none", "regions": True, "widths": WIDE}),
        "both-regions": Way(
            "top-down, bottom-up and regions", {"fusion": "both", "regions": True, "widths": NARROW}
        ),
    },
)

MOST_DIFFERENCE = 0.02


def differences() -> dict[str, float]:
    """Return by which share the multiply-adds of each way differ from those of top-down fusion."""
    usual = STUDY.cost_of("top-down").multiply_adds
    return {way: STUDY.cost_of(way).multiply_adds / usual - 1 for way in STUDY.ways}


def main() -> None:
    unequal = {way: share for way, share in differences().items() if abs(share) > MOST_DIFFERENCE}
    if unequal:
        raise SystemExit(f"not of equal cost: {unequal}")
    splits = read_splits(parse_data(__doc__))
    figures = run_study(STUDY, splits, FOLDER)
    about = {"split": "validation", "protocol": "majority, single pass", "seeds": list(SEEDS)}
    write_result("fusion_ablation", about | {"spread": "standard deviation", **figures})
    curves = {way["way"]: way["validation_accuracy"] for way in figures["ways"].values()}
    plot_learning({TITLE: curves}, PICTURE, marks=STUDY.reach)


if __name__ == "__main__":
    main()
