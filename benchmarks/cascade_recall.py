"""How many faces lamplit's cascade finds, beside OpenCV's, at equal false positives, in good light and bad.

FER+ validation faces (majority), four to a scene, at 24 to 200 pixels (drawn evenly on a logarithmic scale,
anew where there is no room) in held-out pictures of no-faces.zip, of which no training has seen one. Blended
as soft ellipses; or pasted as plain squares, for which the six bad lights take turns. The scene as a whole
gets the light; light from the side is put on the faces before, since its templates know faces alone.

All cascades look through the same loops at the same scales (ratio 1.1, from 24 pixels), their windows are
grouped by the same rule, and groups score by their windows (then by the margin of the last stage). OpenCV's
pass over windows with a standard deviation of at most 10 grey levels, as OpenCV does; "dim" ones are the same
cascades with lamplit's limit of 2. A detection is right where it overlaps a face by 0.4 (intersection over
union with the crop, or with the box that OpenCV's detector gives such a crop); every face counts once, and
all other detections are false.

Where faces' own points frame them is drawn along (landmarks.npz) for detector_recall.py; nothing is judged by
it here.

Photographs, too: Yale Faces (15 people, 320 x 243, one large face each), which no training has seen, at the
score that gives 0.1 false positives per picture on the scenes in good light. A face counts as found where a
detection has a side of 70 to 220 pixels.

    python benchmarks/cascade_recall.py --data DIR
    python benchmarks/cascade_recall.py --data DIR --tuning --cascade CASCADE   # other pictures and faces
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.progress import track

from lamplit.core.arrays import ByteArray
from lamplit.core.boxes import iou
from lamplit.core.values import Box, Detection
from lamplit.datasets import Majority, have_copies, read_ferplus
from lamplit.datasets.ferplus import FerPlus
from lamplit.datasets.five_points import five_points, frame_of
from lamplit.datasets.landmarks import read_landmarks
from lamplit.datasets.no_faces import read_no_faces
from lamplit.datasets.pictures import decode_any_grey
from lamplit.faces import BoostedFaceDetector, FaceDetector
from lamplit.faces.framing import face_box
from lamplit.light.gauntlet import GAUNTLET, SEVEN_LIGHTS, Light
from lamplit.report.recall_plot import plot_recall_curves
from lamplit.training.scenes.stock import MOST_ERROR
from results import ROOT, data_parser, write_result

SIDES = (24, 200)
A_SCENE = 4
OVERLAP = 0.4
SHARES = (0.35, 1.25)
"""Sides of the crop between which the frame of a face's own points is believed."""
FALSE = 0.1
LEAST_CONTRAST = 2.0
STATES = (
    *("centerlight", "glasses", "happy", "leftlight", "noglasses", "normal"),
    *("rightlight", "sad", "sleepy", "surprised", "wink"),
)
SIDE_LIT = ("leftlight", "rightlight")
PHOTOGRAPHED = (70, 220)
"""Yale Faces: how pictures are called, and how large their faces are."""

TRIES = 2000
ROOM = 150
"""Least side of a picture: four faces want room."""

SIZES = {"24 to 39 pixels": (0, 40), "40 to 79 pixels": (40, 80), "80 to 200 pixels": (80, 999)}
OPENCV = {"OpenCV default": "haarcascade_frontalface_default", "OpenCV alt2": "haarcascade_frontalface_alt2"}
PLOT = ROOT / "docs" / "images" / "cascade-recall.png"


MaskOf = Callable[[int], np.ndarray]
"""What is pasted of a square of a side: (side, side), from 0 to 1."""


@dataclass(frozen=True)
class Base:
    """Crops (N, A_SCENE, 48, 48), where they go, into which pictures, and their numbers (N, A_SCENE).

    And within each crop the square (N, A_SCENE, 4) that its face's own points frame, xyxy in fractions.
    """

    crops: ByteArray
    squares: list[list[Box]]
    backgrounds: list[ByteArray]
    numbers: np.ndarray
    pointed: np.ndarray


@dataclass(frozen=True)
class Scene:
    """A picture with faces, the crops' squares (N, 4) xyxy, and those that the faces' own points frame."""

    image: ByteArray
    squares: np.ndarray
    pointed: np.ndarray


def faces_and_classes(data: Path, tuning: bool) -> tuple[FerPlus, np.ndarray]:
    """Return faces that no training has seen with the majority's classes, or those to choose settings on."""
    validation = read_ferplus(data, "validation")
    faces = read_ferplus(data, "training") if tuning else validation
    classes = Majority().classes(faces.votes)
    chosen = classes >= 0
    if tuning:  # settings may look at faces of the training split, but for those in validation
        chosen[chosen] = ~have_copies(faces.images[chosen], among=validation.images)
    return faces.subset(chosen), classes[chosen]


