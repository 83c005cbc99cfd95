"""How much of what bad light costs is noise: the same still face, taken several times in the same light.

FER+ validation, majority protocol, single pass, the given crops. Each of the two noisy lights of the short
protocol is drawn anew for every exposure. Either the network answers each picture and the answers are
averaged, or the pictures are averaged, rounded to 8 bits and answered once. A figure of fewer exposures is
the mean over as many groups as eight give. The other lights have no noise: they stand beside.

    python benchmarks/several_exposures.py --data DIR
"""

from __future__ import annotations

from statistics import fmean
from typing import Any

import numpy as np

from lamplit.core.arrays import ByteArray, FloatArray, IntArray
from lamplit.datasets import Majority, read_ferplus
from lamplit.expression import ExpressionClassifier
from lamplit.light.gauntlet import SEVEN_LIGHTS, Light
from results import parse_data, write_result

EXPOSURES = 8
COUNTS = (1, 2, 4, 8)
NOISY = ("night", "dark side light")


def answered(classifier: ExpressionClassifier, faces: ByteArray) -> FloatArray:
    """Return the probabilities, some faces at a time."""
    parts = [classifier.predict_proba(faces[start : start + 64]) for start in range(0, len(faces), 64)]
    return np.concatenate(parts)


def in_groups(stack: FloatArray, size: int) -> list[FloatArray]:
    """Return the means of exposures, as many at a time as asked for; each exposure is in one of them."""
    return [stack[start : start + size].mean(axis=0) for start in range(0, len(stack), size)]


def with_noise(
    classifier: ExpressionClassifier, light: Light, images: ByteArray, classes: IntArray
) -> dict[str, Any]:
    """Return the accuracy in a noisy light by the number of exposures."""

    def right(answers: FloatArray) -> float:
        return float((answers.argmax(axis=1) == classes).mean())

    pictures = np.stack([light.apply(images, seed=seed) for seed in range(EXPOSURES)])
    answers = np.stack([answered(classifier, taken) for taken in pictures])
    rows = []
    for count in COUNTS:
        means = [np.rint(group).astype(np.uint8) for group in in_groups(pictures, count)]
        rows.append(
            {
                "exposures": count,
                "answers_averaged": round(fmean(map(right, in_groups(answers, count))), 4),
                "pictures_averaged": round(fmean(right(answered(classifier, taken)) for taken in means), 4),
            }
        )
    return {"light": light.name, "counts": rows}


def main() -> None:
    faces = read_ferplus(parse_data(__doc__), "validation")
    classes = Majority().classes(faces.votes)
    images, classes = faces.images[classes >= 0], classes[classes >= 0]
    classifier = ExpressionClassifier()
    noisy = [light for light in SEVEN_LIGHTS if light.condition in NOISY]
    still = {
        light.name: round(float((answered(classifier, light.apply(images)).argmax(1) == classes).mean()), 4)
        for light in SEVEN_LIGHTS
        if light not in noisy
    }
    rows = [with_noise(classifier, light, images, classes) for light in noisy]
    bad = list(still.values())[1:] + [row["counts"][-1]["pictures_averaged"] for row in rows]
    write_result(
        "several_exposures",
        {
            "weights": classifier.card.name,
            "split": "validation",
            "protocol": "majority, single pass",
            "faces": len(images),
            "without_noise": still,
            "noisy": rows,
            "mean_of_six_bad_lights_with_most_exposures": round(fmean(bad), 4),
        },
    )


if __name__ == "__main__":
    main()
