"""Squares of pixels: their means and their folding into channels by the nodes that run fast."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.extras import require

_onnx = require("onnx", extra="train", purpose="quantisation")

_UNSHUFFLED = [0, 1, 3, 5, 2, 4]
"""(N, C, H / r, r, W / r, r) to (N, C, r, r, H / r, W / r)."""


def with_fast_squares(model: Any) -> Any:
    """Say in other nodes what a network does to squares of r x r pixels.

    Their mean before a convolution of one cell is a convolution of r x r cells in steps of r: one node
    instead of two, without a pooling that ONNX Runtime is slow at in 8 bits. Their mean on a single plane,
    whoever reads it, is a convolution with an even kernel, in a fraction of the time. Their folding into
    channels, which is exported as an exchange of axes between two reshapings, is ONNX's own `SpaceToDepth`,
    many times as fast; it orders channels otherwise, so that the convolution behind it has its kernel in
    another order, too.

    Parameters
    ----------
    model : onnx.ModelProto
        An exported network in float; changed in place. Means over several channels and foldings that
        anything else than one convolution reads stay as they are.

    Returns
    -------
    onnx.ModelProto
        The same network, whose answers differ by rounding only; its convolutions keep their names.

    Notes
    -----
    The kernels are no longer those of the network that was trained, so no training can start from such a
    file: those in float stay as they are exported, and only those in 8 bits are made from this. Even kernels
    are constants among the nodes and no initialisers, for they were not learnt
    (`lamplit.nets.export.count_parameters`).
    """
    _pool_planes(model)
    graph = model.graph
    made_by = {output: node for node in graph.node for output in node.output}
    arrays = {one.name: one for one in graph.initializer}
    readers = [name for node in graph.node for name in node.input] + [one.name for one in graph.output]
    for node in [one for one in graph.node if one.op_type == "Conv"]:
        before = made_by.get(node.input[0])
        own = node.input[1] in arrays and readers.count(node.input[1]) == readers.count(node.input[0]) == 1
        if before is not None and own and before.op_type == "AveragePool":
            _take_mean(node, before, arrays)
        elif before is not None and own and before.op_type == "Reshape":
            _fold_at_once(node, before, made_by, arrays)
    _drop_unread(graph)
    return model


def spread_kernel(kernel: FloatArray, side: int) -> FloatArray:
    """Return the kernel that takes means over squares first.

    Parameters
    ----------
    kernel : ndarray of shape (O, C, 1, 1), float32
        Of a convolution of one cell.
    side : int
        Side of the squares.

    Returns
    -------
    ndarray of shape (O, C, side, side), float32
        The same products, spread over the cells of a square.

    Examples
    --------
    >>> spread_kernel(np.full((1, 1, 1, 1), 8.0, np.float32), 2).tolist()
    [[[[2.0, 2.0], [2.0, 2.0]]]]
    """
    spread: FloatArray = np.tile(kernel / np.float32(side * side), (1, 1, side, side))
    return spread


def reordered_kernel(kernel: FloatArray, side: int) -> FloatArray:
    """Return the kernel for squares folded by `SpaceToDepth` of one for `torch.nn.PixelUnshuffle`.

    Parameters
    ----------
    kernel : ndarray of shape (O, C * side * side, kh, kw), float32
        The places of one channel's square stand beside one another.
    side : int
        Side of the squares.

    Returns
    -------
    ndarray of the same shape, float32
        The channels of one place stand beside one another.

    Examples
    --------
    >>> kernel = np.arange(8, dtype=np.float32).reshape(1, 8, 1, 1)  # two channels, squares of 2 x 2
    >>> reordered_kernel(kernel, 2).ravel().tolist()
    [0.0, 4.0, 1.0, 5.0, 2.0, 6.0, 3.0, 7.0]
    """
    by_channel = kernel.reshape(len(kernel), -1, side * side, *kernel.shape[2:])  # (O, C, r * r, kh, kw)
    reordered: FloatArray = np.ascontiguousarray(by_channel.swapaxes(1, 2).reshape(kernel.shape))
    return reordered


def _take_mean(node: Any, pooling: Any, arrays: dict[str, Any]) -> None:
    """Let a convolution of one cell take the means before it."""
    side, settings = _side_of_squares(pooling), _settings(node)
    kernel = _onnx.numpy_helper.to_array(arrays[node.input[1]])
    plain = list(settings.get("strides", [1, 1])) == [1, 1] and not any(settings.get("pads", ()))
    if not side or not plain or settings.get("group", 1) != 1 or kernel.shape[2:] != (1, 1):
        return
    _set_array(arrays[node.input[1]], spread_kernel(kernel, side))
    del node.attribute[:]
    for name in ("kernel_shape", "strides"):
        node.attribute.append(_onnx.helper.make_attribute(name, [side, side]))
    node.input[0] = pooling.input[0]


def _side_of_squares(pooling: Any) -> int:
    """Return the side of the squares over which a node takes means; 0 where it does not cut into squares."""
    pool = _settings(pooling)
    side, *others = {*pool["kernel_shape"], *pool.get("strides", [1, 1])}
    cut = any((*pool.get("pads", ()), pool.get("ceil_mode", 0)))
    return 0 if others or cut else int(side)


def _pool_planes(model: Any) -> None:
    """Let convolutions with an even kernel take the means over squares of maps with one channel."""
    inferred = _onnx.shape_inference.infer_shapes(model).graph
    planes = {
        value.name
        for value in (*inferred.input, *inferred.value_info)
        if [axis.dim_value for axis in value.type.tensor_type.shape.dim][1:2] == [1]
    }
    nodes: list[Any] = []
    for node in model.graph.node:
        side = _side_of_squares(node) if node.op_type == "AveragePool" and node.input[0] in planes else 0
        if side:
            name = f"{node.name}_even"
            even = _onnx.numpy_helper.from_array(spread_kernel(np.ones((1, 1, 1, 1), np.float32), side), name)
            nodes.append(_onnx.helper.make_node("Constant", [], [name], name=name, value=even))
            sides = {"kernel_shape": [side, side], "strides": [side, side]}
            source = [node.input[0], name]
            node = _onnx.helper.make_node("Conv", source, list(node.output), name=node.name, **sides)
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _fold_at_once(node: Any, last: Any, made_by: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Fold squares into the channels that a convolution reads in one node, where three did it."""
    middle = made_by.get(last.input[0])
    first = made_by.get(middle.input[0]) if middle is not None and middle.op_type == "Transpose" else None
    if middle is None or first is None or first.op_type != "Reshape":
        return
    shape = arrays.get(first.input[1])
    axes = [] if shape is None else _onnx.numpy_helper.to_array(shape).tolist()
    if len(axes) != len(_UNSHUFFLED) or list(_settings(middle)["perm"]) != _UNSHUFFLED or axes[3] != axes[5]:
        return
    kernel = arrays[node.input[1]]
    _set_array(kernel, reordered_kernel(_onnx.numpy_helper.to_array(kernel), axes[3]))
    last.CopyFrom(
        _onnx.helper.make_node(
            "SpaceToDepth", first.input[:1], last.output, name=last.name, blocksize=axes[3]
        )
    )


def _settings(node: Any) -> dict[str, Any]:
    """Return the attributes of a node."""
    return {one.name: _onnx.helper.get_attribute_value(one) for one in node.attribute}


def _set_array(tensor: Any, values: FloatArray) -> None:
    """Give an array of the file other values."""
    tensor.CopyFrom(_onnx.numpy_helper.from_array(values, tensor.name))


def _drop_unread(graph: Any) -> None:
    """Remove nodes and arrays that nothing reads any more, and what the exporter noted about arrays."""
    ends, kept, n_before = {one.name for one in graph.output}, list(graph.node), -1
    while len(kept) != n_before:
        n_before, read = len(kept), ends | {name for node in kept for name in node.input}
        kept = [node for node in kept if read & set(node.output)]
    arrays = [one for one in graph.initializer if one.name in read]
    made = {output for node in kept for output in node.output}
    noted = [one for one in graph.value_info if one.name in made]  # an array says its own shape
    for field, values in ((graph.node, kept), (graph.initializer, arrays), (graph.value_info, noted)):
        del field[:]
        field.extend(values)
