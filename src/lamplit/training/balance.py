"""Which faces an epoch shows and how much each class counts: settings, weights and the order of an epoch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from lamplit.core.arrays import AnyArray, ByteArray
from lamplit.core.errors import RecipeError
from lamplit.core.light import LightReading
from lamplit.core.refusal import kind_of
from lamplit.datasets.sampling import balanced_weights, person_groups
from lamplit.light import measure
from lamplit.training.augmentation import check_limits
from lamplit.training.faces import TrainingFaces

FACTORS = ("expression", "light", "verdict", "person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How far a training evens out what the data have more or less of.

    Parameters
    ----------
    sampling : float
        From 0, every face once an epoch, to 1, every group of `over` as often as every other; 0.5 is the
        square-root smoothing.
    over : tuple of str
        What sampling is balanced over: "expression", the majority class (no majority is a group, too);
        "light", its kind, easy or hard (`lamplit.core.refusal.kind_of`); "verdict", the first word of the
        light's verdict; "person", where the data say who is who.
    beta : float
        Effective numbers instead of numbers of faces (`lamplit.datasets.sampling.effective_number`), in
        [0, 1]; 1 counts faces.
    most : float
        Times that a face is shown in an epoch at most, on average.
    class_weights : float
        From 0, all classes count alike in the loss, to 1, inversely to their share of the targets.
    logit_adjustment : float
        How much of the classes' log shares is added to the logits in the loss; 1 is the consistent choice.
    """

    sampling: float = 0.0
    over: tuple[str, ...] = ("expression",)
    beta: float = 1.0
    most: float = 20.0
    class_weights: float = 0.0
    logit_adjustment: float = 0.0


_LIMITS: dict[str, tuple[float, float]] = {
    "sampling": (0.0, 1.0),
    "beta": (0.0, 1.0),
    "most": (1.0, 1e6),
    "class_weights": (0.0, 1.0),
    "logit_adjustment": (0.0, 4.0),
}


def check_balance(balance: Balance, *, where: str) -> None:
    """Refuse settings that cannot work.

    Parameters
    ----------
    balance : Balance
        The settings.
    where : str
        What errors call the recipe that has them.

    Raises
    ------
    RecipeError
        If a number is out of range or `over` names no factor, an unknown one, or one twice.
    """
    check_limits(balance, _LIMITS, where=f"{where}: balance")
    over = balance.over
    if not over or len(set(over)) != len(over) or set(over) - set(FACTORS):
        raise RecipeError(f"{where}: balance: over", f"some of {list(FACTORS)}, each once", f"{list(over)}")


def with_weights(faces: TrainingFaces, balance: Balance, *, people: Sequence[str] = ()) -> TrainingFaces:
    """Give faces their sampling weights.

    Parameters
    ----------
    faces : TrainingFaces
        The faces of a training.
    balance : Balance
        How far, and over what.
    people : sequence of str
        Who each face is, if the data say so; "" where they do not.

    Returns
    -------
    TrainingFaces
        The faces with weights, or as they came where nothing is to be balanced. Light is read on the
        pictures in the size that the network takes.

    Raises
    ------
    RecipeError
        If people are to be balanced and the data do not say who is who.
    """
    if not balance.sampling or not len(faces):
        return faces
    if "person" in balance.over and (len(people) != len(faces) or not any(people)):
        came = f"{sum(map(bool, people))} names"
        raise RecipeError("balance: over", "data that say who is who, for 'person'", came)
    pictures = faces.images[:, 0].cpu().numpy()  # (N, S, S)
    factors: dict[str, Callable[[], AnyArray]] = {
        "expression": lambda: faces.classes.cpu().numpy(),
        "light": lambda: _light_groups(pictures, kind_of),
        "verdict": lambda: _light_groups(pictures, lambda light: light.verdict[0]),
        "person": lambda: person_groups(people),
    }
    chosen = [factors[name]() for name in balance.over]
    weights = balanced_weights(chosen, strength=balance.sampling, beta=balance.beta, most=balance.most)
    return dataclasses.replace(faces, weights=torch.from_numpy(weights))


def _light_groups(pictures: ByteArray, group: Callable[[LightReading], str]) -> AnyArray:
    """Return the group of each picture's light; shape (N,), text."""
    return np.array([group(measure(picture)) for picture in pictures])


def epoch_order(faces: TrainingFaces, generator: Generator) -> Tensor:
    """Return the order in which an epoch shows its faces.

    Parameters
    ----------
    faces : TrainingFaces
        The faces; without weights each is shown once.
    generator : torch.Generator
        Source of randomness, on the faces' device.

    Returns
    -------
    Tensor of shape (N,), int64
        Positions of faces. With weights, of mean 1, a face of weight w is shown floor(w) or ceil(w) times, w
        times on average.

    Notes
    -----
    Weighted faces are drawn systematically: the weights of the faces, in random order, are laid end to end,
    and N equal steps from a random start say who is shown. Drawing one by one would miss a third of the
    faces in each epoch even if all weighed the same.

    References
    ----------
    Madow (1949), On the theory of systematic sampling, II, doi:10.1214/aoms/1177729988.

    Examples
    --------
    >>> weights = torch.tensor([3.0, 1.0, 0.0, 0.0])
    >>> faces = TrainingFaces(torch.zeros(4, 1, 8, 8), torch.ones(4, 1), torch.zeros(4), weights)
    >>> sorted(epoch_order(faces, torch.Generator().manual_seed(0)).tolist())
    [0, 0, 0, 1]
    """
    n, device = len(faces), faces.images.device
    shuffled = torch.randperm(n, generator=generator, device=device)
    if faces.weights is None:
        return shuffled
    start = torch.rand(1, generator=generator, device=device, dtype=torch.float64).cpu()
    # On the CPU, where sums are the same each time.
    places = shuffled.cpu()
    ends = faces.weights.double().cpu()[places].cumsum(0)
    steps = (torch.arange(n, dtype=torch.float64) + start) * (ends[-1] / n)
    drawn = places[torch.searchsorted(ends, steps, right=True).clamp_(max=n - 1)]
    # Shuffled again: now a face that is drawn twice stands beside itself.
    return drawn.to(device)[torch.randperm(n, generator=generator, device=device)]
