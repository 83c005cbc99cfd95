"""Which near copies are found, what is taken for one that is none, and what FER+ holds of them.

Known copies: 500 training faces, changed, looked for among all training faces. No copies for certain:
different people of Extended Yale B, in one frame and much the same light (up to 50 degrees from the front).
Then FER+ validation in training, with the accuracy of the shipped weights on the validation faces that are no
copies.

    python benchmarks/near_duplicates.py --data DIR
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import cv2
import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.core.labels import EXPRESSIONS
from lamplit.datasets import FerPlus, Majority, near_duplicates, read_ferplus, read_yale_b
from lamplit.datasets.near_duplicates import NearCopies, find_near_copies
from lamplit.evaluation.metrics import classification_metrics
from lamplit.expression import ExpressionClassifier
from lamplit.imaging.geometry import resize_faces
from results import parse_data, write_result

N_CHANGED = 500
MOST_ANGLE = 50.0
THRESHOLDS = (0.75, 0.8, 0.85, 0.9, 0.95)
Change = Callable[[ByteArray], ByteArray]


def compressed(quality: int) -> Change:
    """Return what compresses a picture as JPEG."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    return lambda face: cv2.imdecode(cv2.imencode(".jpg", face, settings)[1], cv2.IMREAD_GRAYSCALE)


def cropped(most: int, random: np.random.Generator) -> Change:
    """Return what cuts up to so many pixels off each edge, all of them off one, and enlarges the rest."""

    def crop(face: ByteArray) -> ByteArray:
        cut = random.permutation([most, *random.integers(0, most + 1, 3)])
        part = face[cut[0] : 48 - cut[1], cut[2] : 48 - cut[3]]
        return cv2.resize(part, (48, 48), interpolation=cv2.INTER_LINEAR)

    return crop


def changes() -> dict[str, Change]:
    """Return the ways to change a face."""
    random = np.random.default_rng(0)
    crop = cropped(3, random)
    return {
        "JPEG, quality 30": compressed(30),
        "mirrored": lambda face: np.ascontiguousarray(face[:, ::-1]),
        "40 grey levels brighter": lambda face: np.minimum(face.astype(np.int64) + 40, 255).astype(np.uint8),
        "gamma 2": lambda face: np.rint(255 * (face / 255.0) ** 2).astype(np.uint8),
        "cropped by up to 2 pixels": cropped(2, random),
        "cropped by up to 4 pixels": cropped(4, random),
        "mirrored, gamma 1.5, cropped by up to 3, JPEG 50": lambda face: compressed(50)(
            crop(np.rint(255 * (face[:, ::-1] / 255.0) ** 1.5).astype(np.uint8))
        ),
    }


def recall(training: FerPlus) -> tuple[list[dict[str, Any]], int]:
    """Return, for each change, how many changed faces lead back to the face they were made of."""
    chosen = np.random.default_rng(1).permutation(len(training))[:N_CHANGED]
    faces = training.images[chosen]
    rows = []
    for name, change in changes().items():
        found = find_near_copies(np.stack([change(face) for face in faces]), among=training.images)
        # A copy of the face that was changed is the face, too: FER2013 holds many twice.
        own = (training.images[found.second] == faces[found.first]).all(axis=(1, 2))
        shares = {
            f"{limit:g}": round(len(set(found.first[own & (found.correlation >= limit)])) / len(faces), 4)
            for limit in THRESHOLDS
        }
        rows.append({"change": name, "found_by_least_correlation": shares})
    return rows, len(faces)


def false_pairs(data: Path) -> dict[str, Any]:
    """Return how many pairs of different people are taken for copies."""
    faces = read_yale_b(data)
    chosen = faces.angle <= MOST_ANGLE
    pictures, people = resize_faces(faces.images[chosen], 48), faces.person[chosen]
    found = find_near_copies(pictures, among=pictures)
    others = people[found.first] != people[found.second]
    n_pairs = int(sum((people == person).sum() * (people != person).sum() for person in set(people)) / 2)
    counts = {f"{limit:g}": int((others & (found.correlation >= limit)).sum() / 2) for limit in THRESHOLDS}
    return {"pictures": len(pictures), "pairs_of_different_people": n_pairs, "taken_for_copies": counts}


def pair_counts(pairs: NearCopies, faces: FerPlus, others: FerPlus) -> dict[str, Any]:
    """Return what one split holds of another."""
    classes, other_classes = (Majority().classes(part.votes) for part in (faces, others))
    first, second = classes[pairs.first], other_classes[pairs.second]
    both = (first >= 0) & (second >= 0)
    same = pairs.identical
    return {
        "pairs": len(pairs),
        "identical_pairs": int(same.sum()),
        "mirrored_pairs": int(pairs.mirrored.sum()),
        "validation_faces": len(set(pairs.first)),
        "validation_faces_identical": len(set(pairs.first[same])),
        "training_faces": len(set(pairs.second)),
        "training_faces_identical": len(set(pairs.second[same])),
        "near_pairs_with_two_labels": int((both & ~same).sum()),
        "near_pairs_whose_labels_differ": int((both & ~same & (first != second)).sum()),
    }


def accuracies(faces: FerPlus, pairs: NearCopies) -> list[dict[str, Any]]:
    """Return the figures of the shipped weights on validation faces by what training holds of them."""
    classifier = ExpressionClassifier(threads=1)
    classes = Majority().classes(faces.votes)
    near, same = np.zeros(len(faces), bool), np.zeros(len(faces), bool)
    near[pairs.first], same[pairs.first[pairs.identical]] = True, True
    probabilities = classifier.predict_proba(faces.images)
    groups = {
        "all": np.ones(len(faces), bool),
        "without identical copies": ~same,
        "without near copies, too": ~near,
        "near copies alone": near & ~same,
        "identical copies alone": same,
    }
    rows = []
    for name, chosen in groups.items():
        counted = chosen & (classes >= 0)
        metrics = classification_metrics(probabilities[counted], classes[counted], EXPRESSIONS)
        row = {"faces": name, "n": metrics.n, "accuracy": round(metrics.accuracy, 4)}
        rows.append({**row, "macro_f1": round(metrics.macro_f1, 4), "log_loss": round(metrics.log_loss, 4)})
    return rows


def main() -> None:
    data = parse_data(__doc__)
    training, validation = (read_ferplus(data, split) for split in ("training", "validation"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, worked = perf_counter(), process_time()
    pairs = find_near_copies(validation.images, among=training.images)
    figures: dict[str, Any] = {
        "least_correlation": near_duplicates.LEAST_CORRELATION,
        "ferplus": pair_counts(pairs, validation, training),
        "search": {
            "pairs_compared": len(validation) * len(training),
            "seconds": round(perf_counter() - started, 1),
            "processor_seconds": round(process_time() - worked, 1),
            "more_memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
        },
        "weights": ExpressionClassifier().card.name,
        "shipped_weights": accuracies(validation, pairs),
    }
    # Below the threshold, too, to see what another one would give.
    near_duplicates.LEAST_CORRELATION = min(THRESHOLDS)
    figures["changed"], figures["changed_faces"] = recall(training)
    figures["different_people"] = false_pairs(data)
    write_result("near_duplicates", figures)


if __name__ == "__main__":
    main()
