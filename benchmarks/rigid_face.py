"""The rigid face of lamplit.faces.face_model: the mean shape of real landmarks, by structure from motion.

The first 8,000 training faces of FER+ with a face score of at least 0.95, and their mirror images. Each is
the shape under a scaled orthographic projection; poses and shape are fitted in turn, jaw points at a fifth of
the weight; the tenth of the faces that fit worst is left out of the shape. Prints the points as in the table.

    python benchmarks/rigid_face.py --data DIR
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lamplit.faces.face_model import load_face_model
from results import parse_data

FACES, ROUNDS, TURNS = 8000, 25, 30
OUTER_CORNERS = 89.5
"""Millimetres from outer to outer corner of the eyes: a usual size of adults."""
# Rough depths, in shares of the picture, for the first poses: which way round is all that they have to say.
DEPTHS = {
    (0, 16): -0.35, (1, 2, 14, 15): -0.3, (3, 13): -0.22, (4, 12): -0.15, (5, 11): -0.08, (36, 45): -0.06,
    (27,): 0.02, (28,): 0.08, (29,): 0.14, (30,): 0.2, (31, 32, 33, 34, 35): 0.09, tuple(range(48, 68)): 0.05,
}  # fmt: skip


def read_faces(data: Path) -> np.ndarray:
    """Return centred landmarks, y up, with mirror images; shape (N, 68, 2)."""
    with np.load(data / "landmarks.npz") as marks:
        certain = marks["FER2013Train_face"] >= 0.95
        points = marks["FER2013Train_points"][certain][:FACES].astype(np.float64)
    mirrored = points[:, load_face_model().mirror] * (-1, 1) + (1, 0)
    both = np.concatenate([points, mirrored]) * (1, -1)
    return both - both.mean(axis=1, keepdims=True)


def poses(faces: np.ndarray, shape: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotations (N, 3, 3) and scales (N,) that bring a centred shape next to centred faces."""
    linear = np.linalg.pinv(shape * np.sqrt(weights)[:, None]) @ (
        faces * np.sqrt(weights)[:, None]
    )  # (N, 3, 2)
    left, stretch, right = np.linalg.svd(linear.transpose(0, 2, 1), full_matrices=False)
    rows, scales = left @ right, stretch.mean(axis=1)
    for _ in range(TURNS):  # fill in the depths that the pose says, then fit the pose in three dimensions
        third = np.cross(rows[:, 0], rows[:, 1])
        solid = np.concatenate([faces, (scales[:, None] * (third @ shape.T))[..., None]], axis=2)
        moment = (solid * weights[:, None]).transpose(0, 2, 1) @ shape  # (N, 3, 3)
        left, _, right = np.linalg.svd(moment)
        left[:, :, 2] *= np.sign(np.linalg.det(left @ right))[:, None]
        whole = left @ right
        scales = np.einsum("nij,nij->n", moment, whole) / (weights @ (shape**2).sum(axis=1))
        rows = whole[:, :2]
    return whole, scales


def main() -> None:
    data = parse_data(__doc__)
    faces, mirror = read_faces(data), load_face_model().mirror
    weights = np.where(np.arange(68) < 17, 0.2, 1.0)
    faces = faces - (faces * weights[:, None]).sum(axis=1, keepdims=True) / weights.sum()
    shape = np.column_stack([faces.mean(axis=0), np.zeros(68)])
    for numbers, depth in DEPTHS.items():
        shape[list(numbers), 2] = depth
    for _ in range(ROUNDS):
        shape = shape - weights @ shape / weights.sum()
        rotations, scales = poses(faces, shape, weights)
        off = faces - scales[:, None, None] * (shape @ rotations[:, :2].transpose(0, 2, 1))
        left = ((off**2).sum(axis=2) @ weights) / scales**2
        good = left < np.quantile(left, 0.9)
        seen = (faces[good] / scales[good, None, None]).transpose(0, 2, 1).reshape(-1, 68)
        fitted = np.linalg.lstsq(rotations[good, :2].reshape(-1, 3), seen, rcond=None)[0].T  # (68, 3)
        shape = (fitted + fitted[mirror] * (-1, 1, 1)) / 2
    shape -= (shape[36:42].mean(axis=0) + shape[42:48].mean(axis=0)) / 2
    shape *= OUTER_CORNERS / np.linalg.norm(shape[45] - shape[36])
    for number, point in enumerate(np.round(2 * shape) / 2 + 0.0):
        if number == mirror[number] or point[0] > 0:
            print(f"[{number}, {mirror[number]}, {', '.join(str(value) for value in point)}],")
    print("off the table at most:", np.abs(shape - load_face_model().points).max().round(2), "mm")


if __name__ == "__main__":
    main()
