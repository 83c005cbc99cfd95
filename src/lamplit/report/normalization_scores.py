"""The form in which recognition rates after normalisation travel from evaluation to reports."""

from __future__ import annotations

from typing import Any, TypedDict

RatesDict = dict[str, float | None]
"""Shares from 0 to 1 by the keys "2" to "5" (subsets), "2-5" and "night", and the mean "margin"."""


class ChainRatesDict(TypedDict):
    """Rates of one chain of methods, by group of people and then by gallery ("subset 1", "frontal")."""

    name: str
    steps: list[dict[str, Any]]
    all: dict[str, RatesDict]
    others: dict[str, RatesDict]
    people_for_choosing: dict[str, RatesDict]


class NormalizationDict(TypedDict):
    """Rates of all chains with the protocol they were measured by."""

    dataset: str
    people: int
    people_for_choosing: list[int]
    pictures: dict[str, int]
    galleries: dict[str, int]
    features: dict[str, Any]
    distance: str
    night: dict[str, Any]
    chains: list[ChainRatesDict]


def mean_rate(chain: ChainRatesDict, gallery: str) -> float:
    """Return the share recognised over subsets 2 to 5, by which chains are ranked.

    Parameters
    ----------
    chain : dict
        Rates of one chain.
    gallery : str
        "subset 1" or "frontal".

    Returns
    -------
    float
        The share of all people's pictures; 0 where none was asked about.

    Examples
    --------
    >>> rates = {"frontal": {"2-5": 0.75}}
    >>> mean_rate({"name": "none", "steps": [], "all": rates, "others": {}, "people_for_choosing": {}},
    ...           "frontal")
    0.75
    """
    return chain["all"][gallery]["2-5"] or 0.0
