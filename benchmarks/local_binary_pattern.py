"""How fast local binary patterns of a face of 128 x 128 are, beside scikit-image, in one run on one thread.

Both libraries take turns, round by round, so that a busy machine meets both alike; kept are the median over
rounds, the ratio within rounds, and the fastest rounds and their ratio. The last is what pages quote: on some
processors scikit-image takes ten times as long and more in some rounds, when other code has used wide vector
instructions, and medians would flatter lamplit. Before anything is timed, every pixel of both is compared.
"like scikit-image" has its patterns to the last bit, edges and rounding included; "lamplit" is what lamplit
uses.

    python benchmarks/local_binary_pattern.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from skimage import feature
from skimage.transform import integral_image

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.evaluation.speed import Timing, time_in_turn
from lamplit.faces import detect_faces
from lamplit.faces.framing import crop_face
from lamplit.features import (
    local_binary_pattern,
    multi_block_local_binary_pattern,
    rotation_invariant_patterns,
    rotation_invariant_uniform_patterns,
    uniform_patterns,
)
from lamplit.imaging.colour import grey_stack_from_rgb
from lamplit.imaging.images import read_image
from results import ROOT, write_result

SIDE = 128
PHOTO = ROOT / "examples" / "eileen-collins.jpg"
BAR = 5.0
CIRCLES = ((8, 1.0), (8, 2.0), (16, 2.0), (24, 3.0))
ROUNDS, REPEATS = 101, 2  # short rounds, so that few are interrupted

METHODS: dict[str, Callable[..., AnyArray]] = {
    "default": lambda patterns, points: patterns,
    "nri_uniform": uniform_patterns,
    "uniform": rotation_invariant_uniform_patterns,
    "ror": rotation_invariant_patterns,
}
"""scikit-image's name of each method, and what makes it of patterns here."""


def face_of(path: Path) -> ByteArray:
    """Return the first face of a photo, grey."""
    photo = read_image(path)
    crop = crop_face(photo, detect_faces(photo)[0].box, size=SIDE)
    return grey_stack_from_rgb(crop[np.newaxis])[0]


def compare(face: ByteArray, points: int, radius: float, method: str) -> dict[str, Any]:
    """Compare and time one variant."""

    def ours(exactly: bool) -> AnyArray:
        patterns = local_binary_pattern(face, points=points, radius=radius, as_scikit_image=exactly)
        return METHODS[method](patterns, points=points)

    def theirs() -> AnyArray:
        return feature.local_binary_pattern(face, points, radius, method)

    expected = theirs()
    calls = (theirs, lambda: ours(False), lambda: ours(True))
    reference, plain, exact = time_in_turn(calls, rounds=ROUNDS, repeats=REPEATS)
    return {
        "points": points,
        "radius": radius,
        "method": method,
        "pixels": expected.size,
        "other_pixels_like_scikit_image": int((ours(True) != expected).sum()),
        "other_pixels_lamplit": int((ours(False) != expected).sum()),
        "scikit_image": reference.as_dict(),
        "like_scikit_image": exact.as_dict() | times_faster(exact, reference),
        "lamplit": plain.as_dict() | times_faster(plain, reference),
    }


def times_faster(ours: Timing, theirs: Timing) -> dict[str, float]:
    """Return the median ratio within rounds, and that of the fastest rounds."""
    return {
        "times_faster": round(1 / ours.ratio, 2),
        "times_faster_fastest_rounds": round(theirs.fastest / ours.fastest, 2),
    }


def multi_block(face: ByteArray, block: tuple[int, int]) -> dict[str, Any]:
    """Compare multi-block patterns of all places; scikit-image computes one place at a time."""
    total = integral_image(face)
    ours = multi_block_local_binary_pattern(face, block=block)

    def theirs() -> AnyArray:
        places = np.ndindex(ours.shape)
        codes = [feature.multiblock_lbp(total, *place, block[1], block[0]) for place in places]
        return np.reshape(codes, ours.shape)

    other = int((theirs() != ours).sum())
    calls = (theirs, lambda: multi_block_local_binary_pattern(face, block=block))
    reference, plain = time_in_turn(calls, rounds=5, repeats=1)
    return {
        "block": list(block),
        "places": ours.size,
        "other_places": other,
        "scikit_image": reference.as_dict(),
        "lamplit": plain.as_dict() | times_faster(plain, reference),
    }


def main() -> None:
    face = face_of(PHOTO)
    variants = [compare(face, points, radius, "default") for points, radius in CIRCLES]
    variants += [compare(face, 8, 1.0, method) for method in METHODS if method != "default"]
    write_result(
        "local_binary_pattern",
        {
            "picture": f"{PHOTO.name}, the face at {SIDE} x {SIDE}",
            "threads": 1,
            "rounds": ROUNDS,
            "calls_per_round": REPEATS,
            "bar": BAR,
            "variants": variants,
            "multi_block": multi_block(face, (4, 4)),
        },
    )


if __name__ == "__main__":
    main()
