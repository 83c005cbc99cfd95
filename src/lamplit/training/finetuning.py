"""How to fine-tune: the table `[finetune]` of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lamplit.core.errors import RecipeError
from lamplit.training.framing import AUTO, FRAMINGS

HELD_OUT, EVERYBODY = "held-out", "people"
REPORTS = (HELD_OUT, EVERYBODY)
"""What the report is measured on: pictures held out, or every person by a network that never saw them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finetuning:
    """Settings of a training that goes on from finished weights to labels of one's own.

    Parameters
    ----------
    weights : str
        Name of weights that come with lamplit, or path of an .onnx file; "" for
        `lamplit.weights.registry.FLOAT_EXPRESSION`.
    framing : str
        How faces are framed: "auto", "find" or "as-is" (`lamplit.training.framing.frame_faces`).
    taps : mapping of str to int
        Layers that the new head reads, each with the cells of its grid (`lamplit.nets.tapped.TappedNet`).
    freeze : str
        Which part of the network keeps its weights: "all", "none", or the last part that does, such as
        "stage3". Whatever it says, the new head is fitted first, with all else frozen.
    scales : sequence of float
        Input sizes that are tried, as multiples of the one that the weights have; cross-validation over the
        training pictures chooses one.
    strengths : sequence of float
        Penalties on the head's weights that are tried, chosen with the size.
    folds : int
        Folds of that cross-validation; no person is in two of them.
    copies : sequence of int
        How often each picture is shown to the head: 1, as it is; 2, also mirrored; more, also as `augment`
        varies it. What is tried is chosen with the size: where all pictures were taken alike, the faces as
        they are teach most.
    balance : float
        How far labels with few pictures count more: 0 not at all, 1 until all labels weigh the same.
    report : str
        "held-out": a share of the pictures, of people of their own where people are known, is kept for the
        report. "people": every person in turn is left out, and the weights are at last fitted to all.
    share : float
        The share of the pictures that is held out.
    splits : sequence of str
        The split to learn from and the one to report on, for data that has splits; () to divide it.

    Examples
    --------
    >>> Finetuning().freeze
    'all'
    """

    weights: str = ""
    framing: str = AUTO
    taps: Mapping[str, int] = field(default_factory=lambda: {"stage3": 3, "stage4": 3})
    freeze: str = "all"
    scales: tuple[float, ...] = (1.0, 1.5, 2.0)
    strengths: tuple[float, ...] = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)
    folds: int = 5
    copies: tuple[int, ...] = (1, 2, 4)
    balance: float = 0.5
    report: str = HELD_OUT
    share: float = 0.2
    splits: tuple[str, ...] = ()

    def check(self, where: str) -> None:
        """Refuse values that cannot work.

        Parameters
        ----------
        where : str
            What errors call the recipe.

        Raises
        ------
        RecipeError
            If a value is out of range.
        """
        for key, low, high in _LIMITS:
            value = getattr(self, key)
            numbers = value if isinstance(value, tuple) else (value,)
            if not numbers or not all(low <= number <= high for number in numbers):
                raise RecipeError(f"{where}: {key}", f"values from {low:g} to {high:g}", repr(value))
        for key, names in (("framing", FRAMINGS), ("report", REPORTS)):
            if getattr(self, key) not in names:
                raise RecipeError(f"{where}: {key}", f"one of {list(names)}", repr(getattr(self, key)))
        if len(self.splits) not in (0, 2):
            required = "two names, of the split to learn from and of the one to report on"
            raise RecipeError(f"{where}: splits", required, repr(list(self.splits)))


def tuning_of(recipe: str, tuning: Finetuning | None) -> Finetuning:
    """Return a recipe's table `[finetune]`.

    Parameters
    ----------
    recipe : str
        Name of the recipe.
    tuning : Finetuning, optional
        What it has.

    Returns
    -------
    Finetuning
        The same.

    Raises
    ------
    RecipeError
        If it has none.

    Examples
    --------
    >>> tuning_of("mine", Finetuning(folds=3)).folds
    3
    """
    if tuning is None:
        raise RecipeError(
            recipe, "a table [finetune]", "none", "lamplit's own recipe of that kind is finetune"
        )
    return tuning


_LIMITS = (
    ("scales", 0.25, 8.0),
    ("strengths", 1e-9, 1e3),
    ("folds", 2, 100),
    ("copies", 1, 100),
    ("balance", 0.0, 1.0),
    ("share", 0.01, 0.9),
)
