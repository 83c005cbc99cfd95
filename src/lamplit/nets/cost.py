"""What a network costs: multiply-adds of one face, and numbers that are learnt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a network.

    Parameters
    ----------
    multiply_adds : int
        Multiplications, each with its addition, that convolutions (Conv2d) and linear layers take for
        one face.
    parameters : int
        Numbers that are learnt.
    """

    multiply_adds: int
    parameters: int


def count_cost(network: nn.Module, *, size: int) -> Cost:
    """Count what a network costs, by running it on one face.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (N, 1, size, size) faces to logits. It stays as it is.
    size : int
        Height and width of the input in pixels.

    Returns
    -------
    Cost
        Multiply-adds and parameters.

    Notes
    -----
    A convolution takes (height x width of its output) x (output channels) x (input channels / groups) x
    (kernel's height x width), a linear layer inputs x outputs, and each as often as it is used. What
    normalisations, activations, sums and pooling take is not counted.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6 * 6, 5))
    >>> count_cost(network, size=8)  # 36 places x 2 kernels of 9; 72 x 5
    Cost(multiply_adds=1008, parameters=385)
    """
    counted: list[int] = []
    modes = {module: module.training for module in network.modules()}
    hooks = [
        module.register_forward_hook(_into(counted))
        for module in network.modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 1, size, size, device=_device(network)))
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes.items():
            module.training = training
    return Cost(sum(counted), sum(parameter.numel() for parameter in network.parameters()))


def _into(counted: list[int]) -> Callable[[nn.Conv2d | nn.Linear, tuple[Tensor, ...], Tensor], None]:
    """Return a hook that appends the multiply-adds of a layer's use."""

    def hook(layer: nn.Conv2d | nn.Linear, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        # A row of the weight, (inputs,) or (inputs / groups, kernel's height, width), gives one output value.
        counted.append(output.numel() * math.prod(layer.weight.shape[1:]))

    return hook


def _device(network: nn.Module) -> torch.device | None:
    """Return where the parameters lie; None where there are none."""
    return next((parameter.device for parameter in network.parameters()), None)
