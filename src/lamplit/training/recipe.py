"""Recipes: a short TOML file that lists only what differs from the defaults."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lamplit.core.errors import RecipeError
from lamplit.core.labels import EXPRESSIONS, LABEL_SETS, LabelSet
from lamplit.datasets.corpora import CORPORA
from lamplit.report.claims import CLAIMS
from lamplit.training.augmentation import Augmentation, check_augmentation, check_limits
from lamplit.training.balance import Balance, check_balance
from lamplit.training.finetuning import Finetuning
from lamplit.training.leaks import NEAR_COPIES
from lamplit.training.recipe_files import EXPRESSION, list_recipe_files, read_recipe_file
from lamplit.training.recipe_values import Names, split_tables, typed_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides how a model is trained.

    Parameters
    ----------
    name : str
        Name of the recipe; weights are called after it.
    dataset : str
        The corpus; "ferplus", or for fine-tuning one of `lamplit.datasets.CORPORA`.
    network : str
        The architecture, by its registered name.
    settings : mapping
        Keyword arguments of the architecture.
    start : str
        Name of the recipe whose averaged weights this training starts from, or of weights that come with
        lamplit; they may be those of a network with fewer blocks. "" for fresh weights.
    blend : float
        Share of the trained weights in the published ones; the rest are those that the training started
        from (`lamplit.training.blending`). Below 1 only with `start`.
    teach : float
        Share of each target that teachers give: what they say of the face in good light. The rest are the
        votes (Hinton, Vinyals, Dean 2015, arXiv:1503.02531).
    teachers : sequence of str
        Names of the recipes, or of weights that come with lamplit, that teach together; by default `start`
        alone.
    teachers_see : str
        "mirror": each face and its mirror image; "upright": the same two, and both views of the face brought
        upright by its landmarks (`lamplit.faces.upright`). What they say of all views is averaged.
    mirror : float
        Share of each whole target that the network in training gives itself: the mean of what it says of the
        face and of its mirror image; the rest is votes and teachers as above. Above 0 every step sees both
        and takes twice the time (`lamplit.training.agreement`). Not beside `class_weights`.
    upright : float
        The same for the face and the face brought upright by its landmarks (`lamplit.faces.upright`), each
        turned, mirrored and lit by a draw of its own. Not beside `mirror`, `mixup` and `cutmix`.
    unlabelled : str
        Name of a folder or zip, in the folder of the data set, with pictures of faces that nobody labelled:
        the teachers' answers are their targets. "" for none.
    labels : str
        What the network speaks: the name of a set in `lamplit.core.labels.LABEL_SETS`.
    targets : str
        What it is taught: "distribution", the shares of the votes, or "majority", one class per face.
    size : int
        Side of the network's input in pixels, a multiple of 8.
    lit_at : int
        Side in pixels at which training faces are varied and lit, before they are enlarged to `size`: noise
        is that of the pixels of the picture, not of the network's. 0 for `size` itself.
    epochs : int
        Passes over the training faces. The last epoch is the result: none is picked by validation.
    patience : int
        Above 0 the result is the epoch with the least loss on held-out faces, and after so many epochs
        without a better one the training ends (`lamplit.training.stopping`).
    batch_size : int
        Faces per step, of all processes together.
    learning_rate : float
        Peak of the one-cycle schedule (Smith and Topin 2019, doi:10.1117/12.2520589).
    warmup : float
        Share of the steps that rise to the peak.
    weight_decay : float
        Decay of AdamW (Loshchilov and Hutter 2019) on weight matrices; scales and biases have none.
    averaging : float
        Decay per step of the moving average of the weights, which is what is validated and published.
    holdout : float
        Share of the training faces kept back to fit the temperature, so that validation stays untouched.
    holdout_seed : int
        Seed of which faces those are; runs that build on each other need the same.
    seed : int
        Seed of every other random choice.
    near_copies : str
        "keep" or "drop" training pictures that nearly stand in validation (`lamplit.training.leaks`).
    balance : Balance
        How far rare expressions, lights and people are shown or counted more.
    augment : Augmentation
        How pictures are varied.
    claims : mapping
        Figures that others have published, with their `source`; the training ends with a page that sets what
        was measured beside them (`lamplit.report.claims`).
    finetune : Finetuning, optional
        How to go on from finished weights to labels of the data's own. Network, size and labels are then
        those of the weights and the data, whatever the recipe says.
    """

    name: str
    dataset: str = "ferplus"
    network: str = "fusion"
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: str = ""
    blend: float = 1.0
    teach: float = 0.0
    teachers: Names = ()
    teachers_see: str = "mirror"
    mirror: float = 0.0
    upright: float = 0.0
    unlabelled: str = ""
    labels: str = EXPRESSIONS.name
    targets: str = "distribution"
    size: int = 48
    lit_at: int = 0
    epochs: int = 24
    patience: int = 0
    batch_size: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.2
    weight_decay: float = 0.05
    averaging: float = 0.998
    holdout: float = 0.05
    holdout_seed: int = 0
    seed: int = 0
    near_copies: str = "keep"
    balance: Balance = field(default_factory=Balance)
    augment: Augmentation = field(default_factory=Augmentation)
    claims: Mapping[str, Any] = field(default_factory=dict)
    finetune: Finetuning | None = None

    @property
    def taken_at(self) -> int:
        """Side in pixels of the training faces before they are enlarged for the network."""
        return self.lit_at or self.size

    @property
    def speaks(self) -> LabelSet:
        """The labels as a set."""
        return LABEL_SETS[self.labels]

    @property
    def taught_by(self) -> Names:
        """Names of the recipes that teach; none where `teach` is 0."""
        return (self.teachers or (self.start,)) if self.teach else ()

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as plain values, nested tables as dictionaries, ranges as lists."""
        plain = dataclasses.asdict(self)
        plain |= {
            "settings": dict(self.settings),
            "claims": dict(self.claims),
            "teachers": list(self.teachers),
        }
        for table in (*(plain[name] for name in TABLES), plain["finetune"] or {}):
            table |= {key: list(value) for key, value in table.items() if isinstance(value, tuple)}
        return plain


TABLES: dict[str, Any] = {"augment": Augmentation, "balance": Balance}
"""Keys of a recipe that are tables with defaults of their own."""


def holdout_seed_of(kept: Mapping[str, Any]) -> int:
    """Return the seed of the held-out faces from a recipe that a checkpoint or a card has kept.

    Parameters
    ----------
    kept : mapping
        From `Recipe.as_dict`, of this version or an older one.

    Returns
    -------
    int
        Its `holdout_seed`; before there was one, the run's seed drew those faces, too.

    Examples
    --------
    >>> holdout_seed_of({"seed": 3}), holdout_seed_of({"seed": 3, "holdout_seed": 1})
    (3, 1)
    """
    return int(kept.get("holdout_seed", kept.get("seed", 0)))


def list_recipes() -> list[str]:
    """Return the names of the recipes for expression networks that come with lamplit, sorted.

    Examples
    --------
    >>> "expression-fusion-ferplus" in list_recipes()
    True
    """
    return list_recipe_files(EXPRESSION)


def load_recipe(name: str | Path) -> Recipe:
    """Load a recipe that comes with lamplit, or one's own.

    Parameters
    ----------
    name : str or Path
        A name from `list_recipes()`, or the path of a TOML file.

    Returns
    -------
    Recipe
        The defaults with the file's differences.

    Raises
    ------
    RecipeError
        If there is no such recipe, it is no TOML, a key is unknown or a value has the wrong type or range.

    Examples
    --------
    >>> load_recipe("expression-fusion-ferplus").network
    'fusion'
    """
    return recipe_from_dict(read_recipe_file(name, EXPRESSION), where=str(name))


def recipe_from_dict(values: Mapping[str, Any], *, where: str) -> Recipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `augment` and `balance` are nested mappings.
    where : str
        What errors call the recipe.

    Returns
    -------
    Recipe
        The recipe.

    Raises
    ------
    RecipeError
        If a key is unknown or a value has the wrong type or range.
    """
    names = {*TABLES, "finetune"}
    # A card has null where a recipe has no table.
    given = {key: value for key, value in values.items() if key not in names or value is not None}
    top, tables = split_tables(given, names, where)
    nested = {n: kind(**typed_values(kind, tables.get(n, {}), where)) for n, kind in TABLES.items()}
    finetune = tables.get("finetune")
    recipe = Recipe(
        **typed_values(Recipe, top, where),
        **nested,
        finetune=None if finetune is None else Finetuning(**typed_values(Finetuning, finetune, where)),
    )
    _check_ranges(recipe, where)
    return recipe


