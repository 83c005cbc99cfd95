"""Sketched faces whose points are known exactly, for trainings that take seconds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from lamplit.core.landmarks import OUTER_CORNERS
from lamplit.training.landmarks.data import LandmarkData, PointedFaces
from lamplit.training.landmarks.recipe import LandmarkRecipe, landmark_recipe_from_dict

SIDE = 48


def recipe(**changes: object) -> LandmarkRecipe:
    """A recipe of a small network on crops of 32 pixels, with every kind of variation."""
    values: dict[str, object] = {
        "name": "landmarks-sketches",
        "size": 32,
        "epochs": 3,
        "steps": 4,
        "fine": 6,
        "coarse": 6,
        "empty": 4,
        "shrunk_to": [12, 24],
        "averaging": 0.8,
        "settings": {"widths": [8, 8, 16, 16], "depths": [1, 1, 1], "fused": 8},
        "augment": {"rotation": 15, "light": 0.5, "relight": 0.5},
    }
    return landmark_recipe_from_dict(values | changes, where="sketches")


def shape(rng: np.random.Generator) -> np.ndarray:
    """68 points of a face in fractions of a FER+ crop, a little different each time; shape (68, 2)."""
    angle = np.pi * np.arange(17) / 16
    jaw = np.stack([0.5 - 0.38 * np.cos(angle), 0.35 + 0.6 * np.sin(angle)], 1)
    brow = np.stack([0.08 + 0.06 * np.arange(5), np.full(5, 0.27)], 1)
    brows = np.concatenate([brow[::-1] * [-1, 1], brow]) + np.array([0.5, 0.0])
    bridge = [[0.5, 0.36 + 0.07 * n] for n in range(4)]
    nostrils = [[0.42 + 0.04 * n, 0.64] for n in range(5)]
    eye = np.array([[-0.08, 0], [-0.03, -0.03], [0.03, -0.03], [0.08, 0], [0.03, 0.03], [-0.03, 0.03]])
    eyes = [*(eye + np.array([0.31, 0.39])), *(eye + np.array([0.69, 0.39]))]
    around = np.pi + np.arange(12) * np.pi / 6
    outer = np.stack([0.5 + 0.15 * np.cos(around), 0.77 + 0.06 * np.sin(around)], 1)
    within = np.pi + np.arange(8) * np.pi / 4
    inner = np.stack([0.5 + 0.1 * np.cos(within), 0.77 + 0.03 * np.sin(within)], 1)
    points = np.concatenate([jaw, brows, bridge, nostrils, eyes, outer, inner])
    return points * rng.uniform(0.92, 1.08, 2) + rng.uniform(-0.04, 0.04, 2)


def drawn(points: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A sketch: a light face with dark eyes and mouth before something dim."""
    scale = 16
    places = np.rint(points * side * scale).astype(np.int32)
    image = np.full((side, side), rng.integers(20, 60), np.uint8)
    head = cv2.convexHull(places[:27])
    cv2.fillPoly(image, [head], 190, shift=4)
    for part in (slice(36, 42), slice(42, 48), slice(48, 60)):
        cv2.fillPoly(image, [places[part]], 30, shift=4)
    cv2.polylines(image, [places[27:31]], False, 110, shift=4)
    return image


def faces(n: int, side: int = SIDE, seed: int = 0) -> PointedFaces:
    """Sketches with their points."""
    rng = np.random.default_rng(seed)
    points = np.stack([shape(rng) for _ in range(n)]).astype(np.float32)
    images = np.stack([drawn(one, side, rng) for one in points])
    assert (points[:, OUTER_CORNERS[1], 0] > points[:, OUTER_CORNERS[0], 0]).all()
    return PointedFaces(torch.from_numpy(images)[:, None], torch.from_numpy(points), torch.ones(n))


def scenes(n: int, seed: int = 0) -> torch.Tensor:
    """Stripes without a face."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 255, (n, 1, 40, 1), dtype=np.uint8)
    return torch.from_numpy(np.broadcast_to(rows, (n, 1, 40, 40)).copy())


def data(n: int = 12) -> LandmarkData:
    """Some sketches of two sizes, and scenes."""
    return LandmarkData(
        fine=faces(n),
        coarse=faces(n, 24, seed=1),
        held_out=faces(4, seed=2),
        validation=faces(4, 24, seed=3),
        scenes=scenes(6),
        held_out_scenes=scenes(3, seed=1),
    )


class Silent:
    """Nobody looks on; or somebody stops a training at a chosen batch."""

    def __init__(self, stop_at: tuple[int, int] | None = None) -> None:
        self.stop_at = stop_at
        self.history: list[dict[str, float]] = []

    def on_batch(self, epoch: int, batch: int, n_batches: int, loss: float) -> None:
        if (epoch, batch) == self.stop_at:
            raise KeyboardInterrupt

    def on_epoch(self, history: list[dict[str, float]]) -> None:
        self.history = list(history)


def write_data(folder: Path, n: int = 20) -> Path:
    """Write sketches as the files that a training reads."""
    import zipfile

    held = {"FER2013Train": faces(n, seed=4), "FER2013Valid": faces(6, seed=5)}
    votes = ["Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"]
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(folder / "ferplus.zip", "w") as archive:
        for place, stock in held.items():
            names = [f"fer{place[7]}{number:04}.png" for number in range(len(stock))]
            usage = "Training" if place.endswith("Train") else "PublicTest"
            votes += [f"{usage},{name},10,0,0,0,0,0,0,0,0,0" for name in names]
            for name, image in zip(names, stock.images[:, 0].numpy(), strict=True):
                archive.writestr(f"{place}/{name}", cv2.imencode(".png", image)[1].tobytes())
            arrays |= _points(place, names, stock)
        archive.writestr("fer2013new.csv", "\n".join(votes) + "\n")
    fine = faces(n, 64, seed=6)
    names = [f"face{number:05}.png" for number in range(n)]
    with zipfile.ZipFile(folder / "faces-unlabelled.zip", "w") as archive:
        for name, image in zip(names, fine.images[:, 0].numpy(), strict=True):
            archive.writestr(f"faces/{name}", cv2.imencode(".png", image)[1].tobytes())
    arrays |= _points("faces-unlabelled", names, fine)
    np.savez(folder / "landmarks.npz", **arrays)  # type: ignore[arg-type]
    with zipfile.ZipFile(folder / "no-faces.zip", "w") as archive:
        for number, scene in enumerate(scenes(40)[:, 0].numpy()):
            archive.writestr(f"no-faces/scene{number}.png", cv2.imencode(".png", scene)[1].tobytes())
    return folder


def write_scene_data(folder: Path, n: int = 60) -> Path:
    """Write what scenes are composed of: sketches, and one picture each of two people in the lab's light."""
    import zipfile

    write_data(folder, n)
    with zipfile.ZipFile(folder / "CroppedYale.zip", "w") as archive:
        for person in (1, 20):
            content = b"P5 168 192 255 " + bytes([120]) * (168 * 192)
            archive.writestr(f"CroppedYale/yaleB{person:02}/yaleB{person:02}_P00A+000E+00.pgm", content)
    return folder


def _points(place: str, names: list[str], stock: PointedFaces) -> dict[str, np.ndarray]:
    scores = np.ones(len(stock), np.float16)
    scores[0] = 0.25  # one that nobody should believe
    return {
        f"{place}_name": np.array(names),
        f"{place}_points": stock.points.numpy().astype(np.float16),
        f"{place}_face": scores,
        f"{place}_detection": scores,
    }
