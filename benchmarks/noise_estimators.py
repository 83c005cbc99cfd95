"""How well three estimators tell the noise of faces from their texture.

Noise of known strength is added to 600 FER+ training faces and to 200 nearly frontally lit faces of Extended
Yale B, after their contrast was cut to 80 % so that nothing is clipped; what comes out is the median estimate
over the faces, in levels of 255. Pictures have noise and texture of their own, so that no estimate is 0.

    python benchmarks/noise_estimators.py --data DIR
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.datasets import read_ferplus, read_yale_b
from lamplit.light.noise import noise_sigma
from results import parse_data, write_result

SEED = 0
STRENGTHS = (0, 1, 2, 4, 8, 16)
MEDIAN_OF_NORMAL = 0.6744897501960817


def haar_median(grey: ByteArray) -> float:
    """Take the median of the finest diagonal Haar coefficients (Donoho and Johnstone 1994)."""
    height, width = (side // 2 * 2 for side in grey.shape)
    across = np.diff(grey[:height, :width].astype(np.int16), axis=1)[:, ::2]
    diagonal = np.diff(across, axis=0)[::2]
    return float(np.median(np.abs(diagonal))) / (2 * MEDIAN_OF_NORMAL)


def mask_mean(grey: ByteArray) -> float:
    """Take the mean response of the difference of two Laplacians (Immerkaer 1996)."""
    response = np.diff(np.diff(grey.astype(np.int16), 2, axis=0), 2, axis=1)
    return float(np.sqrt(np.pi / 2) * np.abs(response).mean() / 6)


def mask_median(grey: ByteArray) -> float:
    """Take lamplit's estimate."""
    return 255 * noise_sigma(grey)


ESTIMATORS: dict[str, Callable[[ByteArray], float]] = {
    "haar_median": haar_median,
    "mask_mean": mask_mean,
    "mask_median": mask_median,
}


def estimates(faces: AnyArray) -> dict[str, dict[str, float]]:
    """Return the median estimate of each estimator for each strength."""
    random = np.random.default_rng(SEED)
    rows = {}
    for strength in STRENGTHS:
        noisy = 0.8 * faces + 20 + random.normal(0, strength, faces.shape)
        levels = np.rint(noisy).clip(0, 255).astype(np.uint8)
        rows[str(strength)] = {
            name: round(float(np.median([estimate(face) for face in levels])), 2)
            for name, estimate in ESTIMATORS.items()
        }
    return rows


def main() -> None:
    data = parse_data(__doc__)
    ferplus, yale = read_ferplus(data, "training"), read_yale_b(data)
    chosen = np.random.default_rng(SEED).choice(len(ferplus), 600, replace=False)
    frontal = np.flatnonzero((np.abs(yale.azimuth) <= 12) & (np.abs(yale.elevation) <= 12))[:200]
    figures = {
        "seed": SEED,
        "ferplus": estimates(ferplus.images[chosen]),
        "yale_b": estimates(yale.images[frontal]),
    }
    write_result("noise_estimators", figures)


if __name__ == "__main__":
    main()
