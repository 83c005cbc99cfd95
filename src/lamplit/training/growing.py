"""Weights of a smaller network in a larger one that at first computes the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from lamplit.nets.fusion import pooled_parts

_BLOCK = re.compile(r"(stage\d+\.[1-9]\d*)\.")
"""Names of what lies in a residual block that is not its stage's first: those keep size and channels."""

_LAST = (("body.4.weight", "body.4.bias"), ("body.4.gain",), ("body.3.weight", "body.3.bias"))
"""What ends a block: scale and offset of the last normalisation; where it has none, the last convolution.
One of them and not both: two silent factors would keep each other silent for ever."""


_READ = ("down.", "mix_down.", "regions.")
"""What a fusion network may pool besides; its classifier alone reads it, at first with weights of zero."""


def grown(weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Fill up weights for a network that sees more channels, has more residual blocks or pools more maps.

    Kernels get zeros for new input channels: at first those are ignored. A new block gets the larger
    network's own weights with a silent end: at first it hands on what came in. A fusion network's way back
    and its regions get the larger network's own weights, and zeros where the classifier reads them.

    Parameters
    ----------
    weights : mapping of str to Tensor
        State of a network.
    wanted : mapping of str to Tensor
        State of the new network.

    Returns
    -------
    dict of str to Tensor
        The weights, filled up; what is missing otherwise stays missing.

    References
    ----------
    Chen, Goodfellow, Shlens (2016), Net2Net, arXiv:1511.05641.
    """
    filled = {name: _widened(tensor, wanted.get(name)) for name, tensor in weights.items()}
    known = {match[1] for name in weights if (match := _BLOCK.match(name))}
    stages = {name.split(".")[0] for name in weights}
    for name, tensor in wanted.items():
        block = _BLOCK.match(name)
        if block is not None and block[1] not in known and block[1].split(".")[0] in stages:
            filled[name] = torch.zeros_like(tensor) if _ends(name, block[1], wanted) else tensor.clone()
    if _pools_more(weights, wanted):
        filled |= {
            name: t.clone() for name, t in wanted.items() if name.startswith(_READ) and name not in weights
        }
        filled["classify.weight"] = _read_out(weights, wanted)
    return filled


def _pools_more(weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> bool:
    """Return whether both are fusion networks with a fused map and the wanted one reads more maps."""
    key = "classify.weight"
    fused = all("lateral2.0.weight" in state and key in state for state in (weights, wanted))
    return fused and weights[key].shape[1] < wanted[key].shape[1]


def _read_out(weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> Tensor:
    """Return the classifier's weights with zeros for what is pooled besides."""
    known, key = pooled_parts(weights), "classify.weight"
    zeros = torch.zeros_like(wanted[key])
    for part, columns in pooled_parts(wanted).items():
        if part in known and known[part].stop - known[part].start == columns.stop - columns.start:
            zeros[:, columns] = weights[key][:, known[part]]
    return zeros


def _widened(tensor: Tensor, wanted: Tensor | None) -> Tensor:
    """Return a kernel with zeros for the input channels that it lacks."""
    if wanted is None or wanted.ndim != 4 or tensor.ndim != 4 or wanted.shape[1] <= tensor.shape[1]:
        return tensor
    more = wanted.shape[1] - tensor.shape[1]
    return torch.cat([tensor, tensor.new_zeros(tensor.shape[0], more, *tensor.shape[2:])], dim=1)


def _ends(name: str, block: str, wanted: Mapping[str, Tensor]) -> bool:
    """Return whether a name is that of the weights which end a block."""
    for last in _LAST:
        names = [f"{block}.{part}" for part in last]
        if names[0] in wanted:
            return name in names
    return False
