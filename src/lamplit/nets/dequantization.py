"""From 8 bits back to float: the network that a quantised file stands for, for training to start from."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.extras import require
from lamplit.nets.graphs import replace_nodes, settings_of

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
        stand on the steps of 8 bits; maps are rounded and clipped above no more, so that answers differ a
        little from those of the file.

    Notes
    -----
    A map in 8 bits whose level 0 stands for zero holds nothing below zero, so that ONNX Runtime's tool leaves
    out the rectifier before it: here the rectifier comes back.

    References
    ----------
    ONNX operators `QuantizeLinear` and `DequantizeLinear`: x = (level - zero point) * scale.
    """
    graph = model.graph
    arrays = {one.name: _onnx.numpy_helper.to_array(one) for one in graph.initializer}
    rounding = {node.output[0]: node for node in graph.node if node.op_type == "QuantizeLinear"}
    other_name: dict[str, str] = {}
    nodes: list[Any] = []
    for node in graph.node:
        node.input[:] = [other_name.get(name, name) for name in node.input]
        if node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            name = node.input[0].removesuffix(_STORED)
            graph.initializer.append(_onnx.numpy_helper.from_array(_in_float(node, arrays), name))
            other_name[node.output[0]] = name
        elif node.op_type == "DequantizeLinear":
            before, _, zero = rounding[node.input[0]].input
            other_name[node.output[0]] = before if arrays[zero].any() else node.output[0]
            if not arrays[zero].any():
                nodes.append(_onnx.helper.make_node("Relu", [before], list(node.output), name=node.name))
        elif node.op_type != "QuantizeLinear":
            nodes.append(node)
    replace_nodes(graph, nodes)
    _drop_unread_arrays(graph)
    return model


def _in_float(node: Any, arrays: dict[str, AnyArray]) -> FloatArray:
    """Return an array that a file holds in whole numbers."""
    levels, scale, zero = (arrays[name] for name in node.input)
    if scale.ndim:  # one for each slice along an axis
        shape = [1] * levels.ndim
        shape[settings_of(node).get("axis", 1)] = -1
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    values: FloatArray = (levels.astype(np.int64) - zero).astype(np.float32) * scale
    return values


def _drop_unread_arrays(graph: Any) -> None:
    """Remove arrays that nothing reads any more."""
    read = {name for node in graph.node for name in node.input}
    kept = [one for one in graph.initializer if one.name in read]
    del graph.initializer[:]
    graph.initializer.extend(kept)
