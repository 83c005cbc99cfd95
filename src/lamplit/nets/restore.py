"""From a weight file back to the network that it was exported from, so that training can go on from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.core.extras import require
from lamplit.nets.attention import RegionAttention
from lamplit.nets.dequantization import dequantized
from lamplit.nets.registry import build_network
from lamplit.nets.squares import plain_kernels
from lamplit.weights.cards import WeightsCard
from lamplit.weights.session import NetworkSession

_onnx = require("onnx", extra="train", purpose="training that starts from weights")

TOLERANCE = 1e-3
"""Largest difference of a logit between a file in float and the network filled from it; rounding is 1e-5."""

_OFFSET = "(offset)"
_ADDED = "(added)"

_KERNELS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_FOLDED = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def restore_network(card: WeightsCard, content: bytes) -> nn.Module:
    """Build the network of a weight file and fill it with the file's weights.

    Parameters
    ----------
    card : WeightsCard
        The file's card: its recipe names the architecture.
    content : bytes
        The ONNX file, as `lamplit.nets.export` or `lamplit.nets.quantization` writes it.

    Returns
    -------
    torch.nn.Module
        In evaluation mode, on the CPU. It gives the logits of a file in float; those of a file in 8 bits
        nearly: its kernels are rounded as they are there, its maps are not.

    Raises
    ------
    WeightsCorruptError
        If the file is no ONNX, or lacks weights that the architecture has, or the network filled from it
        gives other logits than the file, in its form in float (`lamplit.nets.dequantization.dequantized`).
    InvalidArgumentError
        If this lamplit has no such architecture.

    Notes
    -----
    The export has folded batch normalisation into the kernel before it, y = (g / s) w x + (b - g m / s). Here
    the kernel stays as it is in the file, and the layer after it becomes the identity with that offset:
    weight 1, mean 0, variance 1 - epsilon, so that the divisor sqrt(variance + epsilon) is 1. Its statistics
    are therefore not those of any faces: it must stay in evaluation mode, also in training, unless
    `lamplit.nets.statistics` has measured them.

    Examples
    --------
    >>> from lamplit.weights.registry import FLOAT_EXPRESSION
    >>> from lamplit.weights.store import load_weights
    >>> network = restore_network(*load_weights(FLOAT_EXPRESSION))
    >>> network(torch.rand(2, 1, 48, 48)).shape
    torch.Size([2, 8])
    """
    network = _built(card)
    model = _in_float(card.name, content)
    learnt = _learnt(model.graph)
    filled = _filled(network, learnt) | _places(network, learnt)
    missing = sorted(name for name, value in filled.items() if value is None)
    if missing:
        required = f"weights for every layer of the network {card.recipe.get('network')!r}"
        hint = "training can start from weights of a whole training, not from fine-tuned ones"
        raise WeightsCorruptError(card.name, required, f"none for {missing[:3]}", hint)
    try:
        network.load_state_dict({name: value for name, value in filled.items() if value is not None})
    except RuntimeError as error:
        raise WeightsCorruptError(card.name, "weights of the shapes on its card", str(error)) from error
    _check_parity(network.eval(), card, model.SerializeToString())
    return network


def _built(card: WeightsCard) -> nn.Module:
    """Return the architecture on a card, with fresh weights, leaving the caller's randomness as it was."""
    name, settings = card.recipe.get("network"), card.recipe.get("settings", {})
    if not isinstance(name, str) or not isinstance(settings, Mapping):
        required = "a recipe on its card, with the network and its settings"
        raise InvalidArgumentError(card.name, required, repr(name))
    with torch.random.fork_rng(devices=[]):
        return build_network(name, n_classes=len(card.labels), **settings)


def _in_float(name: str, content: bytes) -> Any:
    """Return the network of a file in float."""
    try:
        model = _onnx.load_from_string(content)
    except Exception as error:  # protobuf's own errors share no base below Exception
        raise WeightsCorruptError(name, "an ONNX file", str(error)) from error
    try:
        return dequantized(model)
    except (KeyError, ValueError) as error:
        raise WeightsCorruptError(name, "a network in float, or one in 8 bits whole", str(error)) from error


