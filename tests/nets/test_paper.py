"""The paper's network: its parameters, layer by layer, and its normalisations."""

from __future__ import annotations

import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import PaperNet, build_network
from lamplit.nets.layers import FEATURE_NORMALIZATIONS


def test_the_parameters_are_those_of_figure_2() -> None:
    network = PaperNet(6)
    layers = [m for m in network.modules() if list(m.parameters(recurse=False))]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    assert counts == [448, 4_640, 3_686_528, 774]
    assert sum(counts) == 3_692_390


def test_the_maps_have_the_sizes_of_figure_2() -> None:
    network, sizes = PaperNet(6).eval(), []
    for layer in network.features:
        layer.register_forward_hook(lambda _m, _i, out: sizes.append(tuple(out.shape[1:])))
    network(torch.rand(1, 1, 128, 128))
    assert sizes[0] == (16, 126, 126)
    assert sizes[3] == (16, 63, 63)
    assert sizes[4] == (32, 61, 61)
    assert sizes[7] == (32, 30, 30)


def test_grey_is_the_same_as_rgb_of_equal_channels() -> None:
    network, grey = PaperNet(6).eval(), torch.rand(2, 1, 128, 128)
    torch.testing.assert_close(network(grey), network(grey.expand(-1, 3, -1, -1)))


def test_brightness_and_contrast_of_the_picture_change_nothing() -> None:
    network, x = PaperNet(6).eval(), torch.rand(2, 1, 128, 128)
    torch.testing.assert_close(network(x), network(0.3 * x + 0.2), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", FEATURE_NORMALIZATIONS)
def test_each_normalisation_may_follow_each_convolution(name: str) -> None:
    for normalization in ((name, "none"), ("none", name)):
        network = build_network("paper", n_classes=6, normalization=normalization)
        logits = network(torch.rand(2, 1, 128, 128))
        logits.sum().backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("normalization", [["batch"], ["batch", "gold"], []])
def test_other_normalisations_are_refused(normalization: list[str]) -> None:
    with pytest.raises(InvalidArgumentError, match="normalization: needs"):
        PaperNet(6, normalization=normalization)


def test_another_size_is_refused() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"128 x 128 pixels \(size = 128 in the recipe\), got 48 x 48"
    ):
        PaperNet(6)(torch.rand(1, 1, 48, 48))


def test_divisive_normalisation_cancels_how_strong_the_light_is() -> None:
    layer = FEATURE_NORMALIZATIONS["divisive"](8)
    x = 100.0 * torch.randn(1, 8, 9, 9, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(layer(x), layer(7.0 * x), rtol=1e-3, atol=1e-3)
    assert float(layer(x).detach().square().mean()) == pytest.approx(1.0, abs=0.15)


def test_divisive_normalisation_by_hand() -> None:
    # Two channels 3 and 4 everywhere: the mean energy is 12.5; the floor is softplus(-2) = 0.126928.
    x = torch.stack([torch.full((5, 5), 3.0), torch.full((5, 5), 4.0)])[None]
    found = FEATURE_NORMALIZATIONS["divisive"](2)(x)
    assert found[0, :, 2, 2].tolist() == pytest.approx([3 / 12.626928**0.5, 4 / 12.626928**0.5], rel=1e-5)
