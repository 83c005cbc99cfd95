"""Training a cascade: stage after stage, each on what those before it still take for a face."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from lamplit.boosting import BoostedCascade
from lamplit.core.arrays import ByteArray
from lamplit.core.errors import DatasetError
from lamplit.datasets.copies import have_copies
from lamplit.datasets.ferplus import read_ferplus
from lamplit.datasets.landmarks import read_landmarks
from lamplit.datasets.no_faces import read_no_faces
from lamplit.datasets.yale_b import read_yale_b
from lamplit.features import HaarFeatures, haar_like_features
from lamplit.training.cascade_faces import FaceStock, draw_faces, face_stock
from lamplit.training.cascade_negatives import Catch, catch_windows
from lamplit.training.cascade_recipe import CascadeRecipe
from lamplit.training.cascade_stage import StageRound, StageWindows, train_stage
from lamplit.training.cascade_state import CascadeState, load_state, save_state
from lamplit.training.cascade_windows import passes

HELD_OUT = 0.1
"""Share of the faces that thresholds are set by."""

FEWEST = 0.2
"""Share of the windows wanted below which too few are left for another stage."""

DRAWS = 20
"""Most times that faces are drawn anew for one stage."""


class CascadeObserver(Protocol):
    """Who is told how a training goes on."""

    def on_visit(self, stage: int, found: int, wanted: int, visits: int) -> None:
        """Tell that a picture was looked at for windows that pass."""

    def on_round(self, stage: int, rounds: int, most: int, how: StageRound) -> None:
        """Tell that a stump was added."""

    def on_stage(self, state: CascadeState) -> None:
        """Tell that a stage was finished and written."""


@dataclass(frozen=True, slots=True, eq=False)
class CascadeData:
    """What a cascade is trained on.

    Parameters
    ----------
    faces, held_out : FaceStock
        Faces to learn from, and those that thresholds are set by.
    pictures : tuple of ndarray of shape (H, W), uint8
        Pictures without faces.
    """

    faces: FaceStock
    held_out: FaceStock
    pictures: tuple[ByteArray, ...]


def read_cascade_data(recipe: CascadeRecipe, data: Path) -> CascadeData:
    """Read faces and pictures without faces.

    Parameters
    ----------
    recipe : CascadeRecipe
        Says whether Extended Yale B is wanted.
    data : Path
        Folder with ferplus.zip, no-faces.zip and, if wanted, landmarks.npz and CroppedYale.zip.

    Returns
    -------
    CascadeData
        FER+ training faces that do not stand in the validation split, and the pictures for training.

    Raises
    ------
    DatasetError
        If files are absent or not as expected.
    """
    training, validation = (read_ferplus(data, split) for split in ("training", "validation"))
    kept = training.subset(~have_copies(training.images, among=validation.images))
    points = None
    if recipe.landmarks:
        points = read_landmarks(data, "training", kept.names, least_score=recipe.landmarks)
    stock = face_stock(kept, read_yale_b(data) if recipe.yale_b else None, points)
    faces, held_out = stock.parted(HELD_OUT, np.random.default_rng(recipe.seed))
    return CascadeData(faces, held_out, read_no_faces(data, "training").images)


def train_cascade(
    recipe: CascadeRecipe, data: CascadeData, folder: Path, observer: CascadeObserver
) -> CascadeState:
    """Train a cascade, or go on where the folder's training stopped.

    Parameters
    ----------
    recipe : CascadeRecipe
        How.
    data : CascadeData
        On what.
    folder : Path
        Holds the stages so far; each is written as soon as it is finished.
    observer : CascadeObserver
        Is told.

    Returns
    -------
    CascadeState
        The finished cascade.

    Raises
    ------
    CheckpointError
        If the folder holds another training.
    OutputError
        If a file cannot be written.
    """
    state = load_state(recipe, folder)
    features = haar_like_features(recipe.window, families=recipe.families, step=recipe.step)
    while not state.finished:
        # Each stage draws from a generator of its own, so that resuming repeats what would have come.
        random = np.random.default_rng([recipe.seed, state.n_stages])
        state = _next_state(state, recipe, data, features, random, observer)
        save_state(state, recipe, folder)
        observer.on_stage(state)
    return state


def finished_cascade(state: CascadeState) -> BoostedCascade:
    """Return the cascade of a finished training.

    Parameters
    ----------
    state : CascadeState
        From `train_cascade`.

    Returns
    -------
    BoostedCascade
        All stages.

    Raises
    ------
    DatasetError
        If the pictures did not even give windows for one stage.
    """
    if state.cascade is None:
        raise DatasetError("pictures without faces", "windows for one stage", state.finished)
    return state.cascade


def _next_state(
    state: CascadeState,
    recipe: CascadeRecipe,
    data: CascadeData,
    features: HaarFeatures,
    random: np.random.Generator,
    observer: CascadeObserver,
) -> CascadeState:
    """Return the state after one more stage, or why there is none."""
    stage = state.n_stages + 1
    wanted = recipe.others + recipe.held_out_others - len(state.left_over)
    catch = catch_windows(
        state.cascade, data.pictures, wanted, recipe, random, lambda *told: observer.on_visit(stage, *told)
    )
    others = np.concatenate([catch.windows, state.left_over])
    if len(others) < FEWEST * (recipe.others + recipe.held_out_others):
        return CascadeState(
            state.cascade, state.left_over, state.history, "hardly any window passes any more"
        )
    windows = _windows(state.cascade, others, recipe, data, random)
    most = recipe.rounds_of(state.n_stages)
    cascade, rounds = train_stage(
        windows,
        features,
        recipe,
        state.cascade,
        random,
        lambda n, how: observer.on_round(stage, n, most, how),
    )
    single = BoostedCascade(cascade.window, cascade.features, cascade.stages[-1:])
    left_over = others[passes(single, others, least_contrast=recipe.least_contrast)]
    history = [*state.history, _row(catch, windows, rounds)]
    after = CascadeState(cascade, left_over, history)
    after.finished = _end(after, recipe)
    return after


def _windows(
    cascade: BoostedCascade | None,
    others: ByteArray,
    recipe: CascadeRecipe,
    data: CascadeData,
    random: np.random.Generator,
) -> StageWindows:
    """Draw faces that pass all stages so far, and part the other windows."""
    faces, held_out = (
        _passing_faces(cascade, stock, n, recipe, data.pictures, random)
        for stock, n in ((data.faces, recipe.faces), (data.held_out, recipe.held_out_faces))
    )
    shuffled = others[random.permutation(len(others))]
    n = round(len(shuffled) * recipe.others / (recipe.others + recipe.held_out_others))
    return StageWindows(faces, shuffled[:n], held_out, shuffled[n:])


def _passing_faces(
    cascade: BoostedCascade | None,
    stock: FaceStock,
    n: int,
    recipe: CascadeRecipe,
    pictures: tuple[ByteArray, ...],
    random: np.random.Generator,
) -> ByteArray:
    """Draw faces until as many as are wanted have passed."""
    found: list[ByteArray] = []
    for _ in range(DRAWS):
        drawn = draw_faces(stock, n, pictures, recipe, random)
        found.append(drawn[passes(cascade, drawn, least_contrast=recipe.least_contrast)])
        if sum(map(len, found)) >= n:
            break
    return np.concatenate(found)[:n]


def _row(catch: Catch, windows: StageWindows, rounds: list[StageRound]) -> dict[str, object]:
    """Return what is kept of a stage's training."""
    return {
        "detection": rounds[-1].detection,
        "false_positives": rounds[-1].false_positives,
        "stumps": len(rounds),
        "faces": len(windows.faces),
        "others": len(windows.others),
        "visits": catch.visits,
        "passed_before": catch.rate,
        "rounds": [asdict(one) for one in rounds],
    }


def _end(state: CascadeState, recipe: CascadeRecipe) -> str:
    """Return why the training is over, or nothing."""
    if state.n_stages >= recipe.stages:
        return f"{recipe.stages} stages"
    if state.false_positive_rate <= recipe.target:
        return f"false-positive rate of at most {recipe.target:g}"
    return ""
