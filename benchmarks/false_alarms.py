"""How often a detector sees a face where there is none: `no-faces.zip`, and how the cascade's score tells.

The cascade has seen none of these pictures, so that all of them count for it. The network has learnt from
most of them, so that both are compared on the held-out part, at their usual settings. A few of the pictures
hold a face (those known are left out of the held-out part), so the rates are upper limits.

    python benchmarks/false_alarms.py --data DIR
"""

from __future__ import annotations

import zipfile

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.datasets.no_faces import read_no_faces
from lamplit.faces import CascadeFaceDetector, FaceDetector, NetFaceDetector
from lamplit.imaging.images import read_image
from results import parse_data, write_result

NEIGHBOURS = (3, 4, 5, 6, 8, 12)


def share_with_a_face(detector: FaceDetector, pictures: tuple[ByteArray, ...]) -> float:
    """Return the share of the pictures in which a detector sees something."""
    return round(float(np.mean([bool(detector.detect(picture)) for picture in pictures])), 4)


def main() -> None:
    data = parse_data(__doc__)
    detector = CascadeFaceDetector(neighbours=min(NEIGHBOURS))
    scores = []
    with zipfile.ZipFile(data / "no-faces.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        for name in names:
            found = detector.detect(read_image(archive.read(name)))
            scores.append(max((detection.score for detection in found), default=0.0))
    best = np.array(scores)
    shares = {str(n): round(float((best >= n).mean()), 4) for n in NEIGHBOURS}
    pictures = read_no_faces(data, "held-out").images
    both = {"net": NetFaceDetector(threads=1), "cascade": CascadeFaceDetector()}
    held_out = {name: share_with_a_face(one, pictures) for name, one in both.items()}
    figures = {
        "pictures": len(names),
        "share_with_a_face_by_neighbours": shares,
        "held_out_pictures": len(pictures),
        "held_out_share_with_a_face": held_out,
    }
    write_result("false_alarms", figures)


if __name__ == "__main__":
    main()
