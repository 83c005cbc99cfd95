"""Statistics of batch normalisation measured anew, without changing what the network computes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from lamplit.core.errors import InvalidArgumentError

KERNEL_NORM = 2.0**0.5
"""Euclidean norm of a channel's kernel after `free_kernels`: that which He et al. (2015) begin with."""


@torch.no_grad()
def free_kernels(network: nn.Module) -> nn.Module:
    """Give all kernels before batch normalisation one norm, without changing what the network computes.

    The export of a network has multiplied each kernel by scale over deviation, so that some are a tenth as
    long as others. Batch normalisation makes up for any length, but a step of the optimiser turns a short
    kernel further: with the learning rate of the training before, the first epoch would forget what it knew.

    Parameters
    ----------
    network : torch.nn.Module
        Its batch normalisations have statistics (`measure_statistics`); changed in place.

    Returns
    -------
    torch.nn.Module
        The same network. Kernels of nothing but zeros stay.

    References
    ----------
    He, Zhang, Ren, Sun (2015), doi:10.1109/ICCV.2015.123; van Laarhoven (2017), arXiv:1706.05350, on the
    effective learning rate of kernels before batch normalisation.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(1, 2, 3, bias=False), nn.BatchNorm2d(2))
    >>> faces = torch.rand(16, 1, 8, 8)
    >>> before = measure_statistics(network, [faces])(faces)
    >>> torch.allclose(free_kernels(network)(faces), before, atol=1e-3)
    True
    >>> network[0].weight.detach().flatten(1).norm(dim=1)
    tensor([1.4142, 1.4142])
    """
    for parts in network.modules():
        if isinstance(parts, nn.Sequential):
            for before, after in pairwise(parts):
                if isinstance(before, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                    _free(before, after)
    return network


def _free(kernel: nn.Conv2d, layer: nn.BatchNorm2d) -> None:
    """Scale each channel of a convolution and let the normalisation behind it take the scale back."""
    if layer.running_mean is None or layer.running_var is None:
        return
    norms = kernel.weight.flatten(1).norm(dim=1)
    scale = torch.where(norms > 0, KERNEL_NORM / norms.clamp(min=1e-12), torch.ones_like(norms))
    kernel.weight.mul_(scale[:, None, None, None])
    if kernel.bias is not None:
        kernel.bias.mul_(scale)
    slope = layer.weight / (layer.running_var + layer.eps).sqrt()
    layer.running_mean.mul_(scale)
    layer.running_var.mul_(scale.square())
    # The constant under the root does not scale along, so that the slope is made up for and not kept.
    layer.weight.copy_(slope / scale * (layer.running_var + layer.eps).sqrt())


@torch.no_grad()
def measure_statistics(network: nn.Module, batches: Iterable[Tensor]) -> nn.Module:
    """Give batch normalisations the statistics of what they see, and make up for it in scale and offset.

    A network restored from a weight file (`lamplit.nets.restore`) computes what the file computes, but its
    statistics are those of nothing: the export has folded them into the kernels. In training mode, where the
    batch's own statistics are taken, it would be another network. After this it is the same one in both
    modes, up to the differences between batches, so that training can go on from it.

    Parameters
    ----------
    network : torch.nn.Module
        Any network; changed in place, and in evaluation mode afterwards.
    batches : iterable of Tensor
        Inputs like those of the training to come, at least one; a thousand are plenty.

    Returns
    -------
    torch.nn.Module
        The same network.

    Raises
    ------
    InvalidArgumentError
        If there is no input.

    Notes
    -----
    y = w (x - m) / sqrt(v + e) + b is the line a x + c with a = w / sqrt(v + e) and c = b - a m. With
    measured M and V it stays so for w = a sqrt(V + e) and b = c + a M.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
    >>> faces = torch.rand(16, 1, 8, 8)
    >>> before = network.eval()(faces)
    >>> torch.allclose(measure_statistics(network, [faces])(faces), before, atol=1e-5)
    True
    >>> torch.allclose(network.train()(faces), before, atol=1e-2)
    True
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
    sums = {layer: _Sums() for layer in layers}
    hooks = [layer.register_forward_pre_hook(partial(_watch, found)) for layer, found in sums.items()]
    network.eval()
    n_batches = 0
    try:
        for n_batches, batch in enumerate(batches, start=1):  # noqa: B007  # counted for the check below
            network(batch)
    finally:
        for hook in hooks:
            hook.remove()
    if not n_batches:
        raise InvalidArgumentError("batches", "at least one batch of inputs", "none")
    for layer, found in sums.items():
        if found.count:
            _restate(layer, *found.moments())
    return network


class _Sums:
    """Sums over all places of each channel, in double precision."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Tensor | float = 0.0
        self.second: Tensor | float = 0.0

    def add(self, x: Tensor) -> None:
        """Count a batch of shape (N, C, ...)."""
        flat = x.detach().transpose(0, 1).flatten(1).double()  # (C, N * places)
        self.count += flat.shape[1]
        self.first = self.first + flat.sum(dim=1)
        self.second = self.second + flat.square().sum(dim=1)

    def moments(self) -> tuple[Tensor, Tensor]:
        """Return mean and variance per channel."""
        mean = torch.as_tensor(self.first) / self.count
        return mean, (torch.as_tensor(self.second) / self.count - mean.square()).clamp(min=0.0)


def _watch(found: _Sums, _layer: nn.Module, inputs: tuple[Any, ...]) -> None:
    """Count what a layer is about to see."""
    found.add(inputs[0])


def _restate(layer: _BatchNorm, mean: Tensor, variance: Tensor) -> None:
    """Write the line that a layer computes with other statistics."""
    if layer.running_mean is None or layer.running_var is None or layer.bias is None:
        return  # it has no statistics, or nothing that could make up for them
    slope = layer.weight.double() / (layer.running_var.double() + layer.eps).sqrt()
    offset = layer.bias.double() - slope * layer.running_mean.double()
    layer.weight.copy_(slope * (variance + layer.eps).sqrt())
    layer.bias.copy_(offset + slope * mean)
    layer.running_mean.copy_(mean)
    layer.running_var.copy_(variance)
