"""What balanced sampling makes of FER+: the share of each expression and light in an epoch.

Training faces with a vote distribution, as `lamplit train` shows them; ten epochs each, nothing is trained.

    python benchmarks/balanced_sampling.py --data DIR
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lamplit.core.labels import EXPRESSIONS
from lamplit.core.refusal import kind_of
from lamplit.datasets import read_ferplus
from lamplit.datasets.sampling import balanced_weights
from lamplit.light import measure
from lamplit.training.balance import Balance, epoch_order
from lamplit.training.faces import TrainingFaces, tensors_from
from results import parse_data, write_result

EPOCHS = 10
WAYS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "as the data are": (("expression",), 0.0, 1.0),
    "expression, 0.5": (("expression",), 0.5, 1.0),
    "expression, 1": (("expression",), 1.0, 1.0),
    "expression, 1, effective numbers (beta 0.999)": (("expression",), 1.0, 0.999),
    "expression and light, 0.5": (("expression", "light"), 0.5, 1.0),
    "expression and verdict, 0.5": (("expression", "verdict"), 0.5, 1.0),
}


def counts(groups: np.ndarray) -> dict[str, int]:
    """Return the faces of each group, the largest first."""
    names, numbers = np.unique(groups, return_counts=True)
    return {str(names[i]): int(numbers[i]) for i in np.argsort(-numbers)}


def in_epochs(faces: TrainingFaces, factors: dict[str, np.ndarray], way: str) -> dict[str, Any]:
    """Return what the epochs of one way show."""
    over, strength, beta = WAYS[way]
    chosen = [factors[name] for name in over]
    weights = balanced_weights(chosen, strength=strength, beta=beta, most=Balance().most)
    weighted = TrainingFaces(
        faces.images, faces.probabilities, faces.classes, torch.from_numpy(weights) if strength else None
    )
    orders = [
        epoch_order(weighted, torch.Generator().manual_seed(seed)).cpu().numpy() for seed in range(EPOCHS)
    ]
    shown = np.concatenate(orders)
    return {
        "way": way,
        "largest_weight": round(float(weights.max()), 2),
        "share_of_faces_in_an_epoch": round(
            float(np.mean([len(set(order)) for order in orders])) / len(faces), 4
        ),
        "shares": {
            name: {group: round(n / len(shown), 4) for group, n in counts(groups[shown]).items()}
            for name, groups in factors.items()
        },
    }


def main() -> None:
    training = read_ferplus(parse_data(__doc__), "training")
    faces = tensors_from(training, size=48, device=torch.device("cpu"))
    readings = [measure(picture) for picture in faces.images[:, 0].numpy()]
    named = np.array([*EXPRESSIONS, "no majority"])
    factors = {
        "expression": named[faces.classes.numpy()],
        "light": np.array([kind_of(reading) for reading in readings]),
        "verdict": np.array([reading.verdict[0] for reading in readings]),
    }
    figures = {
        "faces": len(faces),
        "epochs": EPOCHS,
        "groups": {name: counts(groups) for name, groups in factors.items()},
        "ways": [in_epochs(faces, factors, way) for way in WAYS],
    }
    write_result("balanced_sampling", figures)


if __name__ == "__main__":
    main()
