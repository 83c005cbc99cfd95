"""Means over windows of a single plane as matrix products, which run many times as fast."""

from __future__ import annotations

from typing import Any

import numpy as np

from lamplit.core.arrays import FloatArray
from lamplit.core.extras import require
from lamplit.nets.graphs import replace_nodes, settings_of, shapes_of

_onnx = require("onnx", extra="train", purpose="export to ONNX")


def with_matrix_means(model: Any) -> Any:
    """Replace the means over windows of one-channel maps by products with band matrices.

    ONNX Runtime is fast at pooling over many channels and slow at a single one: the four means of a local
    normalisation took as long as the largest convolution of a small network. As products they take a fifth.

    Parameters
    ----------
    model : onnx.ModelProto
        An exported network; changed in place. Pooling with another stride than 1, over several channels or
        over pictures of free size stays as it is.

    Returns
    -------
    onnx.ModelProto
        The same network, whose answers differ by rounding only.

    Notes
    -----
    The mean over a window that ends at the border is separable: `Y = R X C`, where row i of R holds 1 / n in
    the n columns that the window around i covers, and C does the same across.

    The matrices are constants among the nodes and not initialisers: they were not learnt, and
    `lamplit.nets.export.count_parameters` does not count them.
    """
    planes = _planes(model)
    nodes: list[Any] = []
    for node in model.graph.node:
        plane = planes.get(node.input[0]) if node.op_type == "AveragePool" else None
        window = None if plane is None else _window(node)
        if plane is None or window is None:
            nodes.append(node)
        else:
            nodes += _products(node, plane, window)
    replace_nodes(model.graph, nodes)
    return model


def _planes(model: Any) -> dict[str, tuple[int, int]]:
    """Return height and width of every map of one channel whose size is fixed, by name."""
    return {
        name: (shape[2], shape[3])
        for name, shape in shapes_of(model).items()
        if len(shape) == 4 and shape[1] == 1 and shape[2] > 0 and shape[3] > 0
    }


def _window(node: Any) -> tuple[int, int] | None:
    """Return the sides of a centred window that moves by 1 and counts nothing beyond the border."""
    settings = settings_of(node)
    height, width = settings["kernel_shape"]
    half = [height // 2, width // 2]
    centred = height % 2 == 1 == width % 2 and list(settings.get("pads", [0] * 4)) == half * 2
    steps = list(settings.get("strides", [1, 1])) == list(settings.get("dilations", [1, 1])) == [1, 1]
    return (height, width) if centred and steps and not settings.get("count_include_pad", 0) else None


def band_matrix(size: int, window: int) -> FloatArray:
    """Return the matrix that takes the mean over a window along one axis.

    Parameters
    ----------
    size : int
        Length of the axis in pixels.
    window : int
        Length of the window in pixels; odd.

    Returns
    -------
    ndarray of shape (size, size), float32
        Row i holds 1 / n where the window around i lies, n of its pixels being inside.

    Examples
    --------
    >>> [[round(share, 2) for share in row] for row in band_matrix(3, 3).tolist()]
    [[0.5, 0.5, 0.0], [0.33, 0.33, 0.33], [0.0, 0.5, 0.5]]
    """
    position = np.arange(size)
    inside = np.abs(position[:, None] - position[None, :]) <= window // 2  # (size, size)
    shares: FloatArray = (inside / inside.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _products(node: Any, plane: tuple[int, int], window: tuple[int, int]) -> list[Any]:
    """Return what takes the place of a pooling node: down the columns, then along the rows."""
    nodes, source = [], node.input[0]
    for axis, (size, side) in enumerate(zip(plane, window, strict=True)):
        if side == 1:
            continue
        matrix, target = f"{node.name}_band_{axis}", f"{node.name}_mean_{axis}"
        # Rows of the band matrix are normalised; across, it stands on the right and is therefore transposed.
        band = band_matrix(size, side) if axis == 0 else np.ascontiguousarray(band_matrix(size, side).T)
        constant = _onnx.numpy_helper.from_array(band, matrix)
        nodes.append(_onnx.helper.make_node("Constant", [], [matrix], name=matrix, value=constant))
        factors = [matrix, source] if axis == 0 else [source, matrix]
        nodes.append(_onnx.helper.make_node("MatMul", factors, [target], name=target))
        source = target
    if not nodes:
        return [node]
    nodes[-1].output[0] = node.output[0]
    return nodes
