"""From 8 bits back to float: the network that a quantised file stands for, for training to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.extras import require
from lamplit.nets.graphs import drop_unread, replace_nodes, settings_of

_onnx = require("onnx", extra="train", purpose="training that starts from weights")

_STORED = "_quantized"
"""Ends the name of an array in 8 bits; before it stands the name that the array has in float."""


def dequantized(model: Any) -> Any:
    """Write a network in 8 bits again in float.

    Parameters
    ----------
    model : onnx.ModelProto
        As `lamplit.nets.quantization.quantize_onnx` writes it; changed in place. One in float stays as it is.

    Returns
    -------
    onnx.ModelProto
        The same network with kernels and offsets in float, by the names that they had before. The kernels
        stand on the steps of 8 bits; maps are neither rounded nor clipped to the range of 8 bits any more, so
        that answers differ a little from those of the file.

    Raises
    ------
    KeyError
        If a node names a scale or zero point that the file does not have.

    Notes
    -----
    A map in 8 bits whose level 0 stands for zero holds nothing below zero, so that ONNX Runtime's tool leaves
    out the rectifier before it. Every such map gets one here, which changes nothing where nothing
    falls below zero.

    References
    ----------
    ONNX operators `QuantizeLinear` and `DequantizeLinear`: x = (level - zero point) * scale.

    Examples
    --------
    >>> import onnx
    >>> from lamplit.weights.registry import DEFAULT_EXPRESSION
    >>> from lamplit.weights.store import load_weights
    >>> model = dequantized(onnx.load_model_from_string(load_weights(DEFAULT_EXPRESSION)[1]))
    >>> any(node.op_type == "DequantizeLinear" for node in model.graph.node)
    False
    """
    graph = model.graph
    arrays = {one.name: _onnx.numpy_helper.to_array(one) for one in graph.initializer}
    rounding = {node.output[0]: node for node in graph.node if node.op_type == "QuantizeLinear"}
    other_name: dict[str, str] = {}
    nodes: list[Any] = []
    for node in graph.node:
        node.input[:] = [other_name.get(name, name) for name in node.input]
        if node.op_type not in ("QuantizeLinear", "DequantizeLinear"):
            nodes.append(node)
        elif node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            other_name[node.output[0]] = _add_in_float(graph, node, arrays)
        elif node.op_type == "DequantizeLinear":
            before, _, zero = rounding[node.input[0]].input
            if arrays[zero].any():
                other_name[node.output[0]] = before
            else:
                nodes.append(_onnx.helper.make_node("Relu", [before], list(node.output), name=node.name))
    ends = [one.name for one in graph.output if one.name in other_name]
    nodes += [_onnx.helper.make_node("Identity", [other_name[name]], [name]) for name in ends]
    replace_nodes(graph, nodes)
    drop_unread(graph)
    return model


def _add_in_float(graph: Any, node: Any, arrays: Mapping[str, AnyArray]) -> str:
    """Add an array that a file holds in whole numbers to a graph in float; return its name."""
    name: str = node.input[0].removesuffix(_STORED)
    levels, scale, zero = (arrays[part] for part in node.input)
    if scale.ndim:  # one for each slice along an axis
        shape = [1] * levels.ndim
        shape[settings_of(node).get("axis", 1)] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    values: FloatArray = (levels.astype(np.int64) - zero).astype(np.float32) * scale
    graph.initializer.append(_onnx.numpy_helper.from_array(values, name))
    return name
