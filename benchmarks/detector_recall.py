"""How many faces the detector network finds, beside boosted cascades, at equal false positives.

The scenes, lights and cascades are those of cascade_recall.py: FER+ validation faces, four to a scene, at 24
to 200 pixels, in held-out pictures of no-faces.zip. Recall is read at 0.05 and at 0.1 false positives per
picture, in good light and in each of six bad lights. A detection is right where it overlaps by 0.4 the crop,
the box of a face in it, or those that the face's own points frame (landmarks.npz): some crops of FER+ hold
a face that is much smaller or far from the middle, and whoever finds just that is right. The recall by the
crops alone, as in cascade_recall.py, is kept beside. The cascades look from 24 pixels on; the network knows
smaller faces, too, and what it finds below 16 pixels is left out (a face of 24 has a box of 20).

Photographs, at the scores that give 0.05 false positives per picture on the scenes in good light; no detector
has seen them (the landmark network, which has a say, has learnt from nine tenths of the unlabelled faces):

- Yale Faces, by the rule of cascade_recall.py;
- the uncropped pictures of Extended Yale B in the room's own light (28 people, 640 x 480, one face each):
  found where a detection has a side of 150 to 330 pixels;
- the held-out part of faces-unlabelled.zip (one face each, up to 256 x 256), as they are and in each bad
  light: found where a detection overlaps by 0.4 the box that follows from the face's five points.

And the time of a picture of 640 x 480 pixels on one thread, all within the same run; and how many false
positives there are on the held-out pictures without faces as they are.

    python benchmarks/detector_recall.py --data DIR
    python benchmarks/detector_recall.py --data DIR --weights detector-mine-v1.onnx --scenes 4 --dry  # a try
"""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from cascade_recall import (
    OVERLAP,
    Answers,
    all_scenes,
    counted,
    detectors,
    drawn,
    on_photographs,
    pictures_without_faces,
)
from lamplit.core.arrays import ByteArray
from lamplit.core.boxes import iou
from lamplit.core.values import Box, Detection
from lamplit.datasets.landmarks import read_landmarks
from lamplit.datasets.pictures import decode_any_grey
from lamplit.datasets.unlabelled import read_pictures
from lamplit.faces import CascadeFaceDetector, FaceDetector, NetFaceDetector
from lamplit.faces.framing import face_box
from lamplit.light.gauntlet import SEVEN_LIGHTS
from lamplit.training.scenes.pictures import Cutout
from lamplit.training.scenes.stock import UNLABELLED, large_faces
from results import data_parser, write_result

FALSE = (0.05, 0.1)
"""False positives per picture at which recall is read."""

LEAST_SCORE = 0.02
LEAST_SIDE = 16
AMBIENT_SIDES = (150, 330)
REPEATS = 20
NET, ALONE = "network, verified", "network alone"


class FromSixteenPixels:
    """A detector whose smaller detections are left out."""

    def __init__(self, detector: FaceDetector) -> None:
        self.detector = detector

    def detect(self, image: ByteArray) -> list[Detection]:
        """Find faces of at least 16 pixels."""
        return [found for found in self.detector.detect(image) if found.box.width >= LEAST_SIDE]


def networks(weights: str | None, *, threshold: float = 0.5) -> dict[str, FaceDetector]:
    """Return the network with and without a second and third look."""
    settings: dict[str, Any] = {"threshold": threshold, "threads": 1}
    return {name: NetFaceDetector(weights, verify=name == NET, **settings) for name in (NET, ALONE)}


def compared(weights: str | None) -> dict[str, FaceDetector]:
    """Return who is compared: the network, verified and alone, and the cascades of cascade_recall.py."""
    nets = {name: FromSixteenPixels(one) for name, one in networks(weights, threshold=LEAST_SCORE).items()}
    cascades = {name: one for name, one in detectors(None).items() if "dim" not in name}
    return {**nets, **{f"cascade: {name}": one for name, one in cascades.items()}}


def rows_of(found: dict[str, dict[str, Answers]]) -> dict[str, Any]:
    """Return recall by light and detector at each rate of false positives, and the bad lights' means."""
    rows: dict[str, Any] = {
        light: {name: {f"at {rate:g}": one.at(rate) for rate in FALSE} for name, one in by_detector.items()}
        for light, by_detector in found.items()
    }
    bad = [rows[light] for light in list(found)[1:]]
    means = {
        name: {
            f"at {rate:g}": round(float(np.mean([row[name][f"at {rate:g}"]["recall"] for row in bad])), 4)
            for rate in FALSE
        }
        for name in found[next(iter(found))]
    }
    return {**rows, "mean of the bad lights": means}


