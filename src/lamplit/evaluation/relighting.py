"""Proof of the light templates: how well they predict people they were built without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray, IntArray
from lamplit.core.errors import DatasetError
from lamplit.datasets.yale_b import YaleB, angle_from_axis
from lamplit.datasets.yale_b_framing import frame_like_ferplus, pixels_inside
from lamplit.light.relighting import relight
from lamplit.light.templates import build_templates


@dataclass(frozen=True, slots=True, eq=False)
class RelightingError:
    """Errors for each light, over people, in grey levels of 255.

    Parameters
    ----------
    azimuth, elevation : ndarray of shape (L,), float32
        The lights, in degrees.
    relit : ndarray of shape (L,), float32
        Root of the mean squared difference between the relit frontal picture and the real picture.
    nothing : ndarray of shape (L,), float32
        The same for the frontal picture as it is.
    exposed : ndarray of shape (L,), float32
        The same for the frontal picture times the one factor that fits the real picture best: what a mere
        change of exposure, known from the answer, would reach.
    people : int
        How many people were left out in turn.
    """

    azimuth: FloatArray
    elevation: FloatArray
    relit: FloatArray
    nothing: FloatArray
    exposed: FloatArray
    people: int

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain types."""
        angle = angle_from_axis(self.azimuth, self.elevation)
        columns = {
            "azimuth": self.azimuth,
            "elevation": self.elevation,
            "angle": angle,
            "relit": self.relit,
            "nothing": self.nothing,
            "exposed": self.exposed,
        }
        rows = [
            {name: round(float(value), 3) for name, value in zip(columns, row, strict=True)}
            for row in zip(*columns.values(), strict=True)
        ]
        return {"people": self.people, "unit": "grey levels of 255, root mean square", "lights": rows}

    def summary(self) -> dict[str, Any]:
        """Return the means over all lights but the frontal one, as they stand on the card."""
        moved = (self.azimuth != 0) | (self.elevation != 0)
        return {
            "dataset": "Extended Yale B, cropped",
            "protocol": f"each of {self.people} people predicted by templates of the others, RMS grey levels",
            "lights": int(moved.sum()),
            "relit": round(float(self.relit[moved].mean()), 2),
            "nothing": round(float(self.nothing[moved].mean()), 2),
            "exposed": round(float(self.exposed[moved].mean()), 2),
            "lights_better_than_nothing": int((self.relit[moved] < self.nothing[moved]).sum()),
            "lights_better_than_exposed": int((self.relit[moved] < self.exposed[moved]).sum()),
        }


def leave_person_out(faces: YaleB, *, on_person: Callable[[int, int], None] | None = None) -> RelightingError:
    """Predict each person's pictures from their frontal one, with templates of everybody else.

    Parameters
    ----------
    faces : YaleB
        Faces of at least two people, each with a frontally lit picture.
    on_person : callable, optional
        Told (people done, people in all).

    Returns
    -------
    RelightingError
        Root mean square over people and over the pixels that the cropped set has (not those that the framing
        repeats beyond its edge).

    Raises
    ------
    DatasetError
        If a person has no frontally lit picture, or there are fewer than two people.
    """
    people = _people_with_frontal(faces)
    framed = frame_like_ferplus(faces.images)
    known = pixels_inside()
    lights = np.unique(np.stack([faces.azimuth, faces.elevation], axis=1), axis=0)
    squares: dict[tuple[float, float], list[AnyArray]] = {tuple(light): [] for light in lights.tolist()}
    for number, person in enumerate(people):
        own = faces.person == person
        others = build_templates(framed[~own], faces.person[~own], faces.azimuth[~own], faces.elevation[~own])
        frontal = framed[own & faces.frontal][0].astype(np.float32) / 255
        for real, azimuth, elevation in zip(
            framed[own], faces.azimuth[own], faces.elevation[own], strict=True
        ):
            relit = relight(frontal, float(azimuth), float(elevation), templates=others)
            squares[float(azimuth), float(elevation)].append(_errors(frontal, relit, real / 255.0, known))
        if on_person is not None:
            on_person(number + 1, len(people))
    mean = np.sqrt([np.mean(squares[tuple(light)], axis=0) for light in lights.tolist()]) * 255  # (L, 3)
    relit_error, nothing, exposed = mean.T.astype(np.float32)
    return RelightingError(
        lights[:, 0].astype(np.float32),
        lights[:, 1].astype(np.float32),
        relit_error,
        nothing,
        exposed,
        len(people),
    )


def _people_with_frontal(faces: YaleB) -> IntArray:
    """Return the people's numbers, or refuse where one could not be predicted."""
    people = np.unique(faces.person)
    if len(people) < 2:
        raise DatasetError("the faces", "at least two people", f"{len(people)}")
    for number in np.setdiff1d(people, faces.person[faces.frontal]):
        raise DatasetError(f"person {number}", "a picture with the light at the camera", "none")
    return people


def _errors(frontal: FloatArray, relit: FloatArray, real: AnyArray, known: AnyArray) -> AnyArray:
    """Return the mean squared errors of the relit, the unchanged and the best exposed picture; shape (3,)."""
    before, after, truth = frontal[known], relit[known], real[known]
    factor = (before @ truth) / (before @ before)
    return np.array([np.mean((guess - truth) ** 2) for guess in (after, before, factor * before)])