def pictures_without_faces(data: Path, tuning: bool) -> tuple[ByteArray, ...]:
    """Return pictures that no training has seen, or those to choose settings on."""
    return read_no_faces(data, "tuning" if tuning else "held-out").images


def pointed_squares(faces: FerPlus, data: Path) -> np.ndarray:
    """Return the squares (N, 4), xyxy in fractions of the crops, that the faces' own five points frame.

    Some crops of FER+ hold a face that is much smaller, or far from the middle. Where the points are not to
    be believed, the square is the crop.
    """
    squares, errors = frame_of(five_points(read_landmarks(data, faces.split, faces.names)))
    half = squares[:, 2:3] / 2
    framed = np.concatenate([squares[:, :2] - half, squares[:, :2] + half], axis=1)
    known = (errors <= MOST_ERROR) & (squares[:, 2] >= SHARES[0]) & (squares[:, 2] <= SHARES[1])
    return np.where(known[:, None], framed, np.array([0.0, 0.0, 1.0, 1.0]))


def place(
    room: tuple[int, int], taken: list[Box], random: np.random.Generator, sides: tuple[int, int]
) -> Box | None:
    """Draw a square that overlaps no other; none where there is no room for one."""
    for _ in range(TRIES):
        most = min(sides[1], *room)
        side = round(float(np.exp(random.uniform(np.log(sides[0]), np.log(most)))))
        y, x = (int(random.integers(0, length - side + 1)) for length in room)
        square = Box(x, y, x + side, y + side)
        if not taken or iou(square.xyxy[None], np.stack([b.xyxy for b in taken])).max() == 0:
            return square
    return None


def scene_of(
    crops: ByteArray, squares: list[Box], background: ByteArray, pointed: np.ndarray, mask_of: MaskOf
) -> Scene:
    """Put crops at their places."""
    image = background.astype(np.float32)
    for crop, square in zip(crops, squares, strict=True):
        x, y, side = int(square.x1), int(square.y1), int(square.width)
        smaller = side < len(crop)
        size = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        face = cv2.resize(crop.astype(np.float32), (side, side), interpolation=size).clip(0, 255)
        part = image[y : y + side, x : x + side]
        mask = mask_of(side)
        part[:] = face * mask + part * (1 - mask)
    places = np.stack([square.xyxy for square in squares])
    own = np.tile(places[:, :2], 2) + pointed * (places[:, 2:3] - places[:, :1])
    return Scene(np.rint(image).astype(np.uint8), places, own)


def ellipse(side: int) -> np.ndarray:
    """Return a head with a soft edge: nothing of the square's corners is left."""
    middle = (np.arange(side) + 0.5) / side - 0.5
    distance = np.sqrt((middle[:, None] / 0.47) ** 2 + (middle[None] / 0.40) ** 2)
    return np.clip((1 - distance) / 0.25 + 0.5, 0, 1).astype(np.float32)


def plain(side: int) -> np.ndarray:
    """Return the whole square."""
    return np.ones((side, side), np.float32)


def scenes_in(light: Light, base: Base, mask_of: MaskOf) -> list[Scene]:
    """Return all scenes in a light."""
    crops = base.crops
    if "side light" in light.condition:
        side = next(one for one in SEVEN_LIGHTS if one.condition.startswith("side light"))
        crops = side.apply(crops.reshape(-1, *crops.shape[2:])).reshape(crops.shape)
    parts = zip(crops, base.squares, base.backgrounds, base.pointed, strict=True)
    scenes = [scene_of(*part, mask_of) for part in parts]
    if light.condition == "dark side light":  # the same sensor and exposure, without its lamps
        night = next(one for one in GAUNTLET if one.condition == "night")
        light = replace(night, strength=light.strength)
    elif "side light" in light.condition:
        return scenes
    return [replace(s, image=light.apply(s.image[None], seed=n)[0]) for n, s in enumerate(scenes)]


def all_scenes(base: Base, mask_of: MaskOf = ellipse) -> dict[str, list[Scene]]:
    """Return the scenes by light: in each, or, of squares, in good light and in the bad ones by turns."""
    if mask_of is not plain:
        return {light.name: scenes_in(light, base, mask_of) for light in SEVEN_LIGHTS}
    bad = [scenes_in(light, base, plain) for light in SEVEN_LIGHTS[1:]]
    turns = [bad[number % len(bad)][number] for number in range(len(base.squares))]
    return {"good light": scenes_in(SEVEN_LIGHTS[0], base, plain), "bad lights in turn": turns}


