"""People's own pictures, made up: crops whose bright side is their label, of several people."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.imaging.images import write_image

LABELS = ("down", "left", "up")
PEOPLE = ("Ann", "Bob", "Cem", "Dora", "Eve", "Finn")


def picture(label: str, number: int, *, side: int = 48) -> ByteArray:
    """Noise around a grey level of the picture's own, with a bright half."""
    rng = np.random.default_rng([LABELS.index(label), number])
    pixels = rng.integers(0, 50, (side, side)) + rng.integers(20, 120)
    half = slice(side // 2)
    where = {"down": (slice(side // 2, None),), "left": (slice(None), half), "up": (half,)}[label]
    pixels[where] += 60
    return pixels.astype(np.uint8)


def write_folder(folder: Path, *, each: int = 12) -> Path:
    """Write a folder per label."""
    for label in LABELS:
        for number in range(each):
            write_image(folder / label / f"{number}.png", picture(label, number))
    return folder


def write_table(folder: Path, *, each: int = 12, split: bool = False) -> Path:
    """Write the same pictures, with a CSV that says who they show and, if wanted, their split."""
    write_folder(folder, each=each)
    with (folder / "faces.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "person", *(["split"] if split else [])])
        for label in LABELS:
            for number in range(each):
                part = ["later" if number % 4 == 0 else "first"] if split else []
                person = PEOPLE[number % len(PEOPLE)]
                rows.writerow([f"{label}/{number}.png", label, person, *part])
    return folder / "faces.csv"
