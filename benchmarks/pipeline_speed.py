"""How long a picture takes from pixels to faces, step by step: 640 x 480 pixels, one face, one thread.

The sample photo is brought to that size, so that it holds one face of about 90 pixels. Verifying candidates
gives landmarks, which the whole Analyzer uses. Rounds alternate between the steps, the
whole `Analyzer`, the Analyzer without landmarks, and OpenCV's default cascade
(`haarcascade_frontalface_default.xml`, `detectMultiScale` as it comes), so that a drift of the machine's
speed meets all of them.

    python benchmarks/pipeline_speed.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from lamplit.analysis import Analyzer
from lamplit.analysis.face_crops import face_crops
from lamplit.core.arrays import ByteArray
from lamplit.evaluation.speed import time_in_turn
from lamplit.faces import FaceVerifier, NetFaceDetector
from lamplit.faces.head_pose import estimate_head_pose
from lamplit.faces.landmarks import LandmarkModel
from lamplit.imaging.images import read_image
from lamplit.light.reading import measure
from results import ROOT, write_result

ROUNDS, REPEATS = 60, 10
PHOTO = ROOT / "examples" / "eileen-collins.jpg"


def picture() -> ByteArray:
    """Return the sample photo at 640 x 480 pixels, its edge repeated at both sides."""
    square = cv2.resize(read_image(PHOTO), (480, 480), interpolation=cv2.INTER_AREA)
    return np.pad(square, ((0, 0), (80, 80), (0, 0)), mode="edge")


def steps() -> dict[str, Callable[[], Any]]:
    """Return what is timed."""
    image = picture()
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    whole, bare = Analyzer(threads=1), Analyzer(threads=1, landmarks=False)
    alone = NetFaceDetector(threads=1, verify=False)
    theirs = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    found = whole.detector.detect(image)
    assert len(found) == 1, found
    model, verifier = LandmarkModel(threads=1), FaceVerifier(threads=1)
    marks = model.locate(image, found[0].box)
    crops = face_crops(image, found, [marks], size=whole.classifier.card.input_size)
    return {
        "OpenCV's default cascade": lambda: theirs.detectMultiScale(grey),
        "detector network alone": lambda: alone.detect(image),
        "detector, candidates verified": lambda: whole.detector.detect(image),
        "verifier, one candidate": lambda: verifier.logits(grey, [found[0].box]),
        "landmarks of one face": lambda: model.locate(image, found[0].box),
        "head pose": lambda: estimate_head_pose(marks.points),
        "alignment": lambda: face_crops(image, found, [marks], size=48),
        "expression": lambda: whole.classifier.predict_proba(crops),
        "light of picture and face": lambda: (measure(image), measure(image, found[0].box)),
        "whole Analyzer": lambda: whole.analyze(image),
        "Analyzer without landmarks": lambda: bare.analyze(image),
    }


def main() -> None:
    cv2.setNumThreads(1)
    timed = steps()
    timings = time_in_turn(list(timed.values()), rounds=ROUNDS, repeats=REPEATS)
    rows = {name: timing.as_dict() for name, timing in zip(timed, timings, strict=True)}
    for name, row in rows.items():
        print(f"{name:32} {row['milliseconds']:7.2f} ms, fastest {row['fastest_round']:.2f}")
    write_result("pipeline_speed", {"rounds": ROUNDS, "opencv": cv2.__version__, "steps": rows})


if __name__ == "__main__":
    main()
