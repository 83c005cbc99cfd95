"""How exact head poses are: on projections of the rigid face, beside OpenCV's solvePnP, and on real faces.

Projections: yaw -60 to 60, pitch -40 to 40, roll -45 to 45 degrees, eyes 100 pixels apart, normal noise of 0,
1 and 3 pixels on every coordinate, a camera at several distances. `estimate_head_pose` takes the face to be a
metre away; `solvePnP` is given the focal length of a lens of 60 degrees, as is usual where it is not known,
and the middle of the picture, where the face is. Real faces: validation faces of FER+, and mirrored ones.

    python benchmarks/head_pose.py --data DIR
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.head_pose import angles_from_rotation, rotation_from_angles
from lamplit.faces.face_model import load_face_model, mirrored_points
from lamplit.faces.head_pose import Placement, estimate_head_pose, project
from results import parse_data, write_result

GRID = list(itertools.product(range(-60, 61, 20), range(-40, 41, 20), range(-45, 46, 15)))
MIDDLE = np.array([640.0, 360.0])
FOCAL = 1280 / (2 * np.tan(np.radians(30)))
FLIP = np.diag([1.0, -1.0, -1.0])
Pose = tuple[float, float, float]


def by_lamplit(points: np.ndarray) -> Pose:
    pose = estimate_head_pose(points)
    return pose.yaw, pose.pitch, pose.roll


def by_solvepnp(points: np.ndarray) -> Pose:
    lens = np.array([[FOCAL, 0, MIDDLE[0]], [0, FOCAL, MIDDLE[1]], [0, 0, 1]])
    model = load_face_model().points @ FLIP
    _, turn, _ = cv2.solvePnP(model, points, lens, None, flags=cv2.SOLVEPNP_SQPNP)
    return angles_from_rotation(FLIP @ cv2.Rodrigues(turn)[0] @ FLIP)


def errors(fit: Callable[[np.ndarray], Pose], *, distance: float, noise: float) -> dict[str, float]:
    """Return mean and largest error in degrees over the grid."""
    rng = np.random.default_rng(0)
    off = []
    for angles in GRID:
        place = Placement(rotation_from_angles(*angles), 100 / 63, MIDDLE)
        points = project(place, distance=distance) + rng.normal(0, noise, (68, 2))
        off.append(np.abs((np.array(fit(points)) - angles + 180) % 360 - 180))
    mean = dict(zip(("yaw", "pitch", "roll"), np.mean(off, axis=0).round(2).tolist(), strict=True))
    return mean | {"worst": round(float(np.max(off)), 2)}


def real_faces(data: Path) -> dict[str, float]:
    """Return medians and spreads over validation faces, and how far mirror images are from mirrored poses."""
    with np.load(data / "landmarks.npz") as marks:
        certain = marks["FER2013Valid_face"] >= 0.95
        faces = 48 * marks["FER2013Valid_points"][certain].astype(np.float64)
    poses = [estimate_head_pose(face) for face in faces]
    angles = np.array([[pose.yaw, pose.pitch, pose.roll] for pose in poses])
    mirrored = np.array([by_lamplit(mirrored_points(face, 48.0)) for face in faces[:500]])
    figures: dict[str, float] = {"faces": len(faces)}
    for name, column in zip(("yaw", "pitch", "roll"), angles.T, strict=True):
        figures |= {f"{name}_median": float(np.median(column)), f"{name}_sd": float(column.std())}
    figures["residual_median"] = float(np.median([pose.residual for pose in poses]))
    figures["mirrored_off_most"] = float(np.abs(mirrored * (-1, 1, -1) - angles[:500]).max())
    return {name: round(value, 3) for name, value in figures.items()}


def main() -> None:
    data = parse_data(__doc__)
    rows = [
        {"fit": fit.__name__, "distance_mm": distance, "noise_px": noise}
        | errors(fit, distance=distance, noise=noise)
        for fit in (by_lamplit, by_solvepnp)
        for distance, noise in ((1000, 0), (1000, 1), (1000, 3), (400, 1), (600, 1), (2000, 1))
    ]
    write_result("head_pose", {"projections": rows, "real_faces": real_faces(data)})


if __name__ == "__main__":
    main()
