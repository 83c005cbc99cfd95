"""How the cascade frames a face: where the eyes stand in its boxes; the crop for the network follows from it.

Pictures: `faces-unlabelled.zip`; eyes: the means of the six points around each eye in `landmarks.npz`. Only
pictures whose landmarks are certain and upright enough count, and boxes that hold the eye midpoint.

    python benchmarks/face_framing.py --data DIR
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from lamplit.faces.cascade import CascadeFaceDetector
from results import parse_data, write_result

EYES = (slice(36, 42), slice(42, 48))


def framing(data: Path) -> np.ndarray:
    """Return rows (eye distance, eye x, eye y) as shares of the box side."""
    marks = np.load(data / "landmarks.npz")
    detector = CascadeFaceDetector(min_size=32)
    rows = []
    with zipfile.ZipFile(data / "faces-unlabelled.zip") as archive:
        names, points = marks["faces-unlabelled_name"], marks["faces-unlabelled_points"].astype(np.float64)
        for name, face_points, certain in zip(names, points, marks["faces-unlabelled_face"], strict=True):
            if not certain >= 0.95:
                continue
            picture = Image.open(io.BytesIO(archive.read(f"faces-unlabelled/{name}"))).convert("RGB")
            eyes = np.stack([face_points[eye].mean(axis=0) for eye in EYES]) * picture.size  # (2, 2)
            found = detector.detect(np.asarray(picture))
            middle = eyes.mean(axis=0)
            boxes = [d.box.xyxy for d in found]
            holding = [b for b in boxes if (b[:2] < middle).all() and (middle < b[2:]).all()]
            if holding:
                side = holding[0][2] - holding[0][0]
                rows.append([np.linalg.norm(eyes[0] - eyes[1]) / side, *(middle - holding[0][:2]) / side])
    return np.array(rows)


def main() -> None:
    rows = framing(parse_data(__doc__))
    names = ("eye_distance", "eye_x", "eye_y")
    spread = {
        name: {f"p{q:02d}": round(float(np.percentile(column, q)), 4) for q in (10, 50, 90)}
        for name, column in zip(names, rows.T, strict=True)
    }
    write_result("face_framing", {"faces": len(rows), "shares_of_box_side": spread})


if __name__ == "__main__":
    main()