def judged(
    found: list[Detection], squares: np.ndarray, pointed: np.ndarray | None = None
) -> list[tuple[float, int]]:
    """Return score and number of the face of each detection, or -1.

    Right is what overlaps the square, or the box of a face in it; with `pointed` also what overlaps the
    square that the face's own points frame, or its box.
    """
    frames = [every for some in (squares, pointed) if some is not None for every in (some, boxes_of(some))]
    free, answers = np.ones(len(squares), bool), []
    for one in sorted(found, key=lambda d: -d.score):
        own = one.box.xyxy[None]
        overlap = np.max([iou(own, some)[0] for some in frames], axis=0) * free
        face = int(overlap.argmax()) if overlap.max() >= OVERLAP else -1
        if face >= 0:
            free[face] = False
        answers.append((one.score, face))
    return answers


def boxes_of(squares: np.ndarray) -> np.ndarray:
    """Return the boxes (N, 4) that a detector gives the faces in squares."""
    return np.stack([face_box(Box(*square)).xyxy for square in squares.tolist()])


@dataclass(frozen=True)
class Answers:
    """All detections in a light: score, whether right, side of the face found (0 for none)."""

    scores: np.ndarray
    right: np.ndarray
    sides: np.ndarray
    all_sides: np.ndarray
    pictures: int

    def curve(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return thresholds, false positives per picture and recall."""
        order = np.argsort(-self.scores, kind="stable")
        last = np.append(np.diff(self.scores[order]) != 0, True)  # equal scores are taken together
        false = np.cumsum(~self.right[order])[last] / self.pictures
        recall = np.cumsum(self.right[order])[last] / len(self.all_sides)
        return self.scores[order][last], false, recall

    def at(self, most: float) -> dict[str, Any]:
        """Return the recall at so many false positives per picture, by size too."""
        thresholds, false, recall = self.curve()
        allowed = np.flatnonzero(false <= most)
        if not len(allowed):
            return {"recall": 0.0, "false_positives": 0.0, "threshold": None}
        best = allowed[-1]
        kept = self.right & (self.scores >= thresholds[best])
        by_size = {
            name: round(
                float(np.sum(kept & (self.sides >= low) & (self.sides < high)))
                / max(int(np.sum((self.all_sides >= low) & (self.all_sides < high))), 1),
                4,
            )
            for name, (low, high) in SIZES.items()
        }
        return {
            "recall": round(float(recall[best]), 4),
            "false_positives": round(float(false[best]), 4),
            "threshold": round(float(thresholds[best]), 3),
            "most_recall": round(float(recall[-1]), 4),
            "most_false_positives": round(float(false[-1]), 4),
            **by_size,
        }


def answers(detector: FaceDetector, scenes: list[Scene]) -> Answers:
    """Look at all scenes; right is what overlaps a crop."""
    return counted([detector.detect(scene.image) for scene in scenes], scenes, by_points=False)


def counted(found: list[list[Detection]], scenes: list[Scene], *, by_points: bool) -> Answers:
    """Judge what was found in scenes, by the crops alone or by the faces' own points, too."""
    scores, right, sides = [], [], []
    for some, scene in zip(found, scenes, strict=True):
        for score, face in judged(some, scene.squares, scene.pointed if by_points else None):
            scores.append(score)
            right.append(face >= 0)
            sides.append(scene.squares[face, 2] - scene.squares[face, 0] if face >= 0 else 0)
    every = np.concatenate([scene.squares[:, 2] - scene.squares[:, 0] for scene in scenes])
    return Answers(np.array(scores), np.array(right, bool), np.array(sides), every, len(scenes))


def pooled(parts: list[Answers]) -> Answers:
    """Return the answers in several lights as one."""
    columns = ("scores", "right", "sides", "all_sides")
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in columns]
    return Answers(*joined, sum(part.pictures for part in parts))


def on_photographs(
    data: Path, compared: Mapping[str, FaceDetector], thresholds: dict[str, float]
) -> dict[str, Any]:
    """Return in how many pictures of Yale Faces each detector finds a face of the right size."""
    lights = {
        "lit from the side": SIDE_LIT,
        "all other states": tuple(s for s in STATES if s not in SIDE_LIT),
    }
    with zipfile.ZipFile(data / "yalefaces.zip") as archive:
        pictures = {
            state: [
                decode_any_grey(archive.read(name), where=name)
                for name in sorted(archive.namelist())
                if name.rsplit(".", 1)[-1] == state
            ]
            for state in STATES
        }
    rows = {}
    for light, states in lights.items():
        every = [picture for state in states for picture in pictures[state]]
        rows[light] = {"pictures": len(every)} | {
            name: round(float(np.mean([has_face(compared[name], picture, least) for picture in every])), 4)
            for name, least in thresholds.items()
        }
    return rows


def has_face(detector: FaceDetector, picture: ByteArray, least: float) -> bool:
    """Tell whether a face of the size that they have is found."""
    low, high = PHOTOGRAPHED
    found = detector.detect(picture)
    return any(one.score >= least and low <= one.box.width <= high for one in found)


