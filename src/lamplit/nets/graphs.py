"""What rewriting an exported network needs again and again: attributes, shapes, another list of nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lamplit.core.extras import require

_onnx = require("onnx", extra="train", purpose="export to ONNX")


def settings_of(node: Any) -> dict[str, Any]:
    """Return the attributes of a node.

    Parameters
    ----------
    node : onnx.NodeProto
        Any node.

    Returns
    -------
    dict
        Values by name; what is not set is absent.

    Examples
    --------
    >>> import onnx
    >>> settings_of(onnx.helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2]))
    {'kernel_shape': [2, 2]}
    """
    return {one.name: _onnx.helper.get_attribute_value(one) for one in node.attribute}


def shapes_of(model: Any) -> dict[str, tuple[int, ...]]:
    """Return the shapes of inputs and maps.

    Parameters
    ----------
    model : onnx.ModelProto
        A network.

    Returns
    -------
    dict
        By name; an axis of free length has length 0.
    """
    graph = _onnx.shape_inference.infer_shapes(model).graph
    return {
        value.name: tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info)
    }


def replace_nodes(graph: Any, nodes: Iterable[Any]) -> None:
    """Give a graph other nodes.

    Parameters
    ----------
    graph : onnx.GraphProto
        Changed in place.
    nodes : iterable of onnx.NodeProto
        In the order in which they run.
    """
    kept = list(nodes)
    del graph.node[:]
    graph.node.extend(kept)


def drop_unread(graph: Any) -> None:
    """Remove nodes and arrays that nothing reads any more, and what the exporter noted about arrays.

    Parameters
    ----------
    graph : onnx.GraphProto
        Changed in place.
    """
    ends, kept, n_before = {one.name for one in graph.output}, list(graph.node), -1
    while len(kept) != n_before:
        n_before, read = len(kept), ends | {name for node in kept for name in node.input}
        kept = [node for node in kept if read & set(node.output)]
    made = {output for node in kept for output in node.output}
    arrays = [one for one in graph.initializer if one.name in read]
    maps = [one for one in graph.value_info if one.name in made]  # an array says its own shape
    replace_nodes(graph, kept)
    for field, values in ((graph.initializer, arrays), (graph.value_info, maps)):
        del field[:]
        field.extend(values)
