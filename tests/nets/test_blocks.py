from __future__ import annotations

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.blocks import ResidualBlock, SqueezeExcitation, normalized_convolution, projection
from lamplit.nets.layers import FEATURE_NORMALIZATIONS
from lamplit.nets.stochastic_depth import StochasticDepth, set_drop_path


def random(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_squeeze_excitation_weighs_channels_between_zero_and_one() -> None:
    x = random(3, 16, 5, 7)
    weights = SqueezeExcitation(16)(x) / x  # (3, 16, 5, 7)
    torch.testing.assert_close(weights, weights[:, :, :1, :1].expand_as(weights))
    assert weights.min() > 0
    assert weights.max() < 1


def test_squeeze_excitation_with_a_known_gate() -> None:
    block = SqueezeExcitation(2)
    nn.init.zeros_(block.gate[2].weight)
    block.gate[2].bias = nn.Parameter(torch.tensor([0.0, 100.0]))
    out = block(torch.ones(1, 2, 3, 3))
    torch.testing.assert_close(out[0, :, 0, 0], torch.tensor([0.5, 1.0]))


def test_squeeze_excitation_sees_the_whole_picture_not_its_order() -> None:
    block, x = SqueezeExcitation(8), random(1, 8, 4, 4)
    torch.testing.assert_close(block(x.flip(3)), block(x).flip(3))


@pytest.mark.parametrize(("channels", "reduction", "narrow"), [(64, 8, 8), (64, 16, 4), (8, 8, 4)])
def test_squeeze_excitation_keeps_at_least_four_channels(channels: int, reduction: int, narrow: int) -> None:
    assert SqueezeExcitation(channels, reduction).gate[0].out_features == narrow


@pytest.mark.parametrize("normalization", FEATURE_NORMALIZATIONS)
@pytest.mark.parametrize("training", [True, False])
def test_a_fresh_block_is_the_identity_for_what_is_not_negative(training: bool, normalization: str) -> None:
    block = ResidualBlock(6, 6, normalization=normalization).train(training)
    x = random(2, 6, 8, 8)
    torch.testing.assert_close(block(x), x.relu())


@pytest.mark.parametrize(
    ("channels", "stride", "expected"),
    [((6, 6), 1, (8, 12)), ((6, 10), 1, (8, 12)), ((6, 10), 2, (4, 6)), ((6, 6), 2, (4, 6))],
)
def test_shape_of_a_block(channels: tuple[int, int], stride: int, expected: tuple[int, int]) -> None:
    out = ResidualBlock(*channels, stride)(random(2, channels[0], 8, 12))
    assert tuple(out.shape) == (2, channels[1], *expected)
    assert out.min() >= 0


@pytest.mark.parametrize(("channels", "stride"), [((6, 10), 1), ((6, 6), 2)])
def test_the_shortcut_is_projected_where_the_shape_changes(channels: tuple[int, int], stride: int) -> None:
    assert isinstance(ResidualBlock(6, 6).shortcut, nn.Identity)
    assert isinstance(ResidualBlock(*channels, stride).shortcut, nn.Sequential)


@pytest.mark.parametrize(("stride", "side"), [(1, 8), (2, 4)])
def test_projection_mixes_channels_pixel_by_pixel(stride: int, side: int) -> None:
    layer = projection(3, 5, stride).eval()
    x = random(1, 3, 8, 8)
    out = layer(x)
    assert tuple(out.shape) == (1, 5, side, side)
    pixel = layer[0].weight[:, :, 0, 0] @ x[0, :, 2 * stride, stride]
    torch.testing.assert_close(out[0, :, 2, 1], pixel, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("normalization", FEATURE_NORMALIZATIONS)
def test_a_fresh_block_learns_from_its_first_step(normalization: str) -> None:
    block, x = ResidualBlock(6, 6, normalization=normalization), random(2, 6, 8, 8)
    before = block(x).detach()
    optimizer = torch.optim.SGD(block.parameters(), lr=0.5)
    block(x).square().sum().backward()
    optimizer.step()
    assert not torch.allclose(block(x), before, atol=1e-3)


@pytest.mark.parametrize(
    ("normalization", "offset"),
    [("none", True), ("divisive", True), ("local-response", True), ("batch", False), ("group", False)],
)
def test_a_convolution_has_an_offset_where_its_normalisation_has_none(
    normalization: str, offset: bool
) -> None:
    convolution, _ = normalized_convolution(3, 8, 3, normalization=normalization)
    assert (convolution.bias is not None) == offset


@pytest.mark.parametrize("build", [ResidualBlock, projection])
def test_unknown_normalisations_are_refused(build: type[ResidualBlock]) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"normalization: needs one of \['none', 'batch'.*got 'gold'"
    ):
        build(3, 8, normalization="gold")


@pytest.mark.parametrize("normalization", FEATURE_NORMALIZATIONS)
def test_features_neither_vanish_nor_grow_over_many_layers(normalization: str) -> None:
    torch.manual_seed(0)
    x = random(4, 16, 12, 12)
    for _ in range(10):
        x = normalized_convolution(16, 16, 3, normalization=normalization)(x).relu()
    assert 0.1 < float(x.detach().square().mean()) < 10


def test_stochastic_depth_leaves_out_whole_faces_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    out = StochasticDepth(0.25)(torch.ones(4000, 3, 2, 2)).flatten(1)
    assert torch.equal(out, out[:, :1].expand_as(out)), "a face goes without as a whole"
    torch.testing.assert_close(out.unique(), torch.tensor([0.0, 1 / 0.75]))
    assert abs(float(out.mean()) - 1.0) < 0.03


@pytest.mark.parametrize(("rate", "training"), [(0.0, True), (0.0, False), (0.9, False)])
def test_stochastic_depth_changes_and_draws_nothing(rate: float, training: bool) -> None:
    x, state = random(4, 3, 2, 2), torch.get_rng_state()
    assert StochasticDepth(rate).train(training)(x) is x
    assert torch.equal(torch.get_rng_state(), state)


def test_a_block_without_its_branch_is_its_shortcut() -> None:
    block, x = ResidualBlock(6, 6), random(64, 6, 4, 4)
    nn.init.ones_(block.body[4].weight)
    block.drop_path.rate = 0.5
    torch.manual_seed(0)
    alone = (block(x) == x.relu()).flatten(1).all(dim=1)
    assert 16 < alone.sum() < 48


def test_the_depth_rises_from_block_to_block() -> None:
    network = nn.Sequential(*(ResidualBlock(4, 4) for _ in range(5)))
    set_drop_path(network, 0.4)
    assert [block.drop_path.rate for block in network] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])
    set_drop_path(nn.Sequential(), 0.4)  # a network without such blocks has nothing to leave out


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(InvalidArgumentError, match="drop_path: needs a number from 0 to below 1, got"):
        set_drop_path(nn.Sequential(ResidualBlock(4, 4)), rate)