def check_name(name: str, *, where: str) -> None:
    """Refuse a name that files cannot have.

    Parameters
    ----------
    name : str
        Name of a recipe or of weights.
    where : str
        What errors call it.

    Raises
    ------
    RecipeError
        If it is empty, begins with a dot or has a slash, backslash or NUL.
    """
    if not name or set(name) & set("/\\\0") or name.startswith("."):
        raise RecipeError(where, "a name for files, without slashes", repr(name))


TARGETS = ("distribution", "majority")
VIEWS = ("mirror", "upright")

_LIMITS: dict[str, tuple[float, float]] = {
    "size": (16, 512),
    "lit_at": (0, 512),
    "epochs": (1, 10_000),
    "patience": (0, 10_000),
    "batch_size": (2, 65_536),
    "learning_rate": (1e-8, 10.0),
    "warmup": (0.01, 0.99),
    "weight_decay": (0.0, 10.0),
    "blend": (0.0, 1.0),
    "teach": (0.0, 1.0),
    "mirror": (0.0, 0.95),
    "upright": (0.0, 0.95),
    "averaging": (0.0, 0.999999),
    "holdout": (0.0, 0.5),
    "seed": (0, 2**31 - 1),
    "holdout_seed": (0, 2**31 - 1),
}


def _check_ranges(recipe: Recipe, where: str) -> None:
    """Refuse values that cannot work."""
    check_limits(recipe, _LIMITS, where=where)
    check_augmentation(recipe.augment, where=where)
    words = {"labels": LABEL_SETS, "targets": TARGETS, "near_copies": NEAR_COPIES, "teachers_see": VIEWS}
    for key, names in words.items():
        if (value := getattr(recipe, key)) not in names:
            raise RecipeError(f"{where}: {key}", f"one of {list(names)}", repr(value))
    check_balance(recipe.balance, where=where)
    _check_agreement(recipe, where)
    claims = {"source", *CLAIMS}
    unknown = sorted(set(recipe.claims) - claims)
    if unknown:
        raise RecipeError(f"{where}: claims", f"keys among {sorted(claims)}", str(unknown))
    if recipe.size % 8:
        raise RecipeError(f"{where}: size", "a multiple of 8", repr(recipe.size))
    if recipe.lit_at and not 16 <= recipe.lit_at <= recipe.size:
        raise RecipeError(f"{where}: lit_at", f"0, or from 16 to size, {recipe.size}", repr(recipe.lit_at))
    _check_teaching(recipe, where)
    if recipe.blend < 1 and not recipe.start:
        raise RecipeError(f"{where}: blend", "a recipe with the key start, whose weights are blended", "none")
    if recipe.patience and not recipe.holdout:
        raise RecipeError(f"{where}: patience", "a recipe with holdout above 0, whose loss decides", "none")
    check_name(recipe.name, where=f"{where}: name")
    datasets = ["ferplus"] if recipe.finetune is None else list(CORPORA)
    if recipe.dataset not in datasets:
        required = "'ferplus'" if recipe.finetune is None else f"one of {datasets}"
        raise RecipeError(f"{where}: dataset", required, repr(recipe.dataset))
    if recipe.finetune is not None:
        recipe.finetune.check(where)
        _check_finetuned(recipe, recipe.finetune.balance, where)


