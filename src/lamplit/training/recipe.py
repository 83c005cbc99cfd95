"""Recipes: a short TOML file that lists only what differs from the defaults."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from lamplit.core.errors import RecipeError
from lamplit.core.labels import EXPRESSIONS, LABEL_SETS, LabelSet
from lamplit.datasets.corpora import CORPORA
from lamplit.report.claims import CLAIMS
from lamplit.training.finetuning import Finetuning

Range = tuple[float, float]
"""Smallest and largest value; drawn evenly between them, or evenly on a logarithmic scale where said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How training pictures are varied; every picture gets its own draw.

    Parameters
    ----------
    rotation : float
        Largest turn in the plane, in degrees either way.
    scale : float
        Largest change of size, as a share of 1 either way.
    shift : float
        Largest shift of each axis, as a share of the side.
    flip : float
        Probability of mirroring.
    erase : float
        Probability that a rectangle is replaced by the picture's mean.
    light : float
        Probability that the picture gets the following worse light.
    relight : float
        Probability, among those, that the light comes from another direction
        (`lamplit.light.relighting.relight`).
    azimuth, elevation : (float, float)
        Where it then comes from, in degrees; the azimuth to either side.
    strength : (float, float)
        How much of the old light it replaces.
    tone : float
        Probability, among those with worse light, of a bent tone curve.
    gamma : (float, float)
        Exponent of the tone curve, logarithmic.
    gain : (float, float)
        Exposure; logarithmic. Above 1 clips highlights.
    over : float
        Probability, among those with worse light, of over-exposure instead.
    over_gain : (float, float)
        Exposure of those, logarithmic.
    backlight : float
        Probability, among those with worse light, that all around the head is white.
    photons : (float, float)
        Electrons at full scale of the photon noise, logarithmic.
    read_noise : (float, float)
        Standard deviation of the read noise, as a share of full scale.
    """

    rotation: float = 15.0
    scale: float = 0.15
    shift: float = 0.06
    flip: float = 0.5
    erase: float = 0.25
    light: float = 0.5
    relight: float = 0.0
    azimuth: Range = (0.0, 110.0)
    elevation: Range = (-35.0, 60.0)
    strength: Range = (0.4, 1.0)
    tone: float = 1.0
    gamma: Range = (0.5, 3.0)
    gain: Range = (0.15, 1.6)
    over: float = 0.0
    over_gain: Range = (1.3, 3.5)
    backlight: float = 0.0
    photons: Range = (40.0, 4000.0)
    read_noise: Range = (0.0, 0.02)


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
        Name of the recipe whose averaged weights this training starts from; "" for fresh weights.
    blend : float
        Share of the trained weights in the published ones; the rest are those that the training started
        from (`lamplit.training.blending`). Below 1 only with `start`.
    teach : float
        Share of each target that the network of `start` gives: what it says of the face in good light, mean
        of both mirror images. The rest are the votes (Hinton, Vinyals, Dean 2015, arXiv:1503.02531).
    labels : str
        What the network speaks: the name of a set in `lamplit.core.labels.LABEL_SETS`.
    targets : str
        What it is taught: "distribution", the shares of the votes, or "majority", one class per face.
    size : int
        Side of the network's input in pixels, a multiple of 8.
    epochs : int
        Passes over the training faces. The last epoch is the result: none is picked by validation.
    batch_size : int
        Faces per step.
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
    seed : int
        Seed of every random choice.
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
    labels: str = EXPRESSIONS.name
    targets: str = "distribution"
    size: int = 48
    epochs: int = 24
    batch_size: int = 128
    learning_rate: float = 3e-3
    warmup: float = 0.2
    weight_decay: float = 0.05
    averaging: float = 0.998
    holdout: float = 0.05
    seed: int = 0
    augment: Augmentation = field(default_factory=Augmentation)
    claims: Mapping[str, Any] = field(default_factory=dict)
    finetune: Finetuning | None = None

    @property
    def speaks(self) -> LabelSet:
        """The labels as a set."""
        return LABEL_SETS[self.labels]

    def as_dict(self) -> dict[str, Any]:
        """Return every setting as plain values, nested tables as dictionaries, ranges as lists."""
        plain = dataclasses.asdict(self)
        plain |= {"settings": dict(self.settings), "claims": dict(self.claims)}
        for table in (plain["augment"], plain["finetune"] or {}):
            table |= {k: list(v) for k, v in table.items() if isinstance(v, tuple)}
        return plain


def list_recipes() -> list[str]:
    """Return the names of the recipes that come with lamplit, sorted.

    Examples
    --------
    >>> "expression-fusion-ferplus" in list_recipes()
    True
    """
    folder = resources.files("lamplit.recipes")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


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
    path = Path(name)
    if path.suffix == ".toml":
        source, stem = path, path.stem
    elif str(name) in list_recipes():
        source, stem = resources.files("lamplit.recipes") / f"{name}.toml", str(name)  # type: ignore[assignment]
    else:
        raise RecipeError(str(name), f"one of {list_recipes()} or the path of a .toml file", "neither")
    try:
        differences = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(str(name), "a TOML file that can be read", str(error)) from error
    return recipe_from_dict({"name": stem, **differences}, where=str(name))


def recipe_from_dict(values: Mapping[str, Any], *, where: str) -> Recipe:
    """Build a recipe from plain values.

    Parameters
    ----------
    values : mapping
        Settings that differ from the defaults; `augment` is a nested mapping.
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
    tables = {key: values.get(key) for key in ("augment", "finetune")}
    for key, table in tables.items():
        if table is not None and not isinstance(table, Mapping):
            raise RecipeError(f"{where}: {key}", "a table", repr(table))
    top = {key: value for key, value in values.items() if key not in tables}
    augment, finetune = tables["augment"] or {}, tables["finetune"]
    recipe = Recipe(
        **_checked(Recipe, top, where),
        augment=Augmentation(**_checked(Augmentation, augment, where)),
        finetune=None if finetune is None else Finetuning(**_checked(Finetuning, finetune, where)),
    )
    _check_ranges(recipe, where)
    return recipe


