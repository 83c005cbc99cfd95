"""Measure how well 68 landmarks are found in seven lights, and whether the spread keeps its word.

Faces are those of faces-unlabelled that no training has seen in any way (a twentieth, by the hash of their
names), at 112 pixels; points are those of the MediaPipe face mesh, so that its errors are in all figures.
Each light is put over the face as FER+ frames it; then the square around it is cut as at run time. The error
of a face is the mean distance of its 68 points over the distance between the outer eye corners (points 36 and
45); above 0.10 it counts as failed. Time is that of one crop on one thread.

    python benchmarks/landmarks.py --data DIR
    python benchmarks/landmarks.py --data DIR --weights runs/mine/landmarks-mine-v1.onnx
"""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray
from lamplit.datasets.no_faces import read_no_faces
from lamplit.faces.landmarks import LandmarkModel
from lamplit.imaging.geometry import resize_faces
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light
from lamplit.training.landmarks.data import PointedFaces, read_unlabelled_faces
from lamplit.training.landmarks.measuring import (
    FAILURE,
    WITHIN,
    point_errors,
    score_landmarks,
    usual_crops,
    usual_points,
)
from lamplit.training.landmarks.recipe import LandmarkRecipe
from results import data_parser, write_result

LIT_AT = 112
"""Pixels of a side at which lights are put over the faces: noise is as large as a pixel of these."""

LEAST_SCORE = 0.9
PARTS = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
}
BINS = 5
RUNS = 200


def in_a_light(
    model: LandmarkModel, faces: PointedFaces, light: Light
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return points and spreads in fractions of the crop, and scores, of all faces."""
    lit = light.apply(faces.images[:, 0].numpy())
    found = model.read_crops(usual_crops(lit, model.size))
    points = np.stack([marks.points for marks in found]) / model.size
    spread = np.stack([marks.spread for marks in found]) / model.size
    return points, spread, np.array([marks.score for marks in found])


def figures_of(points: FloatArray, spread: FloatArray, targets: FloatArray) -> dict[str, Any]:
    """Return the figures of one light."""
    whole = rounded(dataclasses.asdict(score_landmarks(points, spread, targets)))
    distances = np.linalg.norm(points - targets, axis=2)
    eyes = np.linalg.norm(targets[:, 36] - targets[:, 45], axis=1)[:, None]
    parts = {name: float((distances / eyes)[:, part].mean()) for name, part in PARTS.items()}
    return whole | {"error_by_part": rounded(parts), "by_spread": by_spread(points, spread, targets)}


def by_spread(points: FloatArray, spread: FloatArray, targets: FloatArray) -> list[dict[str, float]]:
    """Return what spreads let expect and what errors are, from the surest fifth of the points on."""
    off = np.abs(points - targets).mean(axis=2).ravel()
    expected = (spread / np.sqrt(2)).ravel()
    order = np.argsort(expected, kind="stable")
    rows = [(float(expected[part].mean()), float(off[part].mean())) for part in np.array_split(order, BINS)]
    return [rounded({"expected": e, "measured": m}, digits=5) for e, m in rows]


def sure_faces(points: FloatArray, spread: FloatArray, targets: FloatArray) -> dict[str, float]:
    """Return the error of the half of the faces whose points are surer, and of the other half."""
    errors, doubt = point_errors(points, targets), spread.mean(axis=1)
    sure = doubt <= np.median(doubt)
    return rounded({"surer_half": float(errors[sure].mean()), "other_half": float(errors[~sure].mean())})


def rounded(values: dict[str, Any], digits: int = 4) -> dict[str, Any]:
    """Round what is no count."""
    return {key: round(value, digits) if isinstance(value, float) else value for key, value in values.items()}


def seconds_a_crop(model: LandmarkModel) -> dict[str, float]:
    """Return milliseconds of one crop: median and fastest tenth."""
    crop = np.random.default_rng(0).integers(0, 256, (1, model.size, model.size), dtype=np.uint8)
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        model.read_crops(crop)
        times.append(1000 * (time.perf_counter() - started))
    return rounded({"median": float(np.median(times)), "fastest_tenth": float(np.quantile(times, 0.1))}, 3)


def scores_of_scenes(model: LandmarkModel, data: Path) -> ByteArray:
    """Return the scores of pictures without a face."""
    pictures = read_no_faces(data, "held-out").images
    middles = []
    for picture in pictures:
        side = min(picture.shape)
        top, left = ((length - side) // 2 for length in picture.shape)
        middles.append(resize_faces(picture[None, top : top + side, left : left + side], model.size)[0])
    return np.array([marks.score for marks in model.read_crops(np.stack(middles))])


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--weights", help=".onnx file; by default the weights that come with lamplit")
    given = parser.parse_args()
    model = LandmarkModel(given.weights, threads=1)
    recipe = LandmarkRecipe(name="benchmark", size=LIT_AT, least_score=LEAST_SCORE)
    _, faces = read_unlabelled_faces(recipe, given.data)
    targets = usual_points(faces.points.numpy())
    lights: dict[str, Any] = {}
    face_scores = {}
    for light in SEVEN_LIGHTS:
        points, spread, scores = in_a_light(model, faces, light)
        lights[light.name] = figures_of(points, spread, targets) | {
            "halves": sure_faces(points, spread, targets)
        }
        face_scores[light.name] = round(float((scores > 0.5).mean()), 4)
        print(light.name, lights[light.name]["error"], lights[light.name]["failures"], flush=True)
    bad = [row for name, row in lights.items() if name != SEVEN_LIGHTS[0].name]
    figures = {
        "weights": model.card.name,
        "sha256": model.card.sha256,
        "faces": len(faces),
        "failure_above": FAILURE,
        "within_spread_if_right": round(WITHIN, 4),
        "lights": lights,
        "mean_of_bad": rounded(
            {key: float(np.mean([row[key] for row in bad])) for key in ("error", "failures", "spread_ratio")}
        ),
        "taken_for_faces": face_scores,
        "scenes_taken_for_faces": round(float((scores_of_scenes(model, given.data) > 0.5).mean()), 4),
        "milliseconds_a_crop_on_one_thread": seconds_a_crop(model),
    }
    write_result("landmarks", figures)


if __name__ == "__main__":
    main()