def _learnt(graph: Any) -> dict[str, Tensor]:
    """Return a network's float arrays by name, kernels as they were trained."""
    arrays = {tensor.name: _onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    arrays |= plain_kernels(graph, arrays)
    return (
        {key: torch.from_numpy(a.copy()) for key, a in arrays.items() if a.dtype == np.float32}
        | {
            # The name of an offset is the exporter's own business; which kernel it goes with, the node says.
            f"{node.input[1]}{_OFFSET}": torch.from_numpy(arrays[node.input[2]].copy())
            for node in graph.node
            if node.op_type == "Conv" and len(node.input) > 2 and node.input[2] in arrays
        }
        | {
            f"{kernel}{_ADDED}": torch.from_numpy(arrays[other].copy())
            for kernel, other in _added(graph, arrays)
        }
    )


def _added(graph: Any, arrays: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each convolution's kernel with the name of the array that is added to what it gives, if one is."""
    kernel_of = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "Conv"}
    for node in graph.node:
        if node.op_type == "Add":
            for one, other in (node.input, reversed(node.input)):
                if one in kernel_of and other in arrays:
                    yield kernel_of[one], other


def _places(network: nn.Module, learnt: Mapping[str, Tensor]) -> dict[str, Tensor | None]:
    """Return the places of attention over regions, of which the export leaves the masks alone."""
    state: dict[str, Tensor | None] = {}
    for name, layer in network.named_modules():
        masks = learnt.get(f"{name}.content.weight{_ADDED}")
        if isinstance(layer, RegionAttention) and masks is not None and masks.ndim == 3:
            shift, extent = layer.places_of(masks)
            state |= {f"{name}.centre": layer.centre, f"{name}.shift": shift, f"{name}.extent": extent}
    return state


def _layers_after(network: nn.Module) -> Iterator[tuple[str, str]]:
    """Give each layer whose statistics the export folds, with the kernel before it."""
    before = ""
    for name, layer in network.named_modules():
        if isinstance(layer, _KERNELS):
            before = name
        elif isinstance(layer, _FOLDED) and before:
            yield name, before
            before = ""


def _filled(network: nn.Module, learnt: Mapping[str, Tensor]) -> dict[str, Tensor | None]:
    """Return every entry of a network's state from the file's arrays, or None where the file has none."""
    folded = dict(_layers_after(network))
    wanted = network.state_dict()
    state: dict[str, Tensor | None] = {}
    for name, fresh in wanted.items():
        layer, _, what = name.rpartition(".")
        if name in learnt:
            state[name] = learnt[name]
        elif layer in folded:
            kernel = folded[layer]
            in_kernel = f"{kernel}.bias" in wanted
            offset = torch.zeros_like(fresh) if in_kernel else learnt.get(f"{kernel}.weight{_OFFSET}")
            state[name] = _identity(what, fresh, offset, _epsilon(network.get_submodule(layer)))
        else:
            state[name] = learnt.get(f"{layer}.weight{_OFFSET}") if what == "bias" else None
    return state


def _epsilon(layer: nn.Module) -> float:
    """Return what a layer adds to the variance."""
    epsilon: float = layer.eps  # type: ignore[assignment]
    return epsilon


def _identity(what: str, fresh: Tensor, offset: Tensor | None, epsilon: float) -> Tensor | None:
    """Return one part of batch normalisation that only adds an offset."""
    if what == "bias":
        return offset
    if what == "running_var":
        return torch.ones_like(fresh) - epsilon
    return torch.ones_like(fresh) if what == "weight" else torch.zeros_like(fresh)


@torch.no_grad()
def _check_parity(network: nn.Module, card: WeightsCard, content: bytes) -> None:
    """Refuse a network that gives other logits than the file, in its form in float."""
    size = card.input_size
    shade = np.linspace(0.05, 1.0, size, dtype=np.float32) ** 2  # even noise would hide much of a difference
    faces = np.random.default_rng(0).random((2, 1, size, size), dtype=np.float32) * shade
    said = NetworkSession(content, name=card.name, threads=1).run(faces)
    difference = np.abs(network(torch.from_numpy(faces)).numpy() - said).max()
    if not difference <= TOLERANCE:
        required = f"weights of the network {card.recipe.get('network')!r} with the settings on its card"
        raise WeightsCorruptError(card.name, required, f"logits that differ by {difference:.3g}")
