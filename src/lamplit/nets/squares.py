"""Squares of pixels: their means and their folding into channels by the nodes that run fast."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.extras import require
from lamplit.nets.graphs import drop_unread, replace_nodes, settings_of, shapes_of

_onnx = require("onnx", extra="train", purpose="quantisation")

_UNSHUFFLED = [0, 1, 3, 5, 2, 4]
"""(N, C, H / r, r, W / r, r) to (N, C, r, r, H / r, W / r)."""


def with_fast_squares(model: Any, *, keep: Collection[str] = ()) -> Any:
    """Write what a network does to squares of r x r pixels with other nodes.

    - The mean over squares of a single plane becomes a convolution whose weights are all equal: ONNX Runtime
      is slow at pooling a single channel.
    - The mean over squares of several channels, before a convolution of one cell, becomes part of that
      convolution, with r x r cells and steps of r: ONNX Runtime is slow at pooling in 8 bits.
    - The folding of squares into channels, exported as a transposition between two reshapings, becomes one
      `SpaceToDepth`. That orders channels otherwise, so the kernel behind it changes its order, too.

    Parameters
    ----------
    model : onnx.ModelProto
        A network as `lamplit.nets.export.export_onnx` writes it; changed in place. Means and foldings that
        anything else than one convolution reads stay as they are, but for means of a single plane.
    keep : collection of str
        Names of convolutions whose kernels stay as they are.

    Returns
    -------
    onnx.ModelProto
        The same network, whose answers differ by rounding only; its convolutions keep their names.

    Notes
    -----
    Some kernels are no longer those of the network that was trained: files in float stay as they are
    exported, only those in 8 bits are made from this, and `plain_kernels` goes the way back. Equal weights
    are constants among the nodes and no initialisers, for they were not learnt
    (`lamplit.nets.export.count_parameters`).
    """
    _convolve_planes(model)
    graph, shapes = model.graph, shapes_of(model)
    made_by = {output: node for node in graph.node for output in node.output}
    arrays = {one.name: one for one in graph.initializer}
    readers = [name for node in graph.node for name in node.input] + [one.name for one in graph.output]
    convolutions = [one for one in graph.node if one.op_type == "Conv" and one.name not in set(keep)]
    for node in [one for one in convolutions if one.input[1] in arrays]:
        before = made_by.get(node.input[0])
        alone = readers.count(node.input[0]) == readers.count(node.input[1]) == 1
        if before is None or not alone or settings_of(node).get("group", 1) != 1:
            continue
        if before.op_type == "AveragePool":
            _take_mean(node, before, arrays)
        elif before.op_type == "Reshape":
            _fold_at_once(node, before, made_by, arrays, shapes)
    drop_unread(graph)
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
    return _transposed(kernel, kernel.shape[1] // side**2)


def _transposed(kernel: FloatArray, rows: int) -> FloatArray:
    """Return a kernel whose channels, read as a table of so many rows, stand column by column."""
    table = kernel.reshape(len(kernel), rows, -1, *kernel.shape[2:])  # (O, rows, columns, kh, kw)
    transposed: FloatArray = np.ascontiguousarray(table.swapaxes(1, 2).reshape(kernel.shape))
    return transposed


def plain_kernels(graph: Any, arrays: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return kernels as they were before `with_fast_squares`.

    Parameters
    ----------
    graph : onnx.GraphProto
        In float; between the folding into channels and its convolution may stand a rectifier.
    arrays : mapping of str to ndarray
        The graph's arrays by name.

    Returns
    -------
    dict of str to ndarray
        Those kernels that it had changed, by name. One that moves by its side and has equal cells is taken
        for the mean over squares that it computes.

    Examples
    --------
    >>> kernel = spread_kernel(np.full((1, 1, 1, 1), 8.0, np.float32), 2)
    >>> node = _onnx.helper.make_node("Conv", ["x", "mix"], ["y"], strides=[2, 2])
    >>> plain_kernels(_onnx.helper.make_graph([node], "net", [], []), {"mix": kernel})["mix"].tolist()
    [[[[8.0]]]]
    """
    made_by = {output: node for node in graph.node for output in node.output}
    plain = {}
    for node in [one for one in graph.node if one.op_type == "Conv" and one.input[1] in arrays]:
        kernel, before = arrays[node.input[1]], made_by.get(node.input[0])
        if before is not None and before.op_type == "Relu":
            before = made_by.get(before.input[0])
        if before is not None and before.op_type == "SpaceToDepth":
            plain[node.input[1]] = _transposed(kernel, settings_of(before)["blocksize"] ** 2)
        elif _is_mean(kernel, settings_of(node).get("strides", [1, 1])):
            plain[node.input[1]] = kernel.sum(axis=(2, 3), keepdims=True)
    return plain


