"""What alignment does for the expression: validation faces of FER+ as they come, and aligned by landmarks.

Faces that have landmarks of a score of at least 0.9 and a label that more than half of the people gave. They
are 48 pixels wide already, so that aligning costs sharpness; half a pixel of shift shows how much.

    python benchmarks/face_alignment.py --data DIR
"""

from __future__ import annotations

import numpy as np

from lamplit.datasets.ferplus import read_ferplus
from lamplit.datasets.landmarks import read_landmarks
from lamplit.expression.classifier import ExpressionClassifier
from lamplit.faces.alignment import align_face, five_points, warp_face
from results import parse_data, write_result

BANDS = ((0, 5), (5, 15), (15, 90))
"""Tilts in degrees."""


def main() -> None:
    data = parse_data(__doc__)
    faces = read_ferplus(data, "validation")
    points = 48 * read_landmarks(data, "validation", faces.names)
    known = np.isfinite(points).all(axis=(1, 2)) & (
        2 * faces.votes[:, :8].max(axis=1) > faces.votes.sum(axis=1)
    )
    images, points, labels = faces.images[known], points[known], faces.votes[known, :8].argmax(axis=1)
    eyes = np.array([np.diff(five_points(face)[:2], axis=0)[0] for face in points])
    tilt = np.abs(np.degrees(np.arctan2(eyes[:, 1], eyes[:, 0])))
    half = np.array([[1, 0, 0.5], [0, 1, 0.5]])
    ways = {
        "as they come": images,
        "shifted by half a pixel": np.stack([warp_face(i, half, size=48) for i in images]),
    }
    for upright in (0.0, 0.5, 1.0):
        crops = [align_face(i, p, size=48, upright=upright) for i, p in zip(images, points, strict=True)]
        ways[f"aligned, tilt undone by {upright:.0%}"] = np.stack(crops)
    classifier = ExpressionClassifier(threads=1)
    said = {name: classifier.predict_proba(crops) for name, crops in ways.items()}
    first, *_, last = said.values()
    said["the mean of the first and the last"] = (first + last) / 2
    figures = {}
    for name, probabilities in said.items():
        right = probabilities.argmax(axis=1) == labels
        loss = -np.log(probabilities[np.arange(len(labels)), labels] + 1e-9)
        figures[name] = {"accuracy": round(float(right.mean()), 4), "log_loss": round(float(loss.mean()), 4)}
        for low, high in BANDS:
            within = (tilt >= low) & (tilt < high)
            figures[name][f"accuracy_tilt_{low}_{high}"] = round(float(right[within].mean()), 4)
    counts = {f"{low}_{high}": int(((tilt >= low) & (tilt < high)).sum()) for low, high in BANDS}
    about = {"weights": classifier.card.name, "faces": len(labels), "by_tilt": counts}
    write_result("face_alignment", about | {"ways": figures})


if __name__ == "__main__":
    main()
