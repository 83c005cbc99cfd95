"""What selecting Haar-like features costs, and how few stumps already tell faces from other things.

162,336 features of 24 x 24 pixels, 10,000 windows: FER+ training faces, and windows at random places and of
random sizes from `no-faces.zip` (a few of its pictures do hold faces). Values are calculated for sorting,
once more for the feature that a round has selected, and never held. Held-out windows are of other training
faces and other pictures. Draws the error by round, and the first features on the average face.

    python benchmarks/feature_selection.py --data DIR
"""

from __future__ import annotations

import resource
import zipfile
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from lamplit.boosting import StumpRound, select_stumps, sort_features
from lamplit.boosting.sorting import CalculatedSource
from lamplit.datasets.ferplus import read_ferplus
from lamplit.features import UPRIGHT_FAMILIES, HaarFeatures, HaarWindows, haar_like_features, haar_windows
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import resize_faces
from lamplit.imaging.images import read_image
from lamplit.light import stretch_to_bytes
from lamplit.report.boosting_plot import plot_boosting_errors
from lamplit.report.haar_drawing import draw_haar_features
from results import ROOT, data_parser, write_result

SIDE = 24
SHOWN = 5
STEPS = (1, 2, 5, 10, 20, 50, 100, 200)
IMAGES = ROOT / "docs" / "images"


def face_windows(data: Path, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n faces to learn from and n to hold out, (n, 24, 24) each."""
    images = read_ferplus(data, "training").images
    drawn = np.random.default_rng(0).permutation(len(images))[: 2 * n]
    faces = resize_faces(images[drawn], SIDE)
    return faces[:n], faces[n:]


def other_windows(data: Path, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n windows of other things to learn from, and n of other pictures to hold out."""
    with zipfile.ZipFile(data / "no-faces.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
        pictures = [grey_from_rgb(read_image(archive.read(name))) for name in names]
    rng = np.random.default_rng(1)
    return tuple(  # type: ignore[return-value]
        np.stack([some_window(half[number % len(half)], rng) for number in range(n)])
        for half in (pictures[::2], pictures[1::2])
    )


def some_window(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a square at a random place and of a random size, (24, 24)."""
    most = min(picture.shape)
    side = int(np.exp(rng.uniform(np.log(SIDE), np.log(most))))
    top, left = (int(rng.integers(0, size - side + 1)) for size in picture.shape)
    square = picture[top : top + side, left : left + side]
    return resize_faces(np.ascontiguousarray(square)[np.newaxis], SIDE)[0]


def memory_mb() -> float:
    """Return the most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def errors(
    windows: HaarWindows, faces: np.ndarray, features: HaarFeatures, rounds: list[StumpRound]
) -> list[float]:
    """Return the share of wrong answers on other windows after each round."""
    columns = windows.values(features[np.array([r.stump.feature for r in rounds])])
    scores = np.cumsum([r.stump.answers(column) for r, column in zip(rounds, columns.T, strict=True)], axis=0)
    return [float(np.mean((row > 0) != faces)) for row in scores]


def main() -> None:
    parser = data_parser(__doc__)
    parser.add_argument("--windows", type=int, default=10_000, help="half of them faces")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--step", type=int, default=1, help="of places and sizes; 1 for all features")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pictures", type=Path, default=IMAGES, help="folder for the two pictures")
    given = parser.parse_args()
    half = given.windows // 2
    (faces, held_faces), (others, held_others) = (
        face_windows(given.data, half),
        other_windows(given.data, half),
    )
    is_face = np.arange(2 * half) < half
    features = haar_like_features(SIDE, families=UPRIGHT_FAMILIES, step=given.step)
    ready = haar_windows(np.concatenate([faces, others]), tilted=False)
    before, wall, processor = memory_mb(), perf_counter(), process_time()
    source = CalculatedSource(
        (len(ready), len(features)), lambda start, stop: ready.values(features[start:stop])
    )
    ordered = sort_features(source, n_jobs=given.threads)
    sorting = {"wall_s": perf_counter() - wall, "processor_s": process_time() - processor}
    wall, processor = perf_counter(), process_time()
    rounds = list(islice(select_stumps(ordered, is_face), given.rounds))
    a_round = {
        "wall_s": (perf_counter() - wall) / len(rounds),
        "processor_s": (process_time() - processor) / len(rounds),
    }
    held_out = haar_windows(np.concatenate([held_faces, held_others]), tilted=False)
    training = [float(np.mean((r.scores > 0) != is_face)) for r in rounds]
    validation = errors(held_out, is_face, features, rounds)
    first = features[np.array([r.stump.feature for r in rounds[:SHOWN]])]
    title = f"{half:,} FER+ faces, {half:,} other windows; gentle stumps"
    plot_boosting_errors(training, validation, given.pictures / "boosting-errors.png", title=title)
    average = stretch_to_bytes(faces.mean(axis=0, dtype=np.float32))
    draw_haar_features(average, first, given.pictures / "boosting-first-features.png")
    figures: dict[str, Any] = {
        "features": len(features),
        "windows": len(ready),
        "threads": given.threads,
        "order_mb": round(ordered.order.nbytes / 2**20, 1),
        "values_in_float32_mb": round(len(features) * len(ready) * 4 / 2**20, 1),
        "memory_before_mb": round(before, 1),
        "peak_memory_mb": round(memory_mb(), 1),
        "values_and_sorting": {name: round(value, 2) for name, value in sorting.items()},
        "a_round": {name: round(value, 3) for name, value in a_round.items()},
        "errors": [
            {"rounds": n, "training": round(training[n - 1], 4), "validation": round(validation[n - 1], 4)}
            for n in STEPS
            if n <= len(rounds)
        ],
    }
    write_result("feature_selection", figures)


if __name__ == "__main__":
    main()
