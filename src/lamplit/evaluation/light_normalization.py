"""Which normalisation leaves the person and takes the light: identity on Extended Yale B.

Features are histograms of uniform local binary patterns on a grid of blocks; the nearest picture of the
gallery by chi-square distance says who it is. Nothing learns, so rates differ by the normalisation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain as chain_of

import numpy as np

from lamplit.core.arrays import AnyArray, ByteArray, FloatArray
from lamplit.core.checks import check_integer, check_number
from lamplit.core.errors import DatasetError
from lamplit.datasets.yale_b import YaleB
from lamplit.features.block_histograms import block_histograms
from lamplit.features.chi_square import chi_square_distances
from lamplit.features.local_binary_pattern import local_binary_pattern
from lamplit.features.pattern_classes import uniform_patterns
from lamplit.light.darkness import night
from lamplit.light.normalization_chain import Chain
from lamplit.report.normalization_scores import ChainRatesDict, NormalizationDict, RatesDict

GALLERIES = ("subset 1", "frontal")
"""The seven lights nearest to the camera axis; the one picture with the light at the camera: harder."""

SUBSETS = (2, 3, 4, 5)

PEOPLE_FOR_CHOOSING = tuple(range(11, 21))
"""Settings are chosen on these people alone (nobody has the number 14)."""

NIGHT = {"photons": 24.0, "gain": 0.12, "read_noise": 1.0}
"""A white pixel collects 24 electrons and comes out at 12 % of full scale."""

NIGHT_SUBSETS = (2, 3)


@dataclass(frozen=True, slots=True)
class Features:
    """How a normalised face becomes histograms.

    Parameters
    ----------
    radius : float
        Radius of the local binary pattern in pixels, above 0.
    block : int
        Side of a block in pixels.

    Raises
    ------
    InvalidArgumentError
        If a number is out of range.
    """

    radius: float = 2.0
    block: int = 10

    def __post_init__(self) -> None:
        check_number("radius", self.radius, above=0.0)
        check_integer("block", self.block, low=1)

    def of(self, face: FloatArray) -> FloatArray:
        """Return the histograms of all blocks of a face as one row."""
        classes = uniform_patterns(local_binary_pattern(face, radius=self.radius))
        return block_histograms(classes, block=self.block).ravel()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recognition:
    """Who was recognised after one normalisation.

    Parameters
    ----------
    chain : Chain
        The normalisation.
    person : ndarray of shape (N,), int64
        The people on the pictures asked about.
    subset : ndarray of shape (N,), int64
        Their subsets; those at night have the subset of the picture they were made from.
    night : ndarray of shape (N,), bool
        Which pictures were made dark.
    margin : dict of str to ndarray of shape (N,), float32
        For each gallery, log(distance to the nearest other person / distance to the same person): above 0
        where the person is recognised, and the more, the surer.
    """

    chain: Chain
    person: AnyArray
    subset: AnyArray
    night: AnyArray
    margin: dict[str, FloatArray]

    def rates(self, gallery: str, *, among: AnyArray) -> RatesDict:
        """Return the share recognised for each subset, all of them and night; None where nobody was asked.

        Parameters
        ----------
        gallery : str
            One of GALLERIES.
        among : ndarray of shape (N,), bool
            Which pictures count.

        Returns
        -------
        dict
            Shares by the keys "2" to "5", "2-5" and "night"; the mean margin of the subsets as "margin".
        """
        groups = {str(subset): ~self.night & (self.subset == subset) for subset in SUBSETS}
        groups |= {"2-5": ~self.night, "night": self.night}
        right = self.margin[gallery] > 0
        values = {name: _mean(right[group & among]) for name, group in groups.items()}
        return values | {"margin": _mean(self.margin[gallery][groups["2-5"] & among])}

    def as_dict(self) -> ChainRatesDict:
        """Return all rates as plain types."""
        everybody = np.ones(len(self.person), dtype=bool)
        chosen = np.isin(self.person, PEOPLE_FOR_CHOOSING)
        everywhere: dict[str, dict[str, RatesDict]] = {
            name: {gallery: self.rates(gallery, among=group) for gallery in GALLERIES}
            for name, group in (("all", everybody), ("others", ~chosen), ("choosing", chosen))
        }
        return {
            "name": self.chain.name,
            "steps": [{"method": step.method, **step.settings} for step in self.chain.steps],
            "all": everywhere["all"],
            "others": everywhere["others"],
            "people_for_choosing": everywhere["choosing"],
        }


def recognise_people(
    faces: YaleB,
    chain: Chain,
    *,
    features: Features | None = None,
    seed: int | None = 0,
    on_picture: Callable[[], object] | None = None,
) -> Recognition:
    """Normalise all faces and ask who they are.

    Parameters
    ----------
    faces : YaleB
        Pictures of subset 1, which make the galleries, and of the other subsets, which are asked about.
    chain : Chain
        The normalisation, applied to all of them.
    features : Features, optional
        How faces become histograms.
    seed : int, optional
        Seed of the photons at night; None leaves the night out.
    on_picture : callable, optional
        Called after each picture, as a progress bar wants it.

    Returns
    -------
    Recognition
        Who was recognised with each gallery.

    Raises
    ------
    DatasetError
        If the galleries lack a person or hold only one, or there is nobody to ask about.
    """
    features = Features() if features is None else features
    first, rest = faces.choose(faces.subset == 1), faces.choose(faces.subset > 1)
    _check_galleries(first, rest)
    dark = rest.choose(np.isin(rest.subset, NIGHT_SUBSETS) & (seed is not None))
    rows: list[FloatArray] = []
    for picture in chain_of(first.images, rest.images, _at_night(dark.images, seed or 0)):
        rows.append(features.of(chain.apply(picture)))
        if on_picture is not None:
            on_picture()
    histograms = np.stack(rows)
    distances = chi_square_distances(histograms[len(first) :], histograms[: len(first)])  # (asked, gallery)
    person = np.concatenate([rest.person, dark.person])
    same = person[:, np.newaxis] == first.person  # (asked, gallery)
    return Recognition(
        chain=chain,
        person=person,
        subset=np.concatenate([rest.subset, dark.subset]),
        night=np.arange(len(person)) >= len(rest),
        margin={
            "subset 1": _margins(distances, same),
            "frontal": _margins(distances[:, first.frontal], same[:, first.frontal]),
        },
    )


def pictures_per_chain(faces: YaleB) -> int:
    """Return how many pictures `recognise_people` normalises, the night included.

    Parameters
    ----------
    faces : YaleB
        The faces.

    Returns
    -------
    int
        Number of calls of `on_picture`.
    """
    return len(faces) + int(np.isin(faces.subset, NIGHT_SUBSETS).sum())


def evaluate_light_normalization(
    faces: YaleB,
    chains: Sequence[Chain],
    *,
    features: Features | None = None,
    seed: int = 0,
    on_picture: Callable[[], object] | None = None,
) -> NormalizationDict:
    """Measure how well people are recognised after each normalisation.

    Parameters
    ----------
    faces : YaleB
        As `recognise_people` takes them.
    chains : sequence of Chain
        The normalisations.
    features : Features, optional
        How faces become histograms.
    seed : int
        Seed of the photons at night.
    on_picture : callable, optional
        Called after each picture.

    Returns
    -------
    dict
        Protocol, numbers of pictures, and under "chains" the rates of each as `Recognition.as_dict` has them.

    Raises
    ------
    DatasetError
        If the galleries lack a person or hold only one, or there is nobody to ask about.
    """
    features = Features() if features is None else features
    results = [
        recognise_people(faces, chain, features=features, seed=seed, on_picture=on_picture)
        for chain in chains
    ]
    subset, person = faces.subset, faces.person
    return {
        "dataset": "Extended Yale B, cropped",
        "people": len(np.unique(person)),
        "people_for_choosing": sorted(set(PEOPLE_FOR_CHOOSING) & set(person.tolist())),
        "pictures": {str(number): int((subset == number).sum()) for number in (1, *SUBSETS)},
        "galleries": {"subset 1": int((subset == 1).sum()), "frontal": int(faces.frontal.sum())},
        "features": {"points": 8, "radius": features.radius, "block": features.block},
        "distance": "chi-square",
        "night": {**NIGHT, "subsets": list(NIGHT_SUBSETS), "seed": seed},
        "chains": [result.as_dict() for result in results],
    }


def _margins(distances: FloatArray, same: AnyArray) -> FloatArray:
    """Return how much nearer the same person is than the nearest other one."""
    nearest_same = np.where(same, distances, np.inf).min(axis=1)
    nearest_other = np.where(same, np.inf, distances).min(axis=1)
    least = np.finfo(np.float32).tiny
    margins: FloatArray = np.log(np.maximum(nearest_other, least)) - np.log(np.maximum(nearest_same, least))
    return margins


def _mean(values: AnyArray) -> float | None:
    """Return a mean for reports; None of nothing."""
    return round(float(values.mean()), 6) if len(values) else None


def _at_night(images: ByteArray, seed: int) -> Iterator[ByteArray]:
    """Yield pictures as a sensor takes them at night; the same photons for every normalisation."""
    random = np.random.default_rng(seed)
    for image in images:
        light = image.astype(np.float64) / 255
        dark = night(light, (random.random(image.shape), random.standard_normal(image.shape)), **NIGHT)
        yield np.rint(255 * dark).astype(np.uint8)


def _check_galleries(gallery: YaleB, asked: YaleB) -> None:
    """Refuse data in which somebody cannot be recognised at all."""
    known = set(gallery.person[gallery.frontal].tolist())
    missing = sorted(set(asked.person.tolist()) - known)
    if missing or len(known) < 2 or not len(asked):
        came = f"none of {missing}" if missing else f"{len(known)} people, {len(asked)} pictures to ask about"
        required = "the frontal light of two people or more, and of everybody who is asked about"
        raise DatasetError("Extended Yale B", required, came)
