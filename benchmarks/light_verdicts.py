"""What verdicts faces get in good light and in the gauntlet's bad ones, and what the answers are worth there.

The figures behind the thresholds of `lamplit.light.verdict`: 3,000 random FER+ training faces as they are and
in each light of the gauntlet, with the accuracy of the shipped weights on 500 of them (majority protocol; the
weights were trained on these faces, so only the differences count), and Extended Yale B by the angle of its
lamps. FER+ faces are measured in the box that the cascade would have found, and their surround is what is
left of the crop; the pictures of Extended Yale B are all face and measured whole.

    python benchmarks/light_verdicts.py --data DIR
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.light import LightReading
from lamplit.core.values import Box
from lamplit.datasets import Majority, read_ferplus, read_yale_b
from lamplit.expression import ExpressionClassifier
from lamplit.faces.framing import face_box
from lamplit.light import measure
from lamplit.light.gauntlet import GAUNTLET, GOOD
from results import parse_data, write_result

N_FACES, N_ANSWERS, SEED = 3000, 500, 0
PERCENTILES = (0.1, 0.5, 1, 2.5, 5, 50, 95, 97.5, 99, 99.5, 99.9)
RATIOS = (0, 1, 1.1, 1.2, 1.3, 1.4, 1.6, 2, 3, 5, 7, 10, 15, 30, np.inf)
SHARES = (0, 0.05, 0.15, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.95, 0.98, 1.01)
STOPS = (0, 0.5, 1, 1.5, 2, 3, 4, 5, np.inf)
ANGLES = (0, 13, 26, 51, 78, 131)


def verdicts(readings: Sequence[LightReading]) -> dict[str, object]:
    """Return the share of each word, and of readings that are unusable."""
    words = Counter(word for reading in readings for word in reading.verdict)
    shares = {word: round(count / len(readings), 4) for word, count in words.most_common()}
    unusable = sum(not reading.usable for reading in readings) / len(readings)
    return {"words": shares, "unusable": round(unusable, 4)}


def share_right(right: AnyArray, chosen: AnyArray) -> float | None:
    """Return the accuracy over some faces, None where they are too few to say."""
    return round(float(right[chosen].mean()), 4) if chosen.sum() >= 30 else None


def accuracy_by(values: AnyArray, right: AnyArray, edges: Sequence[float]) -> list[dict[str, object]]:
    """Return the accuracy between each pair of edges."""
    rows: list[dict[str, object]] = []
    for low, high in pairwise(edges):
        chosen = (values >= low) & (values < high)
        until = None if np.isinf(high) else high
        rows.append(
            {"from": low, "to": until, "n": int(chosen.sum()), "accuracy": share_right(right, chosen)}
        )
    return rows


def spread(readings: Sequence[LightReading]) -> dict[str, list[float]]:
    """Return percentiles of what the thresholds look at."""
    values = {
        "mean": [r.mean for r in readings],
        "p95": [r.p95 for r in readings],
        "clipped_bright": [r.clipped_bright for r in readings],
        "dynamic_range": [r.dynamic_range for r in readings],
        "contrast_over_noise": [ratio(r) for r in readings],
        "left_right_either_way": [abs(r.left_right) for r in readings],
        "backlight": [r.backlight or 0.0 for r in readings],
    }
    return {name: np.percentile(v, PERCENTILES).round(3).tolist() for name, v in values.items()}


def ratio(reading: LightReading) -> float:
    """Return contrast over noise; a picture without noise has at most 1,000."""
    return min(reading.contrast / max(reading.noise, 1e-6), 1000.0)


def by_angle(data: Path) -> dict[str, object]:
    """Return the verdicts on Extended Yale B by azimuth, for lamps up to 45 degrees up or down."""
    faces = read_yale_b(data)
    azimuth, elevation = np.abs(faces.azimuth), np.abs(faces.elevation)
    rows: dict[str, object] = {}
    for low, high in pairwise(ANGLES):
        chosen = np.flatnonzero((azimuth >= low) & (azimuth < high) & (elevation <= 45))
        rows[f"{low} to {high - 1}"] = {
            "n": len(chosen),
            **verdicts([measure(faces.images[number]) for number in chosen]),
        }
    return rows


def main() -> None:
    data = parse_data(__doc__)
    faces = read_ferplus(data, "training")
    classes = Majority().classes(faces.votes)
    chosen = np.random.default_rng(SEED).choice(len(faces), N_FACES, replace=False)
    images: ByteArray = faces.images[chosen]
    asked = np.flatnonzero(classes[chosen] >= 0)[:N_ANSWERS]
    classifier, box = ExpressionClassifier(), face_box(Box(0, 0, images.shape[1], images.shape[1]))
    rows, kept, right = {}, [], []
    for light in (GOOD, *GAUNTLET):
        lit = light.apply(images, seed=SEED)
        readings = [measure(face, box) for face in lit]
        answers = classifier.predict_proba(lit[asked]).argmax(axis=1) == classes[chosen][asked]
        usable = np.array([readings[number].usable for number in asked])
        rows[light.name] = {
            **verdicts(readings),
            "accuracy": share_right(answers, np.ones_like(usable)),
            "accuracy_of_usable": share_right(answers, usable),
            "accuracy_of_unusable": share_right(answers, ~usable),
        }
        if light is GOOD:
            good = spread(readings)
        kept += [readings[number] for number in asked]
        right.append(answers)
    pooled = np.concatenate(right)
    clipped = np.array([reading.clipped_dark + reading.clipped_bright for reading in kept])
    usable = np.array([reading.usable for reading in kept])
    figures = {
        "weights": classifier.card.name,
        "faces": N_FACES,
        "answers_per_light": len(asked),
        "seed": SEED,
        "percentiles": PERCENTILES,
        "in_good_light": good,
        "lights": rows,
        "accuracy_of_usable": share_right(pooled, usable),
        "accuracy_of_unusable": share_right(pooled, ~usable),
        "accuracy_by_contrast_over_noise": accuracy_by(np.array([ratio(r) for r in kept]), pooled, RATIOS),
        "accuracy_by_clipped_share": accuracy_by(clipped, pooled, SHARES),
        "accuracy_by_left_right": accuracy_by(np.array([abs(r.left_right) for r in kept]), pooled, STOPS),
        "yale_b_by_azimuth": by_angle(data),
    }
    write_result("light_verdicts", figures)


if __name__ == "__main__":
    main()
