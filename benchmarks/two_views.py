"""One answer to a face as it is and brought upright: the default before that cycle, and after it.

FER+ validation, majority protocol, in a single pass, with flips, and over the face brought upright, too:
the eight expressions and the Ekman six in good light, accuracy over the six bad lights of the short protocol,
and accuracy on the training faces that both held out.

    python benchmarks/two_views.py --data DIR WEIGHTS.onnx      # those of runs/expression-base-ferplus-agreed
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from blending import with_majority
from lamplit.datasets import read_ferplus
from lamplit.expression import ExpressionClassifier
from lamplit.training.leaks import split_without_leaks
from lamplit.training.recipe import load_recipe
from lamplit.weights.registry import DEFAULT_EXPRESSION
from results import data_parser, write_result
from sizes import measured

WAYS: tuple[dict[str, bool], ...] = ({}, {"flips": True}, {"upright": True})
RECIPE = load_recipe("expression-base-ferplus-agreed")


def held_out_accuracy(name: str, way: dict[str, bool], data: Path) -> dict[str, Any]:
    """Return the accuracy on training faces that were held out, without copies among the others."""
    splits = (read_ferplus(data, split) for split in ("training", "validation"))
    faces = split_without_leaks(
        *splits, holdout=RECIPE.holdout, seed=RECIPE.holdout_seed, near_copies="drop"
    )[1]
    images, classes = with_majority(faces)
    said = ExpressionClassifier(name, threads=1, **way).predict_proba(images).argmax(axis=1)
    return {"faces": len(classes), "accuracy": round(float((said == classes).mean()), 4)}


def rows_of(names: Sequence[str], ways: Sequence[dict[str, bool]], data: Path) -> list[dict[str, Any]]:
    """Return the figures of all weights in all ways, measured beside one another."""
    pairs = list(product(names, ways))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        figures = list(pool.map(measured, *zip(*pairs, strict=True), repeat(data)))
        held_out = list(pool.map(held_out_accuracy, *zip(*pairs, strict=True), repeat(data)))
    classifiers = [ExpressionClassifier(name, **way) for name, way in pairs]
    return [
        {"weights": one.card.name, "passes": one.passes, "commit": one.card.commit}
        | of_one
        | {"held_out": other}
        for one, of_one, other in zip(classifiers, figures, held_out, strict=True)
    ]


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("weights", help="what the cycle came to, as an .onnx file with its card")
    given = parser.parse_args()
    rows = rows_of((DEFAULT_EXPRESSION, given.weights), WAYS, given.data)
    write_result("two_views", {"split": "validation", "protocol": "majority", "rows": rows})


if __name__ == "__main__":
    main()
