"""Light templates: how they are built from pictures of people under known lights, kept and loaded."""

from __future__ import annotations

import io
import zipfile
import zlib
from functools import lru_cache
from itertools import combinations

import cv2
import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.errors import DatasetError, InvalidArgumentError, WeightsCorruptError
from lamplit.light.point_operations import log_grey
from lamplit.light.relighting import LightTemplates, unit_vectors
from lamplit.weights.assets import load_asset

DEFAULT = "relighting-yale-b-v1"
"""The templates that come with lamplit."""

SMOOTHING = 1.0
"""Standard deviation of the Gaussian that smooths each log ratio, in pixels of 48."""

_MOST_LIGHTS = 256


def build_templates(
    images: ByteArray, person: IntArray, azimuth: FloatArray, elevation: FloatArray
) -> LightTemplates:
    """Average over people what each light did to a face.

    Parameters
    ----------
    images : ndarray of shape (N, S, S), uint8
        Faces, framed alike.
    person : ndarray of shape (N,), int
        Whose face it is.
    azimuth, elevation : ndarray of shape (N,), float
        Where the light stood, in degrees.

    Returns
    -------
    LightTemplates
        One template for each light, in the order of azimuth and elevation.

    Raises
    ------
    DatasetError
        If a person has no picture with the light at the camera, or the lights span no triangle.

    Notes
    -----
    For person p and light l: smooth(log(I_pl + 1/255) - log(I_p0 + 1/255)), with I in [0, 1] and I_p0 lit
    from the camera; the template of l is the mean over p.

    Examples
    --------
    >>> frontal, side = np.full((4, 4), 100, np.uint8), np.full((4, 4), 50, np.uint8)
    >>> images = np.stack([frontal, side, side, frontal])
    >>> lights = np.array([0.0, 90.0, 0.0, -90.0]), np.array([0.0, 0.0, 90.0, 0.0])
    >>> built = build_templates(images, np.ones(4, np.int64), *lights)
    >>> built.azimuth.tolist(), (built.log_ratios[:, 0, 0] < -0.6).tolist()
    ([-90.0, 0.0, 0.0, 90.0], [False, False, True, True])
    """
    ratios = log_ratios_to_frontal(images, person, (azimuth == 0) & (elevation == 0))
    lights, which = np.unique(np.stack([azimuth, elevation], axis=1), axis=0, return_inverse=True)
    which = which.reshape(-1)
    mean = np.stack([ratios[which == light].mean(axis=0) for light in range(len(lights))])
    directions = unit_vectors(lights[:, 0], lights[:, 1])
    return LightTemplates(
        lights[:, 0].astype(np.float32),
        lights[:, 1].astype(np.float32),
        mean.astype(np.float32),
        triangulate(directions),
    )


def log_ratios_to_frontal(images: ByteArray, person: IntArray, frontal: AnyArray) -> FloatArray:
    """Return the smoothed log ratio of each picture to the same person's frontally lit one.

    Parameters
    ----------
    images : ndarray of shape (N, S, S), uint8
        Faces, framed alike.
    person : ndarray of shape (N,), int
        Whose face it is.
    frontal : ndarray of shape (N,), bool
        Which pictures have the light at the camera.

    Returns
    -------
    ndarray of shape (N, S, S), float32

    Raises
    ------
    DatasetError
        If a person has no frontally lit picture.
    """
    logarithms = log_grey(images.astype(np.float32) / np.float32(255))
    sigma = SMOOTHING * images.shape[1] / 48.0
    ratios = np.empty_like(logarithms)
    for number in np.unique(person):
        own = person == number
        if not (own & frontal).any():
            raise DatasetError(f"person {number}", "a picture with the light at the camera", "none")
        ratios[own] = logarithms[own] - logarithms[own & frontal].mean(axis=0)
    return np.stack([cv2.GaussianBlur(r, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE) for r in ratios])


def triangulate(directions: FloatArray) -> IntArray:
    """Tile the sphere with triangles between directions: the faces of their convex hull seen from its inside.

    Parameters
    ----------
    directions : ndarray of shape (L, 3)
        Unit vectors.

    Returns
    -------
    ndarray of shape (T, 3), int64
        Triples of directions with no other one on their outer side. Where four or more lie on one circle,
        triangles overlap; any of them interpolates there.

    Raises
    ------
    DatasetError
        If there are none.

    Examples
    --------
    >>> corner = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    >>> triangulate(corner).tolist()
    [[0, 1, 2]]
    """
    triples = np.array(list(combinations(range(len(directions)), 3)), dtype=np.int64).reshape(-1, 3)
    a, b, c = np.moveaxis(directions.astype(np.float64)[triples], 1, 0)  # (T, 3) each
    normals = np.cross(b - a, c - a)
    normals *= np.sign(np.einsum("ti,ti->t", normals, a))[:, None]  # away from the centre of the sphere
    beyond = normals @ directions.T.astype(np.float64) - np.einsum("ti,ti->t", normals, a)[:, None]  # (T, L)
    volume = np.abs(np.einsum("ti,ti->t", np.cross(a, b), c))
    outermost = (beyond <= 1e-6).all(axis=1) & (volume > 1e-6)
    if not outermost.any():
        raise DatasetError("the lights", "directions that span a triangle", f"{len(directions)} that do not")
    tiles: IntArray = triples[outermost]
    return tiles


def templates_to_bytes(templates: LightTemplates) -> bytes:
    """Pack templates as a compressed NPZ, the log ratios in half precision.

    Parameters
    ----------
    templates : LightTemplates
        The templates, of at most 256 lights.

    Returns
    -------
    bytes
        Content of the file.

    Raises
    ------
    InvalidArgumentError
        If there are more lights: the file numbers them in one byte.
    """
    n_lights = len(templates.azimuth)
    if n_lights > _MOST_LIGHTS:
        raise InvalidArgumentError("templates", f"at most {_MOST_LIGHTS} lights", f"{n_lights:,}")
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        azimuth=templates.azimuth,
        elevation=templates.elevation,
        log_ratios=templates.log_ratios.astype(np.float16),
        triangles=templates.triangles.astype(np.uint8),
    )
    return buffer.getvalue()


def templates_from_bytes(content: bytes, *, where: str) -> LightTemplates:
    """Unpack templates.

    Parameters
    ----------
    content : bytes
        From `templates_to_bytes`.
    where : str
        What errors call it.

    Returns
    -------
    LightTemplates
        The templates.

    Raises
    ------
    WeightsCorruptError
        If it is no such file.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return LightTemplates(
                arrays["azimuth"].astype(np.float32),
                arrays["elevation"].astype(np.float32),
                arrays["log_ratios"].astype(np.float32),
                arrays["triangles"].astype(np.int64),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise WeightsCorruptError(where, "light templates (NPZ)", str(error)) from error


@lru_cache(maxsize=1)
def load_templates() -> LightTemplates:
    """Load the templates that come with lamplit.

    Returns
    -------
    LightTemplates
        64 lights of Extended Yale B, averaged over 38 people.

    Raises
    ------
    WeightsMissingError, WeightsCorruptError
        If the installation is damaged.

    Examples
    --------
    >>> len(load_templates().azimuth)
    64
    """
    card, content = load_asset(DEFAULT)
    return templates_from_bytes(content, where=card.file)
