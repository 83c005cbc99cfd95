"""Draw points and poses on the sample face, turned in five ways: the picture of docs/face-geometry.md.

The 68 points in `eileen-collins-points.csv` were placed by hand. The turned faces are no photos: the points
are moved as lamplit's rigid model moves, and the pixels between them follow like a thin plate.

python examples/head_pose.py docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.head_pose import rotation_from_angles
from lamplit.core.values import Box, Face
from lamplit.faces.alignment import align_face, warp_face
from lamplit.faces.face_model import load_face_model
from lamplit.faces.head_pose import USUAL_DISTANCE, Placement, estimate_head_pose, project
from lamplit.faces.similarity import apply_transform
from lamplit.imaging.images import read_image, write_image
from lamplit.light import measure
from lamplit.report.geometry_drawing import draw_geometry

HERE = Path(__file__).parent
SIDE = 300


def sample_points() -> AnyArray:
    """Return the landmarks of the sample photo, shape (68, 2), in pixels."""
    rows = np.loadtxt(HERE / "eileen-collins-points.csv", delimiter=",", skiprows=1)
    return rows[:, 1:]


def posed(picture: ByteArray, points: AnyArray) -> Face:
    """Return a face with its landmarks and its pose; nothing else of it is asked for."""
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return Face(
        box=Box(x1, y1, x2, y2),
        score=1.0,
        labels=("face",),
        distribution=(1.0,),
        light=measure(picture),
        landmarks=points.astype(np.float32),
        pose=estimate_head_pose(points),
    )


def turned(
    picture: ByteArray, points: AnyArray, change: tuple[float, float, float]
) -> tuple[ByteArray, AnyArray]:
    """Turn the face by yaw, pitch and roll in degrees; return the picture and where its points go."""
    pose = estimate_head_pose(points)
    angles = np.array([pose.yaw, pose.pitch, pose.roll])
    right, left = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    scale = float(np.hypot(*(left - right))) / load_face_model().eye_distance
    before, after = (
        project(Placement(rotation_from_angles(*turn), scale, (right + left) / 2), distance=USUAL_DISTANCE)
        for turn in (angles, angles + change)
    )
    moved = points + after - before
    height, width = picture.shape[:2]
    rim = [(x, y) for x in np.linspace(0, width, 9) for y in np.linspace(0, height, 9)]
    far = np.array([place for place in rim if np.hypot(*(place - points[30])) > 2.6 * scale * 63])
    back = smooth_field(
        np.vstack([moved, far]), np.vstack([points - moved, np.zeros_like(far)]), (height, width)
    )
    rows, columns = np.indices((height, width), dtype=np.float32)
    warped = cv2.remap(picture, columns + back[..., 0], rows + back[..., 1], cv2.INTER_CUBIC)
    return warped, moved


def smooth_field(places: AnyArray, values: AnyArray, shape: tuple[int, int]) -> AnyArray:
    """Spread values (N, 2) at places (N, 2) over a picture, as a thin plate bends (Bookstein 1989)."""

    def bending(squared: AnyArray) -> AnyArray:
        return squared * np.log(np.maximum(squared, 1e-9))

    n = len(places)
    plane = np.column_stack([np.ones(n), places])
    bent = bending(((places[:, None] - places[None]) ** 2).sum(axis=2)) + 200.0 * np.eye(n)  # gives a little
    whole = np.block([[bent, plane], [plane.T, np.zeros((3, 3))]])
    weights = np.linalg.solve(whole, np.vstack([values, np.zeros((3, 2))]))
    rows, columns = np.indices(shape) + 0.5
    grid = np.column_stack([columns.ravel(), rows.ravel()])
    field = np.column_stack([np.ones(len(grid)), grid]) @ weights[n:]
    for place, weight in zip(places, weights[:n], strict=True):
        field += bending(((grid - place) ** 2).sum(axis=1))[:, None] * weight
    return field.reshape(*shape, 2).astype(np.float32)


def panel(picture: ByteArray, points: AnyArray) -> ByteArray:
    """Return a face with points and arrows, its angles, and below it the same face aligned."""
    around = cut_around(points)
    large = apply_transform(around, points)
    face = posed(picture, large)
    above = draw_geometry(warp_face(picture, around, size=SIDE), [face], legend=False)
    words = np.full((34, SIDE, 3), 255, np.uint8)
    pose = estimate_head_pose(points)
    text = f"yaw {pose.yaw:+.0f}  pitch {pose.pitch:+.0f}  roll {pose.roll:+.0f}"
    cv2.putText(words, text, (8, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (30, 30, 30), 1, cv2.LINE_AA)
    return np.vstack([above, words, align_face(picture, points, size=SIDE)])


def cut_around(points: AnyArray) -> AnyArray:
    """Return the transform to a square around the face, which leaves its tilt as it is."""
    middle, side = points.mean(axis=0), 2.1 * np.ptp(points[:, 1])
    scale = SIDE / side
    return np.column_stack([scale * np.eye(2), SIDE / 2 - scale * middle])


def main() -> None:
    """Write the picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("results")
    photo, points = read_image(HERE / "eileen-collins.jpg")[:260, 80:380], sample_points() - (80, 0)
    photo = cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    points = 2 * points
    changes = [(0, 0, 0), (14, 0, 0), (-14, 0, 0), (0, 12, 0), (0, 0, -20)]
    panels = [panel(*turned(photo, points, change)) for change in changes]
    gap = np.full((len(panels[0]), 6, 3), 255, np.uint8)
    sheet = np.hstack([part for one in panels for part in (one, gap)][:-1])
    write_image(folder / "head-pose.jpg", sheet, quality=88)


if __name__ == "__main__":
    main()
