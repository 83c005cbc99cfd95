"""How well light templates predict people they were built without: 38 people, 64 lights, Extended Yale B.

Root mean square error in grey levels of 255 against the real picture, over the pixels that the cropped set
has, beside the error of leaving the frontal picture as it is and of the best exposure, known from the answer.
The picture shows averages over all people, real and predicted, as no single person's picture may be shown.

    python benchmarks/relighting.py --data DIR
"""

from __future__ import annotations

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.datasets import read_yale_b
from lamplit.datasets.yale_b import YaleB
from lamplit.datasets.yale_b_framing import frame_like_ferplus
from lamplit.evaluation.relighting import leave_person_out
from lamplit.light.relighting import relight
from lamplit.light.templates import build_templates
from lamplit.report.figures import finish_figure, new_figure
from lamplit.report.relighting_plot import plot_relighting_error
from results import ROOT, parse_data, write_result

SHOWN = ((-85, 20), (-50, 0), (-20, 10), (25, 0), (50, -40), (70, 0), (0, 90), (110, 40))
"""Azimuth and elevation of the lights in the picture, in degrees."""

IMAGES = ROOT / "docs" / "images"


def averages(faces: YaleB) -> dict[tuple[int, int], tuple[FloatArray, FloatArray]]:
    """Return, for each light shown, the mean real picture and the mean prediction; both of shape (48, 48)."""
    framed = frame_like_ferplus(faces.images)
    found: dict[tuple[int, int], list[tuple[FloatArray, FloatArray]]] = {light: [] for light in SHOWN}
    for person in np.unique(faces.person):
        own = faces.person == person
        others = build_templates(framed[~own], faces.person[~own], faces.azimuth[~own], faces.elevation[~own])
        frontal = framed[own & faces.frontal][0].astype(np.float32) / 255
        for azimuth, elevation in SHOWN:
            real = framed[own & (faces.azimuth == azimuth) & (faces.elevation == elevation)]
            if len(real):
                guess = relight(frontal, float(azimuth), float(elevation), templates=others)
                found[azimuth, elevation].append((real[0].astype(np.float32) / 255, guess))
    return {light: tuple(np.mean(pairs, axis=0)) for light, pairs in found.items()}


def draw(pairs: dict[tuple[int, int], tuple[FloatArray, FloatArray]]) -> None:
    """Draw real above predicted."""
    figure = new_figure(1.35 * len(pairs), 3.2)
    axes = figure.subplots(2, len(pairs))
    for column, ((azimuth, elevation), pictures) in enumerate(pairs.items()):
        for row, (name, picture) in enumerate(zip(("real", "predicted"), pictures, strict=True)):
            axis = axes[row, column]
            axis.imshow(picture, cmap="gray", vmin=0.0, vmax=1.0)
            axis.set_xticks([])
            axis.set_yticks([])
            if row == 0:
                axis.set_title(f"{azimuth:+d}°, {elevation:+d}°", fontsize=10)
            if column == 0:
                axis.set_ylabel(name, fontsize=11)
    finish_figure(figure, IMAGES / "relighting-averages.png")


def main() -> None:
    faces = read_yale_b(parse_data(__doc__))
    draw(averages(faces))
    error = leave_person_out(faces)
    plot_relighting_error(error.as_dict(), IMAGES / "relighting-error.png")
    write_result("relighting", {"summary": error.summary(), **error.as_dict()})


if __name__ == "__main__":
    main()
