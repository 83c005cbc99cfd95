"""What is lost between a face cut out by hand and one that has to be found: expressions from whole scenes.

Scenes and lights as in cascade_recall.py: FER+ validation faces with a majority, four to a scene, in held-out
pictures without faces. Here they have 48 to 140 pixels, so that none loses resolution, and keep all of the
crop but its corners and a soft edge. A face counts as right where it is found (by the rule of
detector_recall.py) and its expression is that of the majority; faces that are missed are wrong. Detectors
look at their usual settings.

- aligned: the crops of FER+ themselves, lit as the light gauntlet lights them;
- placed by hand: cut out of the scene where it was put, so that only size and scene are lost;
- by the box, by five points, by 68 landmarks: what the detector finds, framed in three ways;
- by both: by the mean of the five points and those of the landmarks, as an Analyzer does;
- OpenCV's cascade: its boxes, with a second look in bad light as for the network.

    python benchmarks/end_to_end.py --data DIR
    python benchmarks/end_to_end.py --data DIR --detector D.onnx --landmarks L.onnx --tuning   # a try
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from rich.progress import track

from cascade_recall import Scene, all_scenes, drawn, faces_and_classes, judged
from lamplit.analysis import Analyzer
from lamplit.core.arrays import ByteArray
from lamplit.core.values import Box, Detection
from lamplit.faces import CascadeFaceDetector, FaceDetector, NetFaceDetector
from lamplit.faces.framing import crop_face, face_box
from lamplit.faces.landmarks import LandmarkModel
from lamplit.light.gauntlet import SEVEN_LIGHTS
from lamplit.light.reading import measure
from results import data_parser, write_result

SIDES = (48, 140)
SIZES = {"48 to 79 pixels": (0, 80), "80 to 140 pixels": (80, 999)}
ALIGNED, PLACED = "aligned", "placed by hand"
WAYS = (ALIGNED, PLACED, "by the box", "by five points", "by 68 landmarks", "by both", "OpenCV's cascade")


def rounded(side: int) -> np.ndarray:
    """Return a square without its corners and with a soft edge, within which the whole head is left."""
    middle = 2 * np.abs((np.arange(side) + 0.5) / side - 0.5)  # 0 in the middle, 1 at the edge
    distance = (middle[:, None] ** 6 + middle[None] ** 6) ** (1 / 6)
    return np.clip((1 - distance) / 0.08, 0, 1).astype(np.float32)


class Ways:
    """The ways from a scene to expressions, with one detector and one classifier."""

    def __init__(self, detector: FaceDetector, marks: LandmarkModel) -> None:
        self.plain = Analyzer(detector=detector, landmarks=False, threads=1)
        self.pointed = Analyzer(detector=detector, landmarks=marks, threads=1)
        self.opencv = Analyzer(detector=CascadeFaceDetector(), landmarks=False, threads=1)
        self.classifier = self.plain.classifier

    def answers(self, scene: Scene) -> dict[str, np.ndarray]:
        """Return what each way says of the faces of a scene: a class, or -1 where a face was missed."""
        squares = [Box(*square) for square in scene.squares.tolist()]
        size = self.classifier.card.input_size
        crops = np.stack([crop_face(scene.image, face_box(square), size=size) for square in squares])
        found = self.plain.find(scene.image, measure(scene.image))
        bare = [replace(one, points=None) for one in found]
        theirs = self.opencv.find(scene.image, measure(scene.image))
        return {
            PLACED: self.classifier.predict_proba(crops).argmax(axis=1),
            WAYS[2]: self._of_faces(self.plain, scene, bare),
            WAYS[3]: self._of_faces(self.plain, scene, found),
            WAYS[4]: self._of_faces(self.pointed, scene, bare),
            WAYS[5]: self._of_faces(self.pointed, scene, found),
            WAYS[6]: self._of_faces(self.plain, scene, theirs),
        }

    def _of_faces(self, analyzer: Analyzer, scene: Scene, found: list[Detection]) -> np.ndarray:
        """Return the expression of each face that a detection overlaps, surest first."""
        said = np.full(len(scene.squares), -1)
        if not found:
            return said
        frame = analyzer.describe(scene.image, found, measure(scene.image))
        for face, (_, number) in zip(frame, judged(found, scene.squares, scene.pointed), strict=True):
            if number >= 0:
                said[number] = face.labels.index(face.expression)
        return said


def aligned_answers(ways: Ways, crops: ByteArray, light: Any) -> np.ndarray:
    """Return what is said of FER+ crops in a light."""
    flat = crops.reshape(-1, *crops.shape[2:])
    return ways.classifier.predict_proba(light.apply(flat)).argmax(axis=1).reshape(crops.shape[:2])


def row_of(said: np.ndarray, labels: np.ndarray, sides: np.ndarray) -> dict[str, float]:
    """Return accuracy, by size too, and the share of the faces found."""
    right = said == labels
    by_size = {
        name: round(float(right[(sides >= low) & (sides < high)].mean()), 4)
        for name, (low, high) in SIZES.items()
    }
    figures = {"accuracy": float(right.mean()), "found": float((said >= 0).mean())}
    return {name: round(value, 4) for name, value in figures.items()} | by_size


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--scenes", type=int, default=260)
    parser.add_argument("--detector", help="an .onnx file; by default the detector that comes with lamplit")
    parser.add_argument("--landmarks", help="an .onnx file; by default the landmarks that come with lamplit")
    parser.add_argument("--tuning", action="store_true", help="other pictures and faces; nothing is written")
    given = parser.parse_args()
    base = drawn(given.data, given.scenes, tuning=given.tuning, sides=SIDES)
    labels = faces_and_classes(given.data, given.tuning)[1][base.numbers]
    sides = np.array([[square.width for square in scene] for scene in base.squares])
    ways = Ways(NetFaceDetector(given.detector, threads=1), LandmarkModel(given.landmarks, threads=1))
    rows: dict[str, Any] = {}
    lights = {light.name: light for light in SEVEN_LIGHTS}
    for name, scenes in all_scenes(base, rounded).items():
        each = [ways.answers(scene) for scene in track(scenes, name, transient=True)]
        said = {way: np.stack([one[way] for one in each]) for way in WAYS[1:]}
        said[ALIGNED] = aligned_answers(ways, base.crops, lights[name])
        rows[name] = {way: row_of(said[way], labels, sides) for way in WAYS}
        print(name, {way: (row["accuracy"], row["found"]) for way, row in rows[name].items()}, flush=True)
    bad = list(rows)[1:]
    means = {
        way: {
            key: round(float(np.mean([rows[light][way][key] for light in bad])), 4)
            for key in rows[bad[0]][way]
        }
        for way in WAYS
    }
    figures = {"faces": labels.size, "scenes": len(labels), "lights": rows, "mean of the bad lights": means}
    if given.tuning:
        print(means)
        return
    write_result("end_to_end", figures)


if __name__ == "__main__":
    main()
