"""The picture of docs/light-normalisation.md: one face under four lights, after every normalisation.

The face is the one in examples/; its light is changed by lamplit's own functions, so no picture of a data set
is shown. Each result is stretched for viewing, those in [0, 1] are shown as they are.

    python benchmarks/normalisation_pictures.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lamplit.core.values import Box
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.geometry import crop_square
from lamplit.imaging.images import read_image
from lamplit.light import expose, stretch_to_bytes, tone_curve
from lamplit.light.darkness import night
from lamplit.light.normalization_chain import Chain, standard_chains
from results import ROOT

PICTURE = ROOT / "docs" / "images" / "light-normalisation.jpg"
FACE = Box(165, 55, 285, 175)
WIDTH, HEIGHT = 168, 192
SHOWN = (98, 112)
LABEL, GAP, HEAD = 168, 4, 22

AS_THEY_ARE = {
    "none", "adaptive-gamma", "clahe", "denoise", "histogram-equalisation", "logarithm", "noise-aware",
}  # fmt: skip


def side_light(x: np.ndarray) -> np.ndarray:
    """Return light from one side: falling off smoothly to a fortieth across the face."""
    across = 1 / (1 + np.exp(-(np.linspace(0, 1, x.shape[1]) - 0.55) * 9))
    return expose(x, (0.025 + 0.975 * across).astype(np.float32))


def at_night(x: np.ndarray) -> np.ndarray:
    """Return 12 % of full scale with 24 electrons in a white pixel."""
    random = np.random.default_rng(0)
    return night(x, (random.random(x.shape), random.standard_normal(x.shape)), photons=24.0, gain=0.12)


LIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "good light": lambda x: x,
    "dark tones": lambda x: tone_curve(x, 3.0),
    "side light": side_light,
    "night": at_night,
}


def faces() -> list[np.ndarray]:
    """Return the face under each light, in bytes as a file has it."""
    photo = grey_from_rgb(read_image(ROOT / "examples" / "eileen-collins.jpg"))
    square = crop_square(photo, FACE, 256)
    x = cv2.resize(square, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    return [np.rint(255 * change(x)).clip(0, 255).astype(np.uint8) for change in LIGHTS.values()]


def shown(chain: Chain, face: np.ndarray) -> Image.Image:
    """Return one normalised face at the size of the figure."""
    values = chain.apply(face)
    grey = np.rint(255 * values).astype(np.uint8) if chain.name in AS_THEY_ARE else stretch_to_bytes(values)
    return Image.fromarray(grey).resize(SHOWN, Image.Resampling.LANCZOS)


def block(chains: list[Chain]) -> Image.Image:
    """Return a part of the figure: a row for each chain, a column for each light."""
    width = LABEL + len(LIGHTS) * (SHOWN[0] + GAP)
    part = Image.new("L", (width, HEAD + len(chains) * (SHOWN[1] + GAP)), 255)
    draw, font = ImageDraw.Draw(part), ImageFont.load_default(size=14)
    for column, light in enumerate(LIGHTS):
        draw.text((LABEL + column * (SHOWN[0] + GAP), 2), light, fill=0, font=font)
    for row, chain in enumerate(chains):
        top = HEAD + row * (SHOWN[1] + GAP)
        draw.multiline_text((4, top + 40), chain.name.replace(", ", ",\n"), fill=0, font=font)
        for column, face in enumerate(faces()):
            part.paste(shown(chain, face), (LABEL + column * (SHOWN[0] + GAP), top))
    return part


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    chains = list(standard_chains())
    half = (len(chains) + 1) // 2
    left, right = block(chains[:half]), block(chains[half:])
    figure = Image.new("L", (left.width + 16 + right.width, left.height), 255)
    figure.paste(left, (0, 0))
    figure.paste(right, (left.width + 16, 0))
    figure.save(PICTURE, quality=85, optimize=True)
    print(f"wrote {PICTURE.relative_to(ROOT)}, {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
