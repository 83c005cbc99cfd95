"""People's own data: read, framed, and divided into what is learnt from and what is reported on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lamplit.core.arrays import AnyArray
from lamplit.core.errors import DatasetError, RecipeError
from lamplit.core.steps import OnStep
from lamplit.datasets.copies import have_copies
from lamplit.datasets.corpora import Corpus, find_corpus
from lamplit.datasets.labelled import Refused
from lamplit.faces.detector import get_detector
from lamplit.training.finetuning import EVERYBODY, Finetuning, tuning_of
from lamplit.training.folds import hold_out, knows_people
from lamplit.training.framing import FramedFaces, frame_faces
from lamplit.training.recipe import Recipe

SIDE_TO_COMPARE = 64
"""Side of the crops in pixels by which copies are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """The faces of a fine-tuning.

    Parameters
    ----------
    training : FramedFaces
        Faces to learn from.
    report : FramedFaces, optional
        Faces to report on; None where every person of the training faces is left out in turn.
    protocol : str
        How they were divided, in words for card and report.
    source, terms : str
        Where the pictures come from and what may be done with them, for the card.
    """

    training: FramedFaces
    report: FramedFaces | None
    protocol: str
    source: str
    terms: str

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What was left out, each once."""
        parts = [self.training] if self.report is None else [self.training, self.report]
        return tuple(dict.fromkeys(entry for part in parts for entry in part.refused))


def read_own_data(recipe: Recipe, path: Path, *, on_step: OnStep) -> OwnData:
    """Read what a recipe fine-tunes on.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`; names the data set. "folder" takes a CSV, too.
    path : Path
        The folder, zip or CSV.
    on_step : callable
        Told (what is done, pictures done, pictures in all).

    Returns
    -------
    OwnData
        Framed faces.

    Raises
    ------
    DatasetError
        If the data is not as expected, no picture of a label can be used, or people are to be left out who
        are not known.
    RecipeError
        If the data has splits and the recipe wants people left out in turn.
    """
    tuning = tuning_of(recipe.name, recipe.finetune)
    is_table = recipe.dataset == "folder" and path.suffix.lower() == ".csv"
    corpus = find_corpus("csv" if is_table else recipe.dataset)
    splits = tuning.splits or corpus.splits[:2]
    if splits and tuning.report == EVERYBODY:
        raise RecipeError("report", "'held-out' for data with splits", repr(EVERYBODY))
    parts = [_framed(corpus, tuning, path, split, on_step) for split in (splits or (None,))]
    if len(parts) == 2:
        return _data(corpus, parts[0], parts[1], f"learnt from {splits[0]}, reported on {splits[1]}")
    return _divided(corpus, tuning, parts[0], recipe.seed)


def _framed(
    corpus: Corpus, tuning: Finetuning, path: Path, split: str | None, on_step: OnStep
) -> FramedFaces:
    """Read a split and find its faces."""
    words = "" if split is None else f"{split} "
    pictures = corpus.read(
        path,
        split,
        strict=False,
        on_picture=lambda done, total: on_step(f"reading {words}pictures", done, total),
    )
    return frame_faces(
        pictures,
        get_detector("cascade"),
        framing=tuning.framing,
        on_picture=lambda done, total: on_step(f"finding {words}faces", done, total),
    )


def _divided(corpus: Corpus, tuning: Finetuning, faces: FramedFaces, seed: int) -> OwnData:
    """Divide faces that come without splits."""
    people = faces.pictures.people
    if tuning.report == EVERYBODY:
        if not knows_people(people, at_least=3):
            came = "pictures of unknown people" if "" in people else f"{len(set(people))} people"
            hint = 'list the pictures in a CSV with the column person, or use report = "held-out"'
            raise DatasetError(faces.pictures.name, "three people or more, all of them known", came, hint)
        return _data(corpus, faces, None, f"leave one of {len(set(people))} people out")
    kept, held = hold_out(people, faces.pictures.classes, tuning.share, seed=seed)
    by_people = knows_people(people)
    words = "people of their own" if by_people else "drawn by label, people not kept apart"
    parts = faces.subset(kept), faces.subset(held)
    return _data(corpus, *parts, f"held-out share of {tuning.share:g}, {words}")


def _data(corpus: Corpus, training: FramedFaces, report: FramedFaces | None, protocol: str) -> OwnData:
    """Put the parts together, if there is something to learn and something to report."""
    if report is not None:
        training = _without_copies(training, report)
    pictures = training.pictures
    lost = [name for number, name in enumerate(pictures.labels) if number not in pictures.classes]
    if lost or (report is not None and not len(report)):
        came = f"none of {', '.join(lost)}" if lost else "none to report on"
        hint = "too few pictures or people to hold some back, or the others are copies of those; add some"
        raise DatasetError(pictures.name, "faces of every label to learn from, and some more", came, hint)
    return OwnData(
        training=training, report=report, protocol=protocol, source=corpus.source, terms=corpus.terms
    )


def _without_copies(training: FramedFaces, report: FramedFaces) -> FramedFaces:
    """Leave out of training what the report would only ask back: faces that stand in it, pixel for pixel."""
    copies = have_copies(training.crops(SIDE_TO_COMPARE), among=report.crops(SIDE_TO_COMPARE))
    names = [name for name, copy in zip(training.pictures.names, copies, strict=True) if copy]
    refused = tuple(Refused(name, "the same picture is among those that are reported on") for name in names)
    return dataclasses.replace(training.subset(~copies), refused=(*training.refused, *refused))


def without(faces: FramedFaces, person: str) -> tuple[AnyArray, AnyArray]:
    """Divide faces into everybody else's and one person's.

    Parameters
    ----------
    faces : FramedFaces
        Faces of known people.
    person : str
        Who is left out.

    Returns
    -------
    (ndarray, ndarray)
        Positions of the others' faces and of the person's, int64, rising.
    """
    who = np.array(faces.pictures.people)
    return np.flatnonzero(who != person), np.flatnonzero(who == person)


def with_framing(recipe: Recipe, framing: str) -> Recipe:
    """Return a recipe that frames faces in another way.

    Parameters
    ----------
    recipe : Recipe
        With a table `finetune`.
    framing : str
        One of `lamplit.training.framing.FRAMINGS`.

    Returns
    -------
    Recipe
        The same otherwise.

    Raises
    ------
    RecipeError
        If the recipe is none of fine-tuning.
    """
    tuning = tuning_of(recipe.name, recipe.finetune)
    return dataclasses.replace(recipe, finetune=dataclasses.replace(tuning, framing=framing))