def detectors(cascade: str | None) -> dict[str, BoostedFaceDetector]:
    """Return who is compared."""
    same: dict[str, Any] = {"min_size": 24, "step": 1.1, "neighbours": 1, "engine": "numba"}
    ours = BoostedFaceDetector(cascade, **same, least_contrast=LEAST_CONTRAST)
    files = {name: f"{cv2.data.haarcascades}{file}.xml" for name, file in OPENCV.items()}
    theirs = {name: BoostedFaceDetector(file, **same) for name, file in files.items()}
    dim = {
        f"{name}, dim": BoostedFaceDetector(file, **same, least_contrast=LEAST_CONTRAST)
        for name, file in files.items()
    }
    return {"lamplit": ours, **theirs, **dim}


def rows_of(found: dict[str, dict[str, Answers]]) -> dict[str, Any]:
    """Return recall by light and detector, and the mean of the bad lights."""
    rows: dict[str, Any] = {
        light: {name: one.at(FALSE) for name, one in by.items()} for light, by in found.items()
    }
    bad = list(found)[1:]
    rows["mean of the bad lights"] = (
        {
            name: {"recall": round(float(np.mean([rows[light][name]["recall"] for light in bad])), 4)}
            for name in found[bad[0]]
        }
        if bad
        else {}
    )
    return rows


def placed(room: tuple[int, int], random: np.random.Generator, sides: tuple[int, int]) -> list[Box]:
    """Draw the places of a scene, from the first one on again where the last ones found no room."""
    squares: list[Box] = []
    while len(squares) < A_SCENE:
        square = place(room, squares, random, sides)
        squares = [] if square is None else [*squares, square]
    return squares


def drawn(data: Path, n_scenes: int, *, tuning: bool, sides: tuple[int, int] = SIDES) -> Base:
    """Draw faces, pictures and places."""
    random = np.random.default_rng(0)
    faces, pictures = faces_and_classes(data, tuning)[0], pictures_without_faces(data, tuning)
    roomy = [picture for picture in pictures if min(picture.shape) >= ROOM]
    backgrounds = [roomy[i] for i in random.permutation(len(roomy))[:n_scenes]]
    chosen = random.permutation(len(faces))[: A_SCENE * len(backgrounds)]
    squares = [placed(background.shape, random, sides) for background in backgrounds]
    crops, numbers = faces.images[chosen].reshape(-1, A_SCENE, 48, 48), chosen.reshape(-1, A_SCENE)
    pointed = pointed_squares(faces.subset(chosen), data).reshape(-1, A_SCENE, 4)
    return Base(crops, squares, backgrounds, numbers, pointed)


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--scenes", type=int, default=260)
    parser.add_argument("--cascade", help="file; by default the cascade that comes with lamplit")
    parser.add_argument("--tuning", action="store_true", help="other pictures and faces; nothing is written")
    given = parser.parse_args()
    base = drawn(given.data, given.scenes, tuning=given.tuning)
    compared = detectors(given.cascade)
    tables: dict[str, Any] = {}
    photographs: dict[str, Any] = {}
    for word, soft in (("soft ellipses", True), ("plain squares", False)):
        found: dict[str, dict[str, Answers]] = {}
        names = list(compared) if soft else [name for name in compared if "dim" not in name]
        for light, scenes in all_scenes(base, ellipse if soft else plain).items():
            found[light] = {
                name: answers(compared[name], scenes)
                for name in track(names, f"{word}: {light}", transient=True)
            }
            print(
                word, light, {name: one.at(FALSE)["recall"] for name, one in found[light].items()}, flush=True
            )
        tables[word] = rows_of(found)
        if soft and not given.tuning:
            draw(found)
            good = {name: one.at(FALSE)["threshold"] for name, one in found["good light"].items()}
            photographs = on_photographs(given.data, compared, good)
            print(photographs, flush=True)
    if given.tuning:
        print({word: rows["mean of the bad lights"] for word, rows in tables.items()})
        return
    figures = {
        "faces": base.crops.shape[0] * A_SCENE,
        "scenes": len(base.squares),
        "false_positives_per_picture": FALSE,
        "overlap": OVERLAP,
        "sides": list(SIDES),
        "least_contrast": {"lamplit": LEAST_CONTRAST, "OpenCV": 10, "OpenCV, dim": LEAST_CONTRAST},
        "lights": tables,
        "yale_faces": photographs,
    }
    write_result("cascade_recall", figures)


def draw(found: dict[str, dict[str, Answers]]) -> None:
    """Draw recall over false positives, in good light and in the six bad ones together."""
    good, *bad = found.values()
    both = {
        "good light": {name: one.curve()[1:] for name, one in good.items()},
        "all six bad lights": {name: pooled([by[name] for by in bad]).curve()[1:] for name in good},
    }
    plot_recall_curves(both, PLOT, at=FALSE)


if __name__ == "__main__":
    main()
