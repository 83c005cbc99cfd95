"""Extended Yale B, cropped: 38 people under 64 lights each.

Georghiades, Belhumeur, Kriegman (2001), doi:10.1109/34.927464, took ten people; Lee, Ho, Kriegman (2005),
doi:10.1109/TPAMI.2005.92, added 28 and cut all faces out at 168 x 192 pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.errors import DatasetError
from lamplit.datasets.archive import Archive
from lamplit.datasets.pictures import decode_grey

SOURCE = "Extended Yale B, cropped (Georghiades et al. 2001; Lee et al. 2005)"
TERMS = "free for research; the database is to be acknowledged and both papers to be cited"
"""What cards say of this data set."""

ZIP_FILE = "CroppedYale.zip"
HEIGHT, WIDTH = 192, 168

SUBSET_ANGLES = (12.0, 25.0, 50.0, 77.0)
"""Largest angle between light and camera axis of subsets 1 to 4, in degrees; what lies beyond is subset 5."""

_ROUNDING = 1.5
"""Names give angles in steps of 5 degrees. With this slack the subsets have the 7, 12, 12, 14 and 19 lights
of Lee et al. (2005): two lights at 51.1 degrees by their names belong to subset 3. No other light is that
near."""

_PICTURE = re.compile(r"(?:^|/)yaleB(\d\d)_P00A([+-]\d{3})E([+-]\d\d)\.pgm(\.bad)?$")


@dataclass(frozen=True, slots=True)
class YaleB:
    """Faces of the cropped set, in the order of person, azimuth, elevation.

    Parameters
    ----------
    images : ndarray of shape (N, 192, 168), uint8
        Grey pictures.
    person : ndarray of shape (N,), int64
        Number of the person, 1 to 39 (nobody has 14).
    azimuth : ndarray of shape (N,), float32
        Where the light stands, in degrees from the camera axis as the file's name has it: positive to the
        subject's right, which is the left of the picture.
    elevation : ndarray of shape (N,), float32
        Degrees above the camera axis.
    bad : tuple of str
        Names of the damaged pictures that the original marks with `.bad`; they are not among the faces.
    """

    images: ByteArray
    person: IntArray
    azimuth: FloatArray
    elevation: FloatArray
    bad: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    @property
    def angle(self) -> FloatArray:
        """Angle between light and camera axis, in degrees; shape (N,)."""
        return angle_from_axis(self.azimuth, self.elevation)

    @property
    def subset(self) -> IntArray:
        """Subset 1 to 5 by angle; shape (N,)."""
        limits = np.array(SUBSET_ANGLES) + _ROUNDING
        return np.searchsorted(limits, self.angle).astype(np.int64) + 1

    @property
    def frontal(self) -> AnyArray:
        """Which faces have the light at the camera, A+000E+00; shape (N,), bool."""
        frontal: AnyArray = (self.azimuth == 0) & (self.elevation == 0)
        return frontal

    def choose(self, chosen: AnyArray) -> YaleB:
        """Return some of the faces.

        Parameters
        ----------
        chosen : ndarray of shape (N,) bool, or of shape (M,) int
            Which faces.

        Returns
        -------
        YaleB
            Those faces.

        Raises
        ------
        IndexError
            If an index is out of range.
        """
        return replace(
            self,
            images=self.images[chosen],
            person=self.person[chosen],
            azimuth=self.azimuth[chosen],
            elevation=self.elevation[chosen],
        )


def angle_from_axis(azimuth: AnyArray, elevation: AnyArray) -> FloatArray:
    """Return the angle between a light and the camera axis.

    Parameters
    ----------
    azimuth, elevation : array_like
        Where the light stands, in degrees.

    Returns
    -------
    ndarray, float32
        Degrees, from 0 to 180.

    Notes
    -----
    cos(angle) = cos(azimuth) cos(elevation).

    Examples
    --------
    >>> angle_from_axis(np.array([0.0, 90.0]), np.array([45.0, 0.0])).tolist()
    [45.0, 90.0]
    """
    cosine = np.cos(np.radians(azimuth)) * np.cos(np.radians(elevation))
    degrees: FloatArray = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).astype(np.float32)
    return degrees


def read_yale_b(path: str | Path, *, on_picture: Callable[[int, int], None] | None = None) -> YaleB:
    """Read the cropped Extended Yale B set.

    Parameters
    ----------
    path : str or Path
        The folder or zip of the cropped set, or a folder that holds `CroppedYale.zip`.
    on_picture : callable, optional
        Called with (pictures read, pictures in all) after each picture, for a progress display.

    Returns
    -------
    YaleB
        All faces but the damaged ones. The pictures of the empty light (`Ambient`) are left out.

    Raises
    ------
    DatasetError
        If there are no such pictures, or one is damaged without the original saying so.

    Examples
    --------
    >>> faces = read_yale_b("CroppedYale.zip")  # doctest: +SKIP
    >>> len(faces), len(faces.bad), len(set(faces.person.tolist()))  # doctest: +SKIP
    (2414, 18, 38)
    """
    path = Path(path)
    if (path / ZIP_FILE).is_file():
        path = path / ZIP_FILE
    with Archive(path) as files:
        found = [(match, name) for name in files.names() if (match := _PICTURE.search(name))]
        good = sorted((_light(match), name) for match, name in found if not match[4])
        if not good:
            raise DatasetError(
                str(path),
                "pictures named like yaleB01_P00A+035E-20.pgm",
                "none",
                f"give the folder or zip of the cropped set, or a folder that holds {ZIP_FILE}",
            )
        images = np.empty((len(good), HEIGHT, WIDTH), dtype=np.uint8)
        for number, (_, name) in enumerate(good):
            images[number] = decode_grey(
                files.read(name), where=f"{files.path}: {name}", width=WIDTH, height=HEIGHT
            )
            if on_picture is not None:
                on_picture(number + 1, len(good))
    lights = np.array([light for light, _ in good], dtype=np.int64)  # (N, 3)
    bad = tuple(sorted(name.rsplit("/", 1)[-1] for match, name in found if match[4]))
    azimuth, elevation = lights[:, 1:].T.astype(np.float32)
    return YaleB(images, lights[:, 0], azimuth, elevation, bad)


def _light(match: re.Match[str]) -> tuple[int, int, int]:
    """Return person, azimuth and elevation from a file's name."""
    return int(match[1]), int(match[2]), int(match[3])
