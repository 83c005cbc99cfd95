"""What an epoch shows: by hand, and that nothing changes where nothing is balanced."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import blobs
import numpy as np
import pytest
import torch

from lamplit.core.errors import RecipeError
from lamplit.training.balance import Balance, epoch_order, with_weights
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import train


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def faces(classes: list[int], levels: list[int] | None = None) -> TrainingFaces:
    """Pictures that grow brighter from top to bottom about a grey level, each with a class."""
    grey = np.array(levels or [128] * len(classes))[:, None, None, None]
    ramp = np.linspace(0.2, 1.8, 24)[:, None] * np.ones(24)
    images = torch.from_numpy((grey * ramp).astype(np.uint8))
    return TrainingFaces(images, torch.ones(len(classes), 8) / 8, torch.tensor(classes))


def weighted(weights: list[float]) -> TrainingFaces:
    return dataclasses.replace(faces([0] * len(weights)), weights=torch.tensor(weights))


def test_without_weights_the_order_is_the_permutation_it_always_was() -> None:
    order = epoch_order(faces([0] * 50), generator(7))
    assert torch.equal(order, torch.randperm(50, generator=generator(7)))


def test_nothing_to_balance_leaves_the_faces_as_they_came() -> None:
    some = faces([0, 0, 1])
    assert with_weights(some, Balance(over=("light", "expression"))) is some


def test_three_to_one_is_seen_as_often_as_each_other() -> None:
    some = with_weights(faces([0, 0, 0, 1] * 30), Balance(sampling=1.0))
    assert some.weights is not None
    np.testing.assert_allclose(some.weights, [2 / 3, 2 / 3, 2 / 3, 2] * 30)
    seen = torch.bincount(some.classes[epoch_order(some, generator())])
    assert seen.tolist() == pytest.approx([60, 60], abs=1)


def test_faces_of_weight_one_are_each_seen_once() -> None:
    order = epoch_order(weighted([1.0] * 40), generator())
    assert sorted(order.tolist()) == list(range(40))
    assert order.tolist() != list(range(40))


@pytest.mark.parametrize("seed", range(5))
def test_a_face_is_seen_as_often_as_it_weighs_up_or_down(seed: int) -> None:
    weights = [2.5, 0.5, 0.25, 0.75, 1.0, 1.0]
    seen = np.bincount(epoch_order(weighted(weights), generator(seed)), minlength=6)
    assert seen.sum() == 6
    assert (np.floor(weights) <= seen).all()
    assert (seen <= np.ceil(weights)).all()


def test_over_many_epochs_the_mean_is_the_weight() -> None:
    some = weighted([2.5, 0.5, 0.25, 0.75])
    seen = np.mean([np.bincount(epoch_order(some, generator(s)), minlength=4) for s in range(2000)], axis=0)
    np.testing.assert_allclose(seen, some.weights, atol=0.05)


def test_copies_of_a_face_do_not_stand_side_by_side() -> None:
    order = epoch_order(weighted([30.0] + [0.5] * 60), generator()).numpy()
    assert (order == 0).sum() >= 29
    assert np.diff(np.flatnonzero(order == 0)).max() > 1


def test_the_order_comes_from_the_seed_alone() -> None:
    some = weighted([1.5, 0.5] * 20)
    first, again, other = (epoch_order(some, generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("factor", ["light", "verdict"])
def test_rare_light_is_seen_more_often(factor: str) -> None:
    # One picture in four is nearly black: the verdict is "dark", and the kind of its light "hard".
    some = with_weights(faces([0] * 8, [128, 128, 128, 22] * 2), Balance(sampling=1.0, over=(factor,)))
    assert some.weights is not None
    np.testing.assert_allclose(some.weights, [2 / 3, 2 / 3, 2 / 3, 2] * 2)


def test_people_are_balanced_where_they_are_known() -> None:
    balance = Balance(sampling=1.0, over=("person",))
    some = with_weights(faces([0, 0, 0, 1]), balance, people=["Ann", "Ann", "Ann", "Bob"])
    assert some.weights is not None
    np.testing.assert_allclose(some.weights, [2 / 3, 2 / 3, 2 / 3, 2])
    with pytest.raises(RecipeError, match="balance: over: needs data that say who is who, for 'person'"):
        with_weights(faces([0, 1]), balance)


def test_a_balanced_run_that_was_stopped_goes_on_as_if_it_was_not(tmp_path: Path) -> None:
    recipe = blobs.recipe(epochs=2, balance={"sampling": 0.5, "class_weights": 0.5, "logit_adjustment": 0.5})
    some = with_weights(blobs.faces(70), recipe.balance)
    data = dataclasses.replace(blobs.data(validation=16), training=some)
    networks = []
    for name, stop_at in (("whole", None), ("stopped", (2, 3))):
        folder = tmp_path / name
        folder.mkdir()
        if stop_at is not None:
            with pytest.raises(KeyboardInterrupt):
                train(recipe, data, folder, observer=blobs.Silent(stop_at))
        observer = blobs.Silent()
        networks.append(train(recipe, data, folder, observer=observer))
    assert observer.batches == [(2, batch, 4) for batch in (1, 2, 3, 4)]
    states = [network.state_dict() for network in networks]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"sampling": 2}, "blobs: balance: sampling: needs a value from 0 to 1, got 2.0"),
        ({"over": []}, r"blobs: balance: over: needs some of \['expression', .*, each once, got \[\]"),
        ({"over": ["light", "light"]}, r"each once, got \['light', 'light'\]"),
        ({"over": ["age"]}, r"each once, got \['age'\]"),
        ({"over": "light"}, "blobs: over: needs a list of texts, got 'light'"),
        ({"sampled": 1}, "blobs: sampled: needs a key among .*did you mean 'sampling'"),
        (0.5, "blobs: balance: needs a table, got 0.5"),
    ],
)
def test_what_cannot_be_balanced_is_refused(table: object, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        blobs.recipe(balance=table)


def test_the_recipe_keeps_its_table_as_plain_values() -> None:
    recipe = blobs.recipe(balance={"sampling": 1, "over": ["light", "expression"]})
    assert recipe.balance == Balance(sampling=1.0, over=("light", "expression"))
    assert recipe.as_dict()["balance"]["over"] == ["light", "expression"]
    assert blobs.recipe(**{k: v for k, v in recipe.as_dict().items() if k != "name"}) == recipe