def _check_agreement(recipe: Recipe, where: str) -> None:
    """Refuse what cannot stand beside a network that is its own teacher."""
    for key in ("mirror", "upright"):
        share: float = getattr(recipe, key)
        if share and recipe.balance.class_weights:
            # What it says has the weights in it already, and would be weighed again with each step.
            hint = "logit_adjustment and sampling go with it"
            raise RecipeError(f"{where}: {key}", "0 beside balance: class_weights", f"{share:g}", hint)
    if recipe.upright:
        for key, value in (
            ("mirror", recipe.mirror),
            ("augment: mixup", recipe.augment.mixup),
            ("augment: cutmix", recipe.augment.cutmix),
        ):
            if value:
                raise RecipeError(f"{where}: upright", f"0 beside {key} above 0", f"{recipe.upright:g}")


_OF_WHOLE_TRAININGS = (
    *("start", "blend", "teach", "teachers", "teachers_see", "mirror", "upright", "unlabelled", "claims"),
    *("near_copies", "network", "settings", "size", "lit_at", "labels", "targets", "holdout_seed"),
)


def _check_finetuned(recipe: Recipe, weighs: float, where: str) -> None:
    """Refuse what does nothing where a training that weighs labels itself goes on from finished weights."""
    usual = Recipe(name=recipe.name)
    for key in _OF_WHOLE_TRAININGS:
        if (value := getattr(recipe, key)) != getattr(usual, key):
            required, hint = "no such key beside a table [finetune], where it does nothing", ""
            if key == "start":
                hint = "the key weights of that table says what to start from"
            raise RecipeError(f"{where}: {key}", required, repr(value), hint)
    balance = recipe.balance
    if balance.class_weights:
        required = "0 beside a table [finetune], whose key balance weighs labels"
        raise RecipeError(f"{where}: balance: class_weights", required, f"{balance.class_weights:g}")
    if balance.sampling and "expression" in balance.over and weighs:
        required = "balance = 0 in [finetune], or over without 'expression': else rare labels count twice"
        raise RecipeError(f"{where}: balance: sampling", required, f"balance = {weighs:g}")


def _check_teaching(recipe: Recipe, where: str) -> None:
    """Refuse teachers who cannot teach, and faces that nobody speaks of."""
    if recipe.teach and not (recipe.start or recipe.teachers):
        required = "a recipe with the key teachers or start, whose networks teach"
        raise RecipeError(f"{where}: teach", required, "neither")
    usual = Recipe(name=recipe.name)
    for key in ("teachers", "teachers_see", "unlabelled"):
        if getattr(recipe, key) != getattr(usual, key) and not recipe.teach:
            raise RecipeError(
                f"{where}: {key}", "a recipe with a share to teach (teach above 0)", "teach = 0"
            )
    for name in recipe.teachers:
        check_name(name, where=f"{where}: teachers")
    if recipe.unlabelled:
        check_name(recipe.unlabelled, where=f"{where}: unlabelled")
