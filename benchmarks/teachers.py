"""What teachers say of faces by day, one by one and together: what their pupils can learn.

Reads the finished runs in `runs/` and asks them as a training does: the face and its mirror image, or also
both brought upright, mean of the probabilities. FER+ validation with and without copies of training pictures,
and held-out training faces that have no near copy among the others or in validation; majority protocol.

    python benchmarks/teachers.py --data DIR
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from blending import with_majority
from lamplit.core.arrays import FloatArray, IntArray
from lamplit.datasets import have_copies, read_ferplus
from lamplit.training.finished import finished_run
from lamplit.training.leaks import split_without_leaks
from lamplit.training.recipe import VIEWS, load_recipe
from lamplit.training.teaching import answers, upright_views
from results import ROOT, parse_data, write_result

PUPIL = "expression-nano-ferplus-joint"
"""Its teachers are asked."""


def scores(said: FloatArray, classes: IntArray, which: NDArray[np.bool_]) -> dict[str, float]:
    """Return accuracy and mean log loss of some faces."""
    chosen, right = said[which], classes[which]
    of_class = chosen[np.arange(len(right)), right]
    return {
        "faces": len(right),
        "accuracy": round(float(np.mean(chosen.argmax(1) == right)), 4),
        "log_loss": round(float(-np.log(of_class).mean()), 4),
    }


def groups(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Return all groups of teachers, the smallest first."""
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)


def main() -> None:
    data, recipe = parse_data(__doc__), load_recipe(PUPIL)
    training, validation = (read_ferplus(data, split) for split in ("training", "validation"))
    held_out = split_without_leaks(
        training, validation, holdout=recipe.holdout, seed=recipe.holdout_seed, near_copies=recipe.near_copies
    )[1]
    # Refuses runs that held back other faces.
    runs = {name: finished_run(name, recipe, ROOT / "runs" / name) for name in recipe.taught_by}
    rows: list[dict[str, Any]] = [
        {"teachers": group, "views": views} for group, views in product(groups(recipe.taught_by), VIEWS)
    ]
    for place, split in (("validation", validation), ("held_out", held_out)):
        images, classes = with_majority(split)
        grey = torch.from_numpy(images)[:, None]
        besides = {"mirror": None, "upright": upright_views(grey)}
        said = {
            (name, views): answers(grey, [run], besides[views]).double().numpy()
            for (name, run), views in product(runs.items(), VIEWS)
        }
        parts = {place: np.full(len(classes), True)}
        if place == "validation":
            parts["without_copies"] = ~have_copies(images, among=training.images)
        for row in rows:
            mean = np.mean([said[name, row["views"]] for name in row["teachers"]], axis=0)
            row |= {part: scores(mean, classes, which) for part, which in parts.items()}
    commits = {name: run.details.get("commit", "not kept") for name, run in runs.items()}
    write_result("teachers", {"rows": rows, "commits": commits})


if __name__ == "__main__":
    main()
