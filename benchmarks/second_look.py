"""Whether faces are found in bad light, and whether the second look at a corrected picture finds more.

FER+ validation faces (majority), blended one each into pictures without faces at 48 to 160 pixels; the scene
as a whole gets the light. A face counts as found if a detection overlaps the box that the detector gives such
a face by at least 0.4 (intersection over union); every other detection counts as false, though a few of the
pictures do hold a face of their own.

    python benchmarks/second_look.py --data DIR
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.progress import track

from lamplit.analysis.second_look import against_the_light, detect_in_any_light
from lamplit.core.arrays import ByteArray
from lamplit.core.boxes import iou
from lamplit.core.values import Box, Detection
from lamplit.datasets import Majority, read_ferplus
from lamplit.datasets.composites import Composite, compose
from lamplit.faces import CascadeFaceDetector
from lamplit.faces.framing import face_box
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.light.gauntlet import GAUNTLET, GOOD, Light
from lamplit.light.reading import measure
from lamplit.light.scenes import backlight
from results import parse_data, write_result

N_SCENES = 300
SMALLEST = 100
OVERLAP = 0.4
BACKLIGHT_STOPS = (2.0, 3.0, 4.0)
"""How much darker the head becomes with a light behind it, in factors of two; what is around it becomes four
times brighter and clips."""

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


def _lit_as_a_whole(light: Light) -> Callable[[Composite], ByteArray]:
    return lambda composite: light.apply(composite.image[None])[0]


def _backlit(stops: float) -> Callable[[Composite], ByteArray]:
    """Return what darkens the head of a scene and overexposes what is around it, with a soft edge."""

    def lit(composite: Composite) -> ByteArray:
        scene = composite.image.astype(np.float32) / np.float32(255)
        x1, y1, x2, y2 = (round(float(edge)) for edge in composite.square.xyxy)
        part = scene[y1:y2, x1:x2]
        outside = backlight(np.zeros_like(part), 0.0)  # 1 outside of the head's ellipse, 0 inside
        lit = np.minimum(4 * scene, 1)
        lit[y1:y2, x1:x2] = part * 2.0**-stops * (1 - outside) + np.minimum(4 * part, 1) * outside
        return np.rint(lit * 255).astype(np.uint8)

    return lit


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
    makers = {light.name: _lit_as_a_whole(light) for light in lights}
    makers |= {f"backlight, {stops:g} stops": _backlit(stops) for stops in BACKLIGHT_STOPS}
    rows = {}
    for name, lit in makers.items():
        first, second, bad = np.zeros(2), np.zeros(2), 0
        for composite in track(composites, name, transient=True):
            scene = lit(composite)
            reading = measure(scene)
            bad += reading.verdict != ("good",) or against_the_light(scene)
            first += count(list(detector.detect(scene)), composite.square)
            second += count(detect_in_any_light(detector, scene, reading), composite.square)
        n = len(composites)
        rows[name] = {
            "scenes_in_bad_light": round(bad / n, 4),
            "recall_first_look": round(float(first[0]) / n, 4),
            "recall_with_second_look": round(float(second[0]) / n, 4),
            "false_first_look": round(float(first[1]) / n, 4),
            "false_with_second_look": round(float(second[1]) / n, 4),
        }
        print(name, rows[name])
    write_result("second_look", {"scenes": len(composites), "overlap": OVERLAP, "lights": rows})


if __name__ == "__main__":
    main()