def ambient_pictures(data: Path) -> list[ByteArray]:
    """Return the uncropped pictures of Extended Yale B."""
    with zipfile.ZipFile(data / "CroppedYale.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith("_Ambient.pgm"))
        pictures = [decode_any_grey(archive.read(name), where=name) for name in names]
    return [picture for picture in pictures if picture.shape == (480, 640)]


def unlabelled_faces(data: Path) -> list[Cutout]:
    """Return the held-out unlabelled faces whose points are to be believed."""
    pictures = read_pictures(data / UNLABELLED, part="held-out")
    return large_faces(pictures, read_landmarks(data, "unlabelled", pictures.names))


def finds(detector: FaceDetector, picture: ByteArray, face: Box, least: float) -> bool:
    """Tell whether a face is found."""
    own, box = face.xyxy[None], face_box(face).xyxy[None]
    found = [one for one in detector.detect(picture) if one.score >= least]
    return any(max(iou(one.box.xyxy[None], b)[0, 0] for b in (own, box)) >= OVERLAP for one in found)


def on_unlabelled(
    faces: list[Cutout], by_name: dict[str, FaceDetector], thresholds: dict[str, float]
) -> dict[str, Any]:
    """Return the share of the unlabelled faces found, in each light that needs no frame of the face."""
    lights = [light for light in SEVEN_LIGHTS if "side light" not in light.condition]
    rows: dict[str, Any] = {"faces": len(faces)}
    for light in track(lights, "unlabelled faces", transient=True):
        shown = [
            replace_image(face, light.apply(face.levels[0][None], seed=n)[0]) for n, face in enumerate(faces)
        ]
        rows[light.name] = {
            name: round(
                float(np.mean([finds(by_name[name], f.levels[0], square_of(f), least) for f in shown])), 4
            )
            for name, least in thresholds.items()
        }
    return rows


def replace_image(face: Cutout, image: ByteArray) -> Cutout:
    """Return a face as another picture shows it."""
    return replace(face, levels=(image,))


def square_of(face: Cutout) -> Box:
    """Return the square around a face."""
    x, y, side, _ = face.square.tolist()
    return Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def on_ambient(
    pictures: list[ByteArray], by_name: dict[str, FaceDetector], thresholds: dict[str, float]
) -> dict[str, Any]:
    """Return the share of the uncropped pictures in which a face of the right size is found."""
    low, high = AMBIENT_SIDES
    rows: dict[str, Any] = {"pictures": len(pictures)}
    for name, least in thresholds.items():
        found = [
            any(one.score >= least and low <= one.box.width <= high for one in by_name[name].detect(picture))
            for picture in pictures
        ]
        rows[name] = round(float(np.mean(found)), 4)
    return rows


def alarms(
    pictures: tuple[ByteArray, ...], by_name: dict[str, FaceDetector], thresholds: dict[str, float]
) -> dict[str, Any]:
    """Return false positives per picture without faces."""
    return {
        name: round(
            float(np.mean([sum(d.score >= least for d in by_name[name].detect(p)) for p in pictures])), 4
        )
        for name, least in thresholds.items()
    }


def times(by_name: dict[str, FaceDetector], weights: str | None, picture: ByteArray) -> dict[str, float]:
    """Return the median milliseconds of a picture of 640 x 480 pixels on one thread, at usual thresholds."""
    grey = cv2.resize(picture, (640, 480), interpolation=cv2.INTER_CUBIC)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    everybody = {**by_name, **networks(weights), "OpenCV's own alt2": CascadeFaceDetector()}
    taken = {}
    for name, detector in everybody.items():
        spent = []
        for _ in range(REPEATS + 2):
            start = time.perf_counter()
            detector.detect(grey)
            spent.append(time.perf_counter() - start)
        taken[name] = round(1e3 * float(np.median(spent[2:])), 2)
    cv2.setNumThreads(threads)
    return taken


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--scenes", type=int, default=260)
    parser.add_argument("--weights", help="an .onnx file; by default the detector that comes with lamplit")
    parser.add_argument("--tuning", action="store_true", help="other pictures and faces; nothing is written")
    parser.add_argument("--dry", action="store_true", help="nothing is written")
    given = parser.parse_args()
    by_name = compared(given.weights)
    base = drawn(given.data, given.scenes, tuning=given.tuning)
    found: dict[str, dict[str, Answers]] = {}
    strict: dict[str, dict[str, float]] = {}
    for light, scenes in all_scenes(base).items():
        seen = {
            name: [one.detect(scene.image) for scene in scenes]
            for name, one in track(by_name.items(), light, transient=True)
        }
        found[light] = {name: counted(some, scenes, by_points=True) for name, some in seen.items()}
        strict[light] = {
            name: counted(some, scenes, by_points=False).at(FALSE[0])["recall"] for name, some in seen.items()
        }
        print(light, {name: one.at(FALSE[0])["recall"] for name, one in found[light].items()}, flush=True)
    rows = rows_of(found)
    strict["mean of the bad lights"] = {
        name: round(float(np.mean([strict[light][name] for light in list(found)[1:]])), 4) for name in by_name
    }
    least = {name: found["good light"][name].at(FALSE[0])["threshold"] for name in by_name}
    thresholds = {name: score for name, score in least.items() if score is not None}
    some = slice(None) if given.scenes >= 100 else slice(0, 4)
    plain = pictures_without_faces(given.data, given.tuning)[some]
    figures: dict[str, Any] = {
        "faces": base.crops.shape[0] * base.crops.shape[1],
        "scenes": len(base.squares),
        "overlap": OVERLAP,
        "lights": rows,
        "recall_by_the_crops_alone": strict,
        "thresholds": thresholds,
        "yale_faces": on_photographs(given.data, by_name, thresholds),
        "yale_b_uncropped": on_ambient(ambient_pictures(given.data)[some], by_name, thresholds),
        "faces_unlabelled": on_unlabelled(unlabelled_faces(given.data)[some], by_name, thresholds),
        "false_positives_per_plain_picture": alarms(plain, by_name, thresholds),
        "milliseconds_640x480_one_thread": times(by_name, given.weights, base.backgrounds[0]),
    }
    if given.tuning or given.dry:
        print(figures)
        return
    write_result("detector_recall", figures)


if __name__ == "__main__":
    main()
