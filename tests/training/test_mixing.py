"""Mixing: pictures and targets in the same shares, by hand."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, Tensor

from lamplit.training.augmentation import Augmentation
from lamplit.training.mixing import Batch, mix

N = 400


def draw(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def flat(n: int = N, side: int = 24) -> Batch:
    """Even faces, black and white in turn, of two classes: the share of white is both picture and target."""
    white = torch.arange(n) % 2
    images = white.float()[:, None, None, None].repeat(1, 1, side, side)
    return Batch(images, torch.eye(2)[white], white)


def white_share(batch: Batch) -> Tensor:
    return batch.images.mean(dim=(1, 2, 3))


def test_nothing_set_draws_nothing_and_gives_the_batch_back() -> None:
    batch, generator = flat(), draw()
    before = generator.get_state()
    assert mix(batch, Augmentation(), generator) is batch
    assert torch.equal(generator.get_state(), before)


@pytest.mark.parametrize(
    "settings", [{"mixup": 0.5}, {"cutmix": 0.5}, {"mixup": 0.4, "cutmix": 0.4}], ids=str
)
def test_the_target_has_the_share_of_the_picture(settings: dict[str, float]) -> None:
    mixed = mix(flat(), Augmentation(**settings), draw())
    torch.testing.assert_close(mixed.probabilities[:, 1], white_share(mixed), rtol=0, atol=1e-5)
    torch.testing.assert_close(mixed.probabilities.sum(dim=1), torch.ones(N))


def test_mixup_blends_the_whole_picture() -> None:
    mixed = mix(flat(), Augmentation(mixup=0.95), draw()).images
    spread = mixed.amax(dim=(1, 2, 3)) - mixed.amin(dim=(1, 2, 3))
    assert spread.max() < 1e-6, "even faces stay even"
    grey = (mixed[:, 0, 0, 0] > 0.01) & (mixed[:, 0, 0, 0] < 0.99)
    assert 0.88 < grey.float().mean() < 0.98


def test_cutmix_puts_a_rectangle_of_the_neighbour() -> None:
    batch = flat()
    mixed = mix(batch, Augmentation(cutmix=0.95), draw())
    other = mixed.images != batch.images  # the neighbour is of the other colour
    assert torch.equal(mixed.images[other], batch.images.roll(1, 0)[other])
    for face in other[:, 0]:
        rows, columns = face.any(dim=1), face.any(dim=0)
        assert face.sum() == rows.sum() * columns.sum()
        for span in (rows, columns):
            places = torch.nonzero(span)[:, 0]
            assert len(places) == 0 or places[-1] - places[0] + 1 == len(places), "in one piece"


def test_each_takes_its_share_of_the_faces() -> None:
    batch = flat(4000, side=16)
    mixed = mix(batch, Augmentation(mixup=0.3, cutmix=0.2), draw())
    changed = mixed.classes < 0
    assert abs(float(changed.float().mean()) - 0.5) < 0.03
    even = mixed.images.amax(dim=(1, 2, 3)) == mixed.images.amin(dim=(1, 2, 3))
    assert abs(float((changed & even).float().mean()) - 0.3) < 0.05
    assert torch.equal(mixed.images[~changed], batch.images[~changed])
    assert torch.equal(mixed.probabilities[~changed], batch.probabilities[~changed])
    assert torch.equal(mixed.classes[~changed], batch.classes[~changed])


def test_a_face_is_mixed_with_its_neighbour() -> None:
    levels = torch.arange(8.0)[:, None, None, None].repeat(1, 1, 16, 16) / 7
    mixed = mix(Batch(levels, torch.eye(8), torch.arange(8)), Augmentation(mixup=0.95), draw(3))
    for number, target in enumerate(mixed.probabilities):
        assert set(torch.nonzero(target)[:, 0].tolist()) <= {number, (number - 1) % 8}
        torch.testing.assert_close(mixed.images[number, 0, 0, 0], (target * torch.arange(8.0)).sum() / 7)


@pytest.mark.parametrize(("alpha", "variance"), [(0.2, 0.1786), (1.0, 1 / 12), (4.0, 1 / 36)])
def test_the_share_follows_the_beta_distribution(alpha: float, variance: float) -> None:
    # Var Beta(a, a) = 1 / (4 (2 a + 1)).
    assert variance == pytest.approx(1 / (4 * (2 * alpha + 1)), abs=1e-4)
    mixed = mix(flat(8000, side=16), Augmentation(mixup=0.95, mix_alpha=alpha), draw())
    shares = white_share(mixed)[mixed.classes < 0]
    assert float(shares.mean()) == pytest.approx(0.5, abs=0.02)
    assert float(shares.var()) == pytest.approx(variance, rel=0.06)


def test_the_rectangle_has_the_drawn_share_unless_the_border_cuts_it() -> None:
    mixed = mix(flat(8000, side=48), Augmentation(cutmix=0.95), draw())
    batch = flat(8000, side=48)
    cut = (mixed.images != batch.images).float().mean(dim=(1, 2, 3))[mixed.classes < 0]
    # Of a square whose area is even in [0, 1] and whose centre is even in the picture, this much is inside:
    # the integral over the side s of (s - s^2 / 4)^2 times its density 2 s.
    assert float(cut.mean()) == pytest.approx(1 / 2 - 2 / 10 + 2 / 96, abs=0.01)


def test_the_same_generator_mixes_alike() -> None:
    settings = Augmentation(mixup=0.4, cutmix=0.4)
    first, again, other = (mix(flat(), settings, draw(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.images, other.images)


def test_what_came_is_not_overwritten() -> None:
    batch, same = flat(), flat()
    mix(batch, Augmentation(mixup=0.4, cutmix=0.4), draw())
    assert all(torch.equal(a, b) for a, b in zip(batch, same, strict=True))
