"""FER+ in its official layout, made of pictures and votes that a test thinks up."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from lamplit.core.arrays import ByteArray
from lamplit.datasets.ferplus import SPLITS, VOTES_FILE, VOTES_HEADER
from lamplit.imaging.images import write_image

Voted = tuple[ByteArray, list[int]]


def votes_for(expression: int) -> list[int]:
    """Eight of ten people see one expression, the other two do not know."""
    return [8 if k == expression else 0 for k in range(8)] + [2, 0]


def stripes(n: int, rng: np.random.Generator) -> Iterable[Voted]:
    """A bright stripe whose place is the expression."""
    for number in range(n):
        picture = rng.integers(0, 90, (48, 48), dtype=np.uint8)
        picture[6 * (number % 8) : 6 * (number % 8) + 6] += 150
        yield picture, votes_for(number % 8)


def blobs(n: int, rng: np.random.Generator) -> Iterable[Voted]:
    """Squares of chance, each picture with the votes for one expression."""
    for number in range(n):
        coarse = rng.integers(0, 256, (6, 6), dtype=np.uint8)
        yield coarse.repeat(8, axis=0).repeat(8, axis=1), votes_for(number % 8)


def write_ferplus(folder: Path, splits: Mapping[str, Iterable[Voted]]) -> Path:
    """Write pictures as training0.png, training1.png, ... and all votes."""
    with (folder / VOTES_FILE).open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(VOTES_HEADER)
        for split, pictures in splits.items():
            usage, place = SPLITS[split]
            for number, (picture, votes) in enumerate(pictures):
                write_image(folder / place / f"{split}{number}.png", picture)
                table.writerow([usage, f"{split}{number}.png", *votes])
    return folder
