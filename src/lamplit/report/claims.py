"""The page of a published result that was run again: what was claimed beside what was measured."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lamplit.core.errors import InvalidArgumentError
from lamplit.core.files import write_atomically
from lamplit.report.page import Provenance, embedded, environment
from lamplit.report.plots import plot_training_curve

CLAIMS: dict[str, str] = {
    "accuracy": "accuracy",
    "loss": "loss",
    "train_accuracy": "accuracy in training, last epoch",
    "train_loss": "loss in training, last epoch",
    "validation_accuracy": "accuracy in validation, last epoch",
    "validation_loss": "loss in validation, last epoch",
    "parameters": "parameters",
}
"""What can be claimed, by its key, with the words of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """A result that was claimed, and what came out when it was run again.

    Parameters
    ----------
    model : str
        Name of the model.
    source : str
        Who claimed it, and where.
    claimed, measured : mapping of str to float
        Figures by the keys of `CLAIMS`; each that is claimed must have been measured.
    history : sequence of mapping
        Training history as `lamplit.report.plots.plot_training_curves` takes it.
    faces_measured, faces_trained : str
        Which faces, in words.
    provenance : Provenance
        Where the figures come from.

    Raises
    ------
    InvalidArgumentError
        If a claim is unknown, or nothing was measured beside it.
    """

    model: str
    source: str
    claimed: Mapping[str, float]
    measured: Mapping[str, float]
    history: Sequence[Mapping[str, float]]
    faces_measured: str
    faces_trained: str
    provenance: Provenance

    def __post_init__(self) -> None:
        unknown = sorted(set(self.claimed) - set(CLAIMS))
        if unknown:
            raise InvalidArgumentError("claimed", f"keys among {list(CLAIMS)}", str(unknown))
        lacking = sorted(set(self.claimed) - set(self.measured))
        if lacking:
            raise InvalidArgumentError("measured", f"the claimed {sorted(self.claimed)}", f"no {lacking}")


def write_claims_page(path: str | os.PathLike[str], rerun: Rerun) -> None:
    """Write a rerun as one HTML file with its style and pictures inside.

    Parameters
    ----------
    path : path-like
        The file to write; folders that lack are made, an older file is replaced.
    rerun : Rerun
        What the page shows.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_atomically(path, claims_page(rerun).encode("utf-8"))


def claims_page(rerun: Rerun) -> str:
    """Return a rerun as one HTML document with its style and pictures inside.

    Parameters
    ----------
    rerun : Rerun
        What the page shows.

    Returns
    -------
    str
        The document: a table of claimed and measured figures, and loss and accuracy over the epochs.

    Examples
    --------
    >>> epoch = {"epoch": 1, "train_loss": 1.2, "train_accuracy": 0.5,
    ...          "validation_loss": 1.1, "validation_accuracy": 0.6}
    >>> origin = Provenance(weights="a", sha256="0" * 64, command="lamplit train a", date="2025-01-31")
    >>> page = claims_page(Rerun(model="a", source="somebody", claimed={"accuracy": 0.9},
    ...                          measured={"accuracy": 0.8}, history=[epoch], faces_measured="ten",
    ...                          faces_trained="hundred", provenance=origin))
    >>> "0.9000" in page and "-0.1000" in page
    True
    """
    figures = [
        (
            f"{quantity.capitalize()} over the epochs",
            caption,
            embedded(plot_training_curve(rerun.history, quantity)),
        )
        for quantity, caption in _CAPTIONS.items()
    ]
    page: str = (
        environment()
        .get_template("claims.html.jinja")
        .render(
            rerun=rerun, rows=[_row(key, rerun) for key in CLAIMS if key in rerun.claimed], figures=figures
        )
    )
    return page


_CAPTIONS = {
    "loss": "Loss in training and validation, as the paper's figure 7 shows it",
    "accuracy": "Accuracy in training and validation, as the paper's figure 8 shows it",
}


def _row(key: str, rerun: Rerun) -> dict[str, str]:
    """Return one figure of the table."""
    claimed, measured = rerun.claimed[key], rerun.measured[key]
    form = ",.0f" if key == "parameters" else ".4f"
    return {
        "name": CLAIMS[key],
        "claimed": format(claimed, form),
        "measured": format(measured, form),
        "difference": format(measured - claimed, f"+{form}"),
    }
