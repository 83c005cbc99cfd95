"""One answer to two views of a face: targets by hand, and a network that learns to agree with itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import blobs
import pytest
import torch
from torch import Tensor, nn

from lamplit.core.errors import CheckpointError, DatasetError, RecipeError
from lamplit.nets import build_network
from lamplit.training import session
from lamplit.training.agreement import agreed_targets, with_mirror_images
from lamplit.training.averaging import MovingAverage
from lamplit.training.checkpoint import load_checkpoint, save_checkpoint
from lamplit.training.devices import choose_fabric
from lamplit.training.faces import TrainingData, TrainingFaces
from lamplit.training.loop import _Epoch, predict_logits, train
from lamplit.training.loss import ExpressionLoss, loss_for
from lamplit.training.recipe import Recipe
from lamplit.training.session import run_training
from lamplit.training.state import fresh_state
from lamplit.training.team import Team

STILL = {"flip": 0.0, "rotation": 0.0, "scale": 0.0, "shift": 0.0, "erase": 0.0, "light": 0.0}


def answers(network: nn.Module, images: Tensor) -> Tensor:
    with torch.no_grad():
        return predict_logits(network, images).softmax(dim=1)


def apart(network: nn.Module) -> float:
    """How far what a network says of faces is from what it says of their mirror images."""
    images = blobs.faces(64, seed=5).images
    return float((answers(network, images) - answers(network, images.flip(3))).abs().sum(dim=1).mean())


def test_mirror_images_follow_the_faces() -> None:
    images = torch.arange(24.0).view(2, 1, 3, 4)
    both = with_mirror_images(images)
    assert torch.equal(both[:2], images)
    assert torch.equal(both[3, 0], torch.fliplr(images[1, 0]))


def test_targets_by_hand() -> None:
    targets = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    # Said of the first face and its mirror image: 0.8 and 0.2; of the second: 0.5 and 0.9.
    said = torch.tensor([[0.8, 0.2], [0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
    agreed = agreed_targets(targets, said.log(), 0.4)
    expected = torch.tensor([[0.6 + 0.4 * 0.5, 0.4 * 0.5], [0.3 + 0.4 * 0.7, 0.3 + 0.4 * 0.3]])
    torch.testing.assert_close(agreed, torch.cat([expected, expected]))
    torch.testing.assert_close(agreed_targets(targets, said.log(), 0.0), torch.cat([targets, targets]))


def test_no_gradient_goes_through_the_targets() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    assert not agreed_targets(torch.eye(3)[:1], logits, 0.5).requires_grad


def test_adjusted_logits_are_what_the_loss_compares() -> None:
    adjusted = ExpressionLoss(None, torch.tensor([0.0, -2.0]))
    logits, targets = torch.tensor([[0.3, 0.1]]), torch.tensor([[0.2, 0.8]])
    assert adjusted.as_trained(logits)[0].tolist() == pytest.approx([0.3, -1.9])
    expected = nn.functional.cross_entropy(adjusted.as_trained(logits), targets)
    assert float(adjusted(logits, targets)) == pytest.approx(float(expected))


@pytest.fixture(scope="module")
def one_sided(tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    """A network that learnt without; blobs are left or right, so that mirror images are of other classes."""
    folder = tmp_path_factory.mktemp("one-sided")
    return train(blobs.recipe(epochs=6), blobs.data(), folder, observer=blobs.Silent())


def test_a_network_learns_to_agree_with_itself(one_sided: nn.Module, tmp_path: Path) -> None:
    agreeing = train(blobs.recipe(epochs=6, mirror=0.5), blobs.data(), tmp_path, observer=blobs.Silent())
    assert apart(one_sided) > 0.5, "of at most 2"
    assert apart(agreeing) < apart(one_sided) / 3


def test_a_step_has_the_loss_of_both_images_and_agreed_targets(one_sided: nn.Module, tmp_path: Path) -> None:
    small = {"widths": [4, 8, 8, 8], "depths": [1, 1, 1, 1], "fused": 8, "dropout": 0.0}
    recipe = blobs.recipe(
        epochs=1,
        batch_size=24,
        mirror=0.5,
        augment=STILL,
        settings=small,
        balance={"logit_adjustment": 1.0},
    )
    faces = blobs.faces(32).subset(slice(24))
    data = TrainingData(faces, faces.subset(slice(0)), faces)
    train(recipe, data, tmp_path, observer=blobs.Silent(), weights=one_sided.state_dict())
    run = load_checkpoint(tmp_path)
    assert run is not None

    network = build_network(recipe.network, n_classes=8, **recipe.settings)
    network.load_state_dict(one_sided.state_dict())
    loss = loss_for(recipe.balance, faces.probabilities)
    with torch.no_grad(), choose_fabric().autocast():
        logits = network(with_mirror_images(faces.images.float() / 255.0)).float()
    losses = {
        share: float(loss(logits, agreed_targets(faces.probabilities, loss.as_trained(logits), share)))
        for share in (0.0, 0.5)
    }
    assert abs(losses[0.5] - losses[0.0]) > 0.1, "a share of 0 would go unseen"
    assert run.details["history"][0]["train_loss"] == pytest.approx(losses[0.5], rel=0.01)


def with_views(data: TrainingData) -> TrainingData:
    """Blobs have no landmarks: their mirror images stand for the same ones brought upright."""
    views = data.training.images.flip(3)
    return dataclasses.replace(data, training=dataclasses.replace(data.training, upright=views))


def test_a_network_learns_one_answer_to_a_face_and_its_upright_view(
    one_sided: nn.Module, tmp_path: Path
) -> None:
    recipe = blobs.recipe(epochs=6, upright=0.5)
    agreeing = train(recipe, with_views(blobs.data()), tmp_path, observer=blobs.Silent())
    assert apart(agreeing) < apart(one_sided) / 3


@pytest.mark.parametrize("light", [0.0, 1.0])
def test_each_view_has_a_light_of_its_own(light: float) -> None:
    faces = dataclasses.replace(blobs.faces(16), upright=blobs.faces(16).images)
    seen: list[Tensor] = []

    class Watching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.classify = nn.Linear(1, 8)

        def forward(self, x: Tensor) -> Tensor:
            seen.append(x)
            said: Tensor = self.classify(x.mean(dim=(1, 2, 3))[:, None])
            return said

    recipe = blobs.recipe(upright=0.5, augment=STILL | {"light": light})
    state = fresh_state(recipe, 1, choose_fabric().device)
    state.network = Watching()
    state.average = MovingAverage(state.network, 0.9)
    loss = loss_for(recipe.balance, faces.probabilities)
    _Epoch(recipe, state, choose_fabric(), Team(0, 1), faces, loss).run(1, blobs.Silent())
    assert [len(views) for views in seen] == [32]
    assert torch.allclose(seen[0][:16], seen[0][16:], atol=0.1) == (light == 0)


@pytest.mark.parametrize("light", [0.0, 1.0])
def test_processes_share_both_views(light: float) -> None:
    """Each process sees the views that one would see, of its own faces."""
    faces = dataclasses.replace(blobs.faces(16), upright=blobs.faces(16, seed=1).images)
    recipe = blobs.recipe(upright=0.5, augment={"light": light})
    state = fresh_state(recipe, 1, choose_fabric().device)
    loss = loss_for(recipe.balance, faces.probabilities)
    chosen, views = torch.arange(16), []
    for team in (Team(0, 1), Team(0, 2), Team(1, 2)):
        epoch = _Epoch(recipe, state, choose_fabric(), team, faces, loss)
        generator = torch.Generator().manual_seed(0)
        images = team.share(epoch._batch(chosen, generator).images)
        views.append(epoch._views(images, chosen, generator))
    whole, first, second = views
    assert torch.equal(torch.cat([first[:8], second[:8], first[8:], second[8:]]), whole)


@pytest.mark.parametrize("key", ["mirror", "upright"])
def test_interrupted_and_resumed_equals_uninterrupted(key: str, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    recipe, data = blobs.recipe(epochs=2, **{key: 0.5}), with_views(blobs.data())
    train(recipe, data, whole, observer=blobs.Silent())
    with pytest.raises(KeyboardInterrupt):
        train(recipe, data, parts, observer=blobs.Silent((2, 3)))
    train(recipe, data, parts, observer=blobs.Silent())
    blobs.assert_same_run(parts, whole)


def test_a_run_brings_all_its_faces_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    def turned(images: Tensor, **_: object) -> Tensor:
        counts.append(len(images))
        return images.flip(3)

    monkeypatch.setattr(session, "upright_views", turned)
    data = dataclasses.replace(blobs.data(32), unlabelled=blobs.faces(24, seed=3).images)
    first = tmp_path / "first"
    first.mkdir()
    train(blobs.recipe(epochs=1), blobs.data(32), first, observer=blobs.Silent())
    trained_on: list[TrainingFaces] = []

    def watched(recipe: Recipe, data: TrainingData, *rest: Any, **settings: Any) -> nn.Module:
        trained_on.append(data.training)
        return train(recipe, data, *rest, **settings)

    monkeypatch.setattr(session, "train", watched)
    losses = []
    for share in (0.0, 0.9):
        recipe = blobs.recipe(
            name="more", start="blobs", teach=0.5, unlabelled="more.zip", epochs=1, upright=share
        )
        where = tmp_path / f"{share:g}"
        card = run_training(recipe, data, where, observer=blobs.Silent(), start=first)
        losses.append(card.history[0]["train_loss"])
    assert counts == [32, 24], "faces with votes, then those without, and none where they are not needed"
    assert losses[0] != losses[1]
    without, seen = trained_on
    assert without.upright is None
    assert seen.upright is not None
    assert torch.equal(seen.upright, seen.images.flip(3)), "each face with its own view"
    run_training(recipe, data, where, observer=blobs.Silent(), start=first)
    assert counts == [32, 24], "after its last epoch a run needs none"


def test_faces_without_such_views_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="upright: needs the faces that train brought upright, too"):
        train(blobs.recipe(upright=0.5), blobs.data(), tmp_path, observer=blobs.Silent())


@pytest.mark.parametrize("key", ["mirror", "upright"])
def test_a_run_from_before_there_was_the_key_goes_on(key: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(blobs.recipe(epochs=2), blobs.data(), tmp_path, observer=blobs.Silent((2, 1)))
    run = load_checkpoint(tmp_path)
    assert run is not None
    del run.details["recipe"][key]
    save_checkpoint(run, tmp_path)
    train(blobs.recipe(epochs=2), blobs.data(), tmp_path, observer=blobs.Silent())
    other = blobs.recipe(epochs=2, **{key: 0.5})
    with pytest.raises(CheckpointError, match=key):
        train(other, with_views(blobs.data()), tmp_path, observer=blobs.Silent())


def test_class_weights_are_refused_beside_it() -> None:
    for key in ("mirror", "upright"):
        required = rf"blobs: {key}: needs 0 beside balance: class_weights, got 0\.5"
        with pytest.raises(RecipeError, match=required):
            blobs.recipe(**{key: 0.5}, balance={"class_weights": 0.5})


@pytest.mark.parametrize("key", ["mirror", "upright"])
@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_out_of_range_is_refused(key: str, share: float) -> None:
    with pytest.raises(RecipeError, match=rf"blobs: {key}: needs .*0 .*0\.95"):
        blobs.recipe(**{key: share})


@pytest.mark.parametrize(
    ("beside", "called"),
    [
        ({"mirror": 0.5}, "mirror"),
        ({"augment": {"mixup": 0.2}}, "augment: mixup"),
        ({"augment": {"cutmix": 0.2}}, "augment: cutmix"),
    ],
)
def test_an_upright_view_stands_beside_nothing_that_changes_the_first_alone(
    beside: dict[str, object], called: str
) -> None:
    with pytest.raises(RecipeError, match=f"blobs: upright: needs 0 beside {called} above 0, got 0.5"):
        blobs.recipe(upright=0.5, **beside)
