from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import build_network
from lamplit.nets.restore import restore_network
from lamplit.nets.statistics import KERNEL_NORM, free_kernels, measure_statistics
from lamplit.weights.registry import FLOAT_EXPRESSION
from lamplit.weights.store import load_weights


def test_statistics_are_those_of_what_the_layer_sees() -> None:
    layer = nn.BatchNorm1d(1)
    measure_statistics(layer, [torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [7.0]])])
    assert layer.running_mean is not None
    assert layer.running_var is not None
    assert (layer.running_mean.item(), layer.running_var.item()) == (4.0, 5.0)
    # Before, x went through all but unchanged: the scale has become the deviation, the offset the mean.
    assert layer.weight.item() == pytest.approx(5.0**0.5, rel=1e-4)
    assert layer.bias.item() == pytest.approx(4.0, rel=1e-4)


def test_the_network_computes_what_it_computed() -> None:
    torch.manual_seed(0)
    network = build_network("fusion", n_classes=3, widths=[4, 4, 8, 8], depths=[1, 1, 1, 1], fused=4).eval()
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias)
    faces = torch.rand(64, 1, 16, 16)
    before = network(faces)
    measure_statistics(network, faces.split(16))
    torch.testing.assert_close(network(faces), before, atol=1e-4, rtol=1e-4)


def test_weights_from_a_file_can_be_trained_on() -> None:
    network = restore_network(*load_weights(FLOAT_EXPRESSION))
    faces = torch.rand(64, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        before = network(faces)
        as_restored = deepcopy(network).train()(faces)  # a copy: this moves its statistics
        again = measure_statistics(network, [faces]).train()(faces)
    assert (as_restored - before).abs().mean() > before.std()
    torch.testing.assert_close(again, before, atol=1e-2, rtol=1e-2)


def test_freed_kernels_compute_the_same_in_both_modes_and_have_one_length() -> None:
    network = restore_network(*load_weights(FLOAT_EXPRESSION))
    faces = torch.rand(64, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    measure_statistics(network, [faces])
    with torch.no_grad():
        before = network(faces)
        torch.testing.assert_close(free_kernels(network)(faces), before, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(deepcopy(network).train()(faces), before, atol=1e-2, rtol=1e-2)
    for name, parameter in network.named_parameters():
        if name.endswith("body.3.weight"):
            norms = parameter.flatten(1).norm(dim=1)
            torch.testing.assert_close(norms, torch.full_like(norms, KERNEL_NORM))


def test_a_kernel_of_zeros_stays_and_one_with_an_offset_keeps_its_answer() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).eval()
    faces = torch.rand(8, 1, 6, 6)
    with torch.no_grad():
        network[0].weight[1] = 0.0  # type: ignore[index, operator]
        network[0].weight[0] *= 1e-3  # type: ignore[index, operator]
        before = measure_statistics(network, [faces])(faces)
        torch.testing.assert_close(free_kernels(network)(faces), before, atol=1e-4, rtol=1e-4)
    assert network[0].weight[1].abs().max() == 0.0  # type: ignore[index, operator, union-attr]


def test_layers_without_scale_or_statistics_stay() -> None:
    network = nn.Sequential(nn.BatchNorm1d(1, affine=False), nn.BatchNorm1d(1, track_running_stats=False))
    measure_statistics(network, [torch.tensor([[1.0], [3.0]])])
    assert network[0].running_mean.item() == 0.0


def test_no_input_is_an_error() -> None:
    with pytest.raises(InvalidArgumentError, match="at least one batch"):
        measure_statistics(nn.BatchNorm1d(1), [])
