"""One answer to both mirror images: targets by hand, and a network that learns to agree with itself."""

from __future__ import annotations

from pathlib import Path

import blobs
import pytest
import torch
from torch import Tensor, nn

from lamplit.core.errors import RecipeError
from lamplit.training.loop import predict_logits, train
from lamplit.training.loss import ExpressionLoss
from lamplit.training.mirror import agreed_targets, with_mirror_images


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


def test_a_network_learns_to_agree_with_itself(tmp_path: Path) -> None:
    # Places of blobs are left or right, so without it face and mirror image are of different classes.
    networks = {}
    for mirror in (0.0, 0.5):
        folder = tmp_path / f"{mirror:g}"
        folder.mkdir()
        recipe = blobs.recipe(epochs=6, mirror=mirror)
        networks[mirror] = train(recipe, blobs.data(), folder, observer=blobs.Silent())
    with_it, without = apart(networks[0.5]), apart(networks[0.0])
    assert without > 0.5, "of at most 2"
    assert with_it < without / 3


def test_interrupted_and_resumed_equals_uninterrupted(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    recipe = blobs.recipe(epochs=2, mirror=0.5)
    train(recipe, blobs.data(), whole, observer=blobs.Silent())
    with pytest.raises(KeyboardInterrupt):
        train(recipe, blobs.data(), parts, observer=blobs.Silent((2, 3)))
    train(recipe, blobs.data(), parts, observer=blobs.Silent())
    blobs.assert_same_run(parts, whole)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(RecipeError, match=r"blobs: mirror: needs .*0 .*0\.95"):
        blobs.recipe(mirror=share)
