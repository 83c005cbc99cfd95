"""A small photo-like picture and its encodings, made afresh in every run."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image


@pytest.fixture(scope="session")
def photo() -> NDArray[np.uint8]:
    """Shape (40, 56, 3): two ramps and a texture, all different along both axes."""
    rows, columns = np.mgrid[:40, :56]
    texture = 128 + 100 * np.sin(columns / 5) * np.cos(rows / 7)
    noise = np.random.default_rng(0).normal(0, 6, (40, 56, 3))
    pixels = np.stack([columns * 4.5, rows * 6.3, texture], axis=2) + noise
    return pixels.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    def encoded(image: Image.Image | NDArray[np.generic], kind: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(buffer, kind, **options)
        return buffer.getvalue()

    return encoded
