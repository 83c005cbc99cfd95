"""Whether faces are found in bad light, and whether the second look at a corrected picture finds more.

FER+ validation faces (majority), blended one each into pictures without faces at 48 to 160 pixels; the scene
as a whole gets the light. A face counts as found if a detection overlaps the box that the detector gives such
a face by at least 0.4 (intersection over union); every other detection counts as false, though a few of the
pictures do hold a face of their own.

    python benchmarks/second_look.py --data DIR
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from rich.progress import track

from lamplit.analysis.second_look import detect_in_any_light
from lamplit.core.boxes import iou
from lamplit.core.values import Box, Detection
from lamplit.datasets import Majority, read_ferplus
from lamplit.datasets.composites import Composite, compose
from lamplit.faces import CascadeFaceDetector
from lamplit.faces.framing import face_box
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import GAUNTLET, GOOD
from lamplit.light.reading import measure
from results import parse_data, write_result

N_SCENES = 300
SMALLEST = 100
OVERLAP = 0.4
WHOLE_SCENE = ("dark tones", "dim", "night", "over-exposed", "flat light")
"""Conditions that a scene can get as a whole; the others are made for faces that fill the frame."""

STRENGTHS = (2, 4)
"""The middle and the hardest strength of each."""


def scenes(data: Path) -> list[Composite]:
    """Compose the scenes: every face once, backgrounds at random."""
    random = np.random.default_rng(0)
    faces = read_ferplus(data, "validation")
    chosen = random.permutation(np.nonzero(Majority().classes(faces.votes) >= 0)[0])[:N_SCENES]
    with zipfile.ZipFile(data / "no-faces.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        pictures = [grey_from_rgb(read_image(archive.read(names[i]))) for i in random.permutation(len(names))]
    large = [picture for picture in pictures if min(picture.shape) >= SMALLEST]
    return [
        compose(faces.images[face], large[number % len(large)], random) for number, face in enumerate(chosen)
    ]


def count(found: list[Detection], square: Box) -> tuple[int, int]:
    """Return whether the face is among the detections, and how many others there are."""
    if not found:
        return 0, 0
    boxes = np.stack([detection.box.xyxy for detection in found])
    hit = int((iou(boxes, face_box(square).xyxy[None]) >= OVERLAP).any())
    return hit, len(found) - hit


def main() -> None:
    composites = scenes(parse_data(__doc__))
    detector = CascadeFaceDetector()
    whole = [light for light in GAUNTLET if light.condition in WHOLE_SCENE]
    lights = [GOOD, *(light for number, light in enumerate(whole) if number % 5 in STRENGTHS)]
    rows = {}
    for light in lights:
        first, second, bad = np.zeros(2), np.zeros(2), 0
        for composite in track(composites, light.name, transient=True):
            scene = light.apply(composite.image[None])[0]
            reading = measure(scene)
            bad += reading.verdict != ("good",)
            first += count(list(detector.detect(scene)), composite.square)
            second += count(detect_in_any_light(detector, scene, reading), composite.square)
        n = len(composites)
        rows[light.name] = {
            "scenes_in_bad_light": round(bad / n, 4),
            "recall_first_look": round(float(first[0]) / n, 4),
            "recall_with_second_look": round(float(second[0]) / n, 4),
            "false_first_look": round(float(first[1]) / n, 4),
            "false_with_second_look": round(float(second[1]) / n, 4),
        }
        print(light.name, rows[light.name])
    write_result("second_look", {"scenes": len(composites), "overlap": OVERLAP, "lights": rows})


if __name__ == "__main__":
    main()
