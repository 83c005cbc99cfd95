"""How often the detector sees a face where there is none: `no-faces.zip`, and how its score tells them apart.

A few of these pictures do hold a face, so the rates are upper limits.

    python benchmarks/false_alarms.py --data DIR
"""

from __future__ import annotations

import zipfile

import numpy as np

from lamplit.faces import CascadeFaceDetector
from lamplit.imaging.images import read_image
from results import parse_data, write_result

NEIGHBOURS = (3, 4, 5, 6, 8, 12)


def main() -> None:
    detector = CascadeFaceDetector(neighbours=min(NEIGHBOURS))
    scores = []
    with zipfile.ZipFile(parse_data(__doc__) / "no-faces.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        for name in names:
            found = detector.detect(read_image(archive.read(name)))
            scores.append(max((detection.score for detection in found), default=0.0))
    best = np.array(scores)
    shares = {str(n): round(float((best >= n).mean()), 4) for n in NEIGHBOURS}
    write_result("false_alarms", {"pictures": len(names), "share_with_a_face_by_neighbours": shares})


if __name__ == "__main__":
    main()