def _is_mean(kernel: FloatArray, steps: Sequence[int]) -> bool:
    """Whether a kernel is one that `spread_kernel` made, for squares side by side."""
    sides = kernel.shape[2:]
    return max(sides) > 1 and list(steps) == list(sides) and not np.ptp(kernel, axis=(2, 3)).any()


def _convolve_planes(model: Any) -> None:
    """Let convolutions with equal weights take the means over squares of maps with one channel."""
    planes = {name for name, shape in shapes_of(model).items() if len(shape) == 4 and shape[1] == 1}
    nodes: list[Any] = []
    for node in model.graph.node:
        pooled = node.op_type == "AveragePool" and node.input[0] in planes
        side = _side_of_squares(node) if pooled else None
        nodes += [node] if side is None else _equal_weights(node, side)
    replace_nodes(model.graph, nodes)


def _equal_weights(pooling: Any, side: int) -> list[Any]:
    """Return what takes the place of the mean over squares of a plane."""
    name = f"{pooling.output[0]}_equal_weights"
    weights = spread_kernel(np.ones((1, 1, 1, 1), np.float32), side)
    constant = _onnx.numpy_helper.from_array(weights, name)
    sides = {"kernel_shape": [side, side], "strides": [side, side]}
    inputs, outputs = [pooling.input[0], name], list(pooling.output)
    return [
        _onnx.helper.make_node("Constant", [], [name], name=name, value=constant),
        _onnx.helper.make_node("Conv", inputs, outputs, name=pooling.name, **sides),
    ]


def _side_of_squares(pooling: Any) -> int | None:
    """Return the side of the squares over which a node takes means, if they lie side by side."""
    settings = settings_of(pooling)
    sides, steps = set(settings["kernel_shape"]), set(settings.get("strides", [1, 1]))
    beyond = any((*settings.get("pads", ()), settings.get("ceil_mode", 0))) or not _is_plain(settings)
    return None if beyond or len(sides) != 1 or sides != steps else int(sides.pop())


def _is_plain(settings: dict[str, Any]) -> bool:
    """Whether a window has no gaps, and its border is said in numbers if it has any."""
    gaps = set(settings.get("dilations", [1])) != {1}
    return not gaps and settings.get("auto_pad", b"NOTSET") in (b"NOTSET", b"VALID")


def _take_mean(node: Any, pooling: Any, arrays: dict[str, Any]) -> None:
    """Let a convolution of one cell take the means before it."""
    side, settings = _side_of_squares(pooling), settings_of(node)
    kernel = _onnx.numpy_helper.to_array(arrays[node.input[1]])
    moves_by_one = set(settings.get("strides", [1])) == {1} and not any(settings.get("pads", ()))
    if side is None or not moves_by_one or not _is_plain(settings) or kernel.shape[2:] != (1, 1):
        return
    _set_array(arrays[node.input[1]], spread_kernel(kernel, side))
    del node.attribute[:]
    for name in ("kernel_shape", "strides"):
        node.attribute.append(_onnx.helper.make_attribute(name, [side, side]))
    node.input[0] = pooling.input[0]


def _fold_at_once(
    node: Any, last: Any, made_by: dict[str, Any], arrays: dict[str, Any], shapes: dict[str, tuple[int, ...]]
) -> None:
    """Fold squares into the channels that a convolution reads in one node, where three did it."""
    middle = made_by.get(last.input[0])
    first = made_by.get(middle.input[0]) if middle is not None and middle.op_type == "Transpose" else None
    if middle is None or first is None or first.op_type != "Reshape":
        return
    names = (first.input[0], first.output[0], last.output[0])
    whole, cut, folded = (shapes.get(name, ())[1:] for name in names)  # without the pictures' axis
    moved = list(settings_of(middle).get("perm", ()))
    if moved != _UNSHUFFLED or len(cut) != 5 or 0 in (*whole, *cut, *folded):
        return
    channels, height, side, width, other = cut
    if side != other or whole != (channels, height * side, width * side):
        return
    if folded != (channels * side**2, height, width):
        return
    kernel = arrays[node.input[1]]
    _set_array(kernel, reordered_kernel(_onnx.numpy_helper.to_array(kernel), side))
    fold = _onnx.helper.make_node(
        "SpaceToDepth", first.input[:1], last.output, name=last.name, blocksize=side
    )
    last.CopyFrom(fold)


def _set_array(tensor: Any, values: FloatArray) -> None:
    """Give an array of the file other values."""
    tensor.CopyFrom(_onnx.numpy_helper.from_array(values, tensor.name))
