"""Small data sets on disk: files by name, in a folder or a zip."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

Files = dict[str, bytes]

BROKEN = b"no picture at all"


def grey(value: int, *, height: int = 6, width: int = 8) -> np.ndarray:
    return np.full((height, width), value, np.uint8)


def picture(value: int | np.ndarray, form: str = "png") -> bytes:
    """A picture of one grey, or of these pixels."""
    content = io.BytesIO()
    Image.fromarray(grey(value) if isinstance(value, int) else value).save(content, format=form)
    return content.getvalue()


def in_folder(files: Files, place: Path) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def in_zip(files: Files, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return place


def values(images: tuple[np.ndarray, ...]) -> list[int]:
    """The grey of each picture, which tells them apart."""
    return [int(image.flat[0]) for image in images]
