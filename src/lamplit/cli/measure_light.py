"""The light gauntlet over FER+, as `train` and `evaluate light` run it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from lamplit.cli.consoles import counting_progress
from lamplit.cli.measure import read_with_majority
from lamplit.cli.models import NamedModel
from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.core.refusal import LeastProbability
from lamplit.evaluation.gauntlet import Gauntlet, least_probabilities, lights_to_run, run_gauntlet
from lamplit.evaluation.refusal import MOST_RISK


def measure_gauntlet(
    model: NamedModel, data: Path, split: str, *, short: bool = False, seed: int = 0, hidden: bool
) -> Gauntlet:
    """Run a model through the gauntlet over the faces of a split that have a majority, showing progress."""
    lights = lights_to_run(short=short)
    with counting_progress(hidden=hidden) as progress:
        faces, classes = read_with_majority(data, split, progress, labels=model.labels)
        task = progress.add_task("running the gauntlet", total=len(faces) * len(lights))

        def counted(batch: ByteArray) -> FloatArray:
            """Answer, and tell how many faces that were."""
            answer = model.predict_proba(batch)
            progress.advance(task, len(batch))
            return answer

        gauntlet = run_gauntlet(counted, faces.images, classes, lights=lights, labels=model.labels, seed=seed)
    return dataclasses.replace(gauntlet, least_probability=model.least_probability)


def chosen_refusal(gauntlet: Gauntlet, split: str) -> dict[str, Any]:
    """Choose the least probability of an answer by the risk in every light, as it stands on cards."""
    return {
        "least_probability": dataclasses.asdict(least_probabilities(gauntlet.runs)),
        "most_risk": MOST_RISK,
        "chosen_on": f"FER+ {split}, majority, {len(gauntlet.runs)} lights of the gauntlet, "
        f"seed {gauntlet.seed}, {gauntlet.runs[0].evaluation.metrics.n} faces each",
    }


def card_light(gauntlet: Gauntlet, least: LeastProbability) -> list[dict[str, Any]]:
    """Return the figures in each light as they stand on cards."""
    figures = dataclasses.replace(gauntlet, least_probability=least).as_dict()
    kept = ("accuracy", "macro_f1", "log_loss", "calibration_error")
    refused = ("refused_for_light", "refused_for_doubt", "wrong_of_answered")
    rows: list[dict[str, Any]] = []
    for row in figures["lights"]:
        plain: dict[str, Any] = dict(row)
        numbers = {key: None if plain[key] is None else round(plain[key], 6) for key in (*kept, *refused)}
        rows.append({"light": row["name"], **numbers})
    return rows