def _checked(kind: type, values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the values in the types of the dataclass's fields."""
    hints = typing.get_type_hints(kind)
    checked = {}
    for key, value in values.items():
        if key not in hints:
            close = difflib.get_close_matches(key, hints, n=1)
            hint = f"did you mean {close[0]!r}?" if close else ""
            raise RecipeError(f"{where}: {key}", f"a key among {sorted(hints)}", "an unknown one", hint)
        checked[key] = _converted(value, hints[key], f"{where}: {key}")
    return checked


_SEQUENCES: dict[Any, str] = {
    tuple[float, ...]: "a list of numbers",
    tuple[int, ...]: "a list of whole numbers",
    tuple[str, ...]: "a list of texts",
}
_WORDS: dict[Any, str] = {int: "a whole number", float: "a number", str: "a text", **_SEQUENCES}


def _converted(value: Any, kind: Any, where: str) -> Any:
    """Return a TOML value in the type of a field."""
    if kind == Range:
        if isinstance(value, list) and len(value) == 2 and all(_is_number(v) for v in value):
            low, high = float(value[0]), float(value[1])
            if low <= high:
                return low, high
        raise RecipeError(where, "two numbers [smallest, largest]", repr(value))
    if kind is float and _is_number(value):
        return float(value)
    if kind in (int, str) and type(value) is kind:
        return value
    if kind in _SEQUENCES and isinstance(value, list):
        return tuple(_converted(item, typing.get_args(kind)[0], where) for item in value)
    if typing.get_origin(kind) is not None and isinstance(value, Mapping):
        return dict(value)
    raise RecipeError(where, _WORDS.get(kind, "a table"), repr(value))


def _is_number(value: Any) -> bool:
    """Return whether a TOML value is a number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


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

_LIMITS: dict[str, tuple[float, float]] = {
    "size": (16, 512),
    "epochs": (1, 10_000),
    "batch_size": (2, 65_536),
    "learning_rate": (1e-8, 10.0),
    "warmup": (0.01, 0.99),
    "weight_decay": (0.0, 10.0),
    "blend": (0.0, 1.0),
    "teach": (0.0, 1.0),
    "averaging": (0.0, 0.999999),
    "holdout": (0.0, 0.5),
    "seed": (0, 2**31 - 1),
}
_AUGMENT_LIMITS: dict[str, tuple[float, float]] = {
    "rotation": (0.0, 180.0),
    "scale": (0.0, 0.9),
    "shift": (0.0, 1.0),
    "flip": (0.0, 1.0),
    "erase": (0.0, 1.0),
    "light": (0.0, 1.0),
    "relight": (0.0, 1.0),
    "azimuth": (0.0, 180.0),
    "elevation": (-90.0, 90.0),
    "strength": (0.0, 1.0),
    "tone": (0.0, 1.0),
    "gamma": (0.01, 100.0),
    "gain": (1e-4, 100.0),
    "over": (0.0, 1.0),
    "over_gain": (1e-4, 100.0),
    "backlight": (0.0, 1.0),
    "photons": (1.0, 1e9),
    "read_noise": (0.0, 1.0),
}


def _check_ranges(recipe: Recipe, where: str) -> None:
    """Refuse values that cannot work."""
    for owner, limits in ((recipe, _LIMITS), (recipe.augment, _AUGMENT_LIMITS)):
        for key, (low, high) in limits.items():
            value = getattr(owner, key)
            numbers = value if isinstance(value, tuple) else (value,)
            if not all(low <= number <= high for number in numbers):
                raise RecipeError(f"{where}: {key}", f"a value from {low:g} to {high:g}", repr(value))
    for key, value, names in (("labels", recipe.labels, LABEL_SETS), ("targets", recipe.targets, TARGETS)):
        if value not in names:
            raise RecipeError(f"{where}: {key}", f"one of {list(names)}", repr(value))
    claims = {"source", *CLAIMS}
    unknown = sorted(set(recipe.claims) - claims)
    if unknown:
        raise RecipeError(f"{where}: claims", f"keys among {sorted(claims)}", str(unknown))
    if recipe.size % 8:
        raise RecipeError(f"{where}: size", "a multiple of 8", repr(recipe.size))
    if recipe.teach and not recipe.start:
        raise RecipeError(f"{where}: teach", "a recipe with the key start, whose network teaches", "none")
    if recipe.blend < 1 and not recipe.start:
        raise RecipeError(f"{where}: blend", "a recipe with the key start, whose weights are blended", "none")
    check_name(recipe.name, where=f"{where}: name")
    datasets = ["ferplus"] if recipe.finetune is None else list(CORPORA)
    if recipe.dataset not in datasets:
        required = "'ferplus'" if recipe.finetune is None else f"one of {datasets}"
        raise RecipeError(f"{where}: dataset", required, repr(recipe.dataset))
    if recipe.finetune is not None:
        recipe.finetune.check(where)
