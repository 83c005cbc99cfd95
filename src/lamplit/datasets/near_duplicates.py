"""Near copies across splits: one picture mirrored, cropped, brightened or compressed again.

Barz and Denzler (2020), doi:10.3390/jimaging6060041, found them between the splits of well-known data sets;
`lamplit.datasets.copies` finds those that are the same pixel for pixel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray, IntArray
from lamplit.core.steps import OnStep, silently
from lamplit.datasets.alignment import aligned_correlation
from lamplit.datasets.copies import have_copies
from lamplit.datasets.eigenfaces import Eigenfaces, fit_eigenfaces
from lamplit.datasets.perceptual_hash import cosine_hash, difference_hash, hamming_distances
from lamplit.imaging.geometry import resize_faces

# benchmarks/near_duplicates.py measures what these thresholds find and what they take for a copy.

MOST_BITS = 30
"""Bits of 128, of both hashes together, in which a pair may differ to be looked at."""

LEAST_COSINE = 0.6
"""Cosine of the embeddings above which a pair is looked at closely."""

LEAST_CORRELATION = 0.85
"""Correlation of the aligned details above which a pair is one picture."""

LEAST_TO_EMBED = 1_000
"""Pictures from which an embedding can be learnt; among fewer, every pair with near hashes is aligned."""

SIDE = 48
BLOCK = 256
PAIRS = 65_536
PAIRS_TOLD = 100
"""Pictures at a time while hashes are compared, pairs while embeddings are, pairs between two words of
progress."""

SHIFT = 3
"""Pixels of 48 that a picture is moved by, either way, before it is hashed again."""

ZOOMS = (1.12, 0.89)

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class NearCopies:
    """Pairs of pictures that are one picture; all arrays have one entry for each pair.

    Parameters
    ----------
    first, second : ndarray of shape (P,), int64
        Positions in the two stacks that were compared.
    distance : ndarray of shape (P,), uint8
        Bits of 128 in which the hashes differ, the nearest of all views.
    correlation : ndarray of shape (P,), float32
        Of the aligned details, from 0.85 to 1.
    mirrored, identical : ndarray of shape (P,), bool
        Whether one is the other's mirror image, and whether both are the same pixel for pixel.
    """

    first: IntArray
    second: IntArray
    distance: ByteArray
    correlation: FloatArray
    mirrored: _Mask
    identical: _Mask

    def __len__(self) -> int:
        return len(self.first)

    def subset(self, chosen: AnyArray) -> NearCopies:
        """Return some of the pairs, by a mask or by positions."""
        return NearCopies(*(getattr(self, part.name)[chosen] for part in fields(self)))


def find_near_copies(images: ByteArray, among: ByteArray, *, on_step: OnStep = silently) -> NearCopies:
    """Find pictures that stand among others, as they are or slightly changed.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        The pictures in question.
    among : ndarray of shape (M, H, W), uint8
        Where to look for copies.
    on_step : callable, optional
        Told ("hashing" or "aligning", steps done, steps in all), for a progress display.

    Returns
    -------
    NearCopies
        The pairs, by position in `images`, the most alike first.

    Raises
    ------
    InvalidArgumentError
        If the arrays are not stacks of grey pictures.

    Notes
    -----
    Pictures are compared at 48 x 48. (1) Two perceptual hashes of each picture, of the fewer ones in 14 views
    (mirrored or not; moved to four sides, enlarged, reduced), propose pairs. (2) An embedding that is learnt
    from the pictures drops most of those that are merely similar. (3) The pairs left are aligned, and
    count as copies where the details agree. Each stage looks only at what the one before left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> faces = np.stack([cv2.GaussianBlur(rng.integers(0, 256, (48, 48)).astype(np.uint8), (0, 0), 2)
    ...                   for _ in range(3)])
    >>> found = find_near_copies(faces[1:2, :, ::-1], among=faces)  # the second one, mirrored
    >>> found.second.tolist(), found.mirrored.tolist(), found.identical.tolist()
    ([1], [True], [False])
    """
    few, many = (resize_faces(stack, SIDE) for stack in (images, among))
    swapped = len(few) > len(many)
    if swapped:
        few, many = many, few
    pairs = _confirmed(few, many, list(_proposed(few, many, on_step)), on_step)
    if swapped:
        pairs = NearCopies(pairs.second, pairs.first, *(getattr(pairs, f.name) for f in fields(pairs)[2:]))
    return pairs.subset(np.lexsort((pairs.second, -pairs.correlation, pairs.first)))


def have_near_copies(images: ByteArray, among: ByteArray) -> _Mask:
    """Say which pictures stand among others, as they are or slightly changed.

    Parameters
    ----------
    images : ndarray of shape (N, H, W), uint8
        The pictures in question.
    among : ndarray of shape (M, H, W), uint8
        Where to look for copies.

    Returns
    -------
    ndarray of shape (N,), bool
        True where `find_near_copies` finds a pair or `have_copies` the same pixels.

    Raises
    ------
    InvalidArgumentError
        If the arrays are not stacks of pictures of one size.

    Examples
    --------
    >>> faces = np.random.default_rng(0).integers(0, 200, (2, 48, 48), dtype=np.uint8)
    >>> have_near_copies(faces, among=faces[1:] + 20).tolist()  # brightened
    [False, True]
    """
    found = have_copies(images, among)
    found[find_near_copies(images, among).first] = True
    return found


@dataclass(frozen=True, slots=True)
class _View:
    """One way to look at a picture: mirrored or not, then moved by an affine map of its places."""

    mirrored: bool
    matrix: FloatArray

    def of(self, images: ByteArray) -> ByteArray:
        """Return the pictures in this view; shape (N, 48, 48)."""
        turned = _mirrored(images) if self.mirrored else images
        if np.array_equal(self.matrix, np.eye(2, 3)):
            return turned
        border = cv2.BORDER_REPLICATE
        moved = [cv2.warpAffine(image, self.matrix, (SIDE, SIDE), borderMode=border) for image in turned]
        return np.stack(moved) if moved else turned


def _mirrored(images: ByteArray) -> ByteArray:
    """Return mirror images."""
    return np.ascontiguousarray(images[:, :, ::-1])


def _views() -> list[_View]:
    """Return all views; the first is the picture as it is."""
    middle = (SIDE - 1) / 2
    moves = [(0, 0, 1.0), *((dx, dy, 1.0) for dx in (-SHIFT, SHIFT) for dy in (-SHIFT, SHIFT))]
    moves += [(0, 0, zoom) for zoom in ZOOMS]
    matrices = [
        np.array([[zoom, 0, middle * (1 - zoom) + dx], [0, zoom, middle * (1 - zoom) + dy]], np.float32)
        for dx, dy, zoom in moves
    ]
    return [_View(mirrored, matrix) for mirrored in (False, True) for matrix in matrices]


@dataclass(frozen=True, slots=True)
class _Proposals:
    """Pairs that may be copies, as one view shows them."""

    view: _View
    few: IntArray
    many: IntArray
    distance: ByteArray


def _proposed(few: ByteArray, many: ByteArray, told: OnStep) -> Iterator[_Proposals]:
    """Yield the pairs whose hashes and embeddings are near each other, view by view."""
    eigenfaces = fit_eigenfaces(many) if len(many) >= LEAST_TO_EMBED else None
    places = None if eigenfaces is None else eigenfaces.embed(many)
    hashes = cosine_hash(many), difference_hash(many)
    views = _views()
    for done, view in enumerate(views):
        told("hashing", done, len(views))
        seen = view.of(few)
        found = _near_hashes((cosine_hash(seen), difference_hash(seen)), hashes)
        if eigenfaces is not None and places is not None:
            found = found[:, _near_places(eigenfaces, seen, places, found)]
        yield _Proposals(view, found[0], found[1], found[2].astype(np.uint8))
    told("hashing", len(views), len(views))


def _near_hashes(hashes: tuple[AnyArray, AnyArray], others: tuple[AnyArray, AnyArray]) -> IntArray:
    """Return pairs with near hashes: positions in both and the distance; shape (3, P)."""
    found = [np.zeros((3, 0), np.int64)]
    for start in range(0, len(hashes[0]), BLOCK):
        block = slice(start, start + BLOCK)
        distance = hamming_distances(hashes[0][block], others[0])
        distance += hamming_distances(hashes[1][block], others[1])  # at most 128
        rows, columns = np.nonzero(distance <= MOST_BITS)
        found.append(np.stack([rows + start, columns, distance[rows, columns]]).astype(np.int64))
    return np.concatenate(found, axis=1)


def _near_places(eigenfaces: Eigenfaces, seen: ByteArray, places: FloatArray, pairs: IntArray) -> _Mask:
    """Return which pairs have near embeddings."""
    own = eigenfaces.embed(seen)
    cosines = [
        np.einsum("pd,pd->p", own[pairs[0, start : start + PAIRS]], places[pairs[1, start : start + PAIRS]])
        for start in range(0, pairs.shape[1], PAIRS)
    ]
    return np.concatenate([*cosines, np.zeros(0, np.float32)]) >= LEAST_COSINE


def _confirmed(few: ByteArray, many: ByteArray, proposals: list[_Proposals], told: OnStep) -> NearCopies:
    """Return the pairs whose details agree once they are aligned, each pair once."""
    nearest = _nearest(proposals)
    best: dict[tuple[int, int], tuple[float, int, bool, bool]] = {}
    for done, ((i, j, mirrored), (distance, matrix)) in enumerate(nearest.items()):
        if done % PAIRS_TOLD == 0:
            told("aligning", done, len(nearest))
        identical = not mirrored and np.array_equal(few[i], many[j])
        picture = np.ascontiguousarray(few[i][:, ::-1]) if mirrored else few[i]
        correlation = 1.0 if identical else aligned_correlation(picture, many[j], matrix)
        if correlation >= LEAST_CORRELATION and correlation > best.get((i, j), (0.0,))[0]:
            best[i, j] = correlation, distance, mirrored, identical
    told("aligning", len(nearest), len(nearest))
    rows = [(*pair, *values) for pair, values in best.items()]
    columns = zip(*rows, strict=True) if rows else [()] * 6
    first, second, correlation_, distance_, mirrored_, identical_ = (list(column) for column in columns)
    return NearCopies(
        np.array(first, np.int64),
        np.array(second, np.int64),
        np.array(distance_, np.uint8),
        np.array(correlation_, np.float32),
        np.array(mirrored_, np.bool_),
        np.array(identical_, np.bool_),
    )


def _nearest(proposals: list[_Proposals]) -> dict[tuple[int, int, bool], tuple[int, FloatArray]]:
    """Return, for each pair and orientation, the smallest distance and the view that has it."""
    nearest: dict[tuple[int, int, bool], tuple[int, FloatArray]] = {}
    for part in proposals:
        for i, j, distance in zip(part.few.tolist(), part.many.tolist(), part.distance.tolist(), strict=True):
            key = i, j, part.view.mirrored
            if key not in nearest or distance < nearest[key][0]:
                nearest[key] = distance, part.view.matrix
    return nearest
