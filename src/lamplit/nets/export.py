"""Export to ONNX, so that predictions need ONNX Runtime alone."""

from __future__ import annotations

import copy
import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lamplit.core.errors import OutputError
from lamplit.core.extras import require
from lamplit.nets.window_means import with_matrix_means

_onnx = require("onnx", extra="train", purpose="export to ONNX")

INPUT_NAME = "grey"
OUTPUT_NAME = "logits"

_LEARNING = {"Conv", "Gemm", "MatMul"}


def export_onnx(
    network: nn.Module,
    path: Path,
    *,
    size: int,
    outputs: Sequence[str] = (OUTPUT_NAME,),
    multiple: int | None = None,
) -> None:
    """Write a network as an ONNX file with a free batch size, and perhaps free height and width.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (N, 1, size, size) grey float32 in [0, 1] to logits, or to a tuple of several outputs. A copy is
        exported, on the CPU and in evaluation mode; the network stays as it is.
    path : Path
        The file to write; its folder is made.
    size : int
        Height and width of the input in pixels.
    outputs : sequence of str
        Names of the outputs, in the order of the network's.
    multiple : int, optional
        Height and width may then be any multiples of this; by default both are `size`.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from lamplit.nets import build_network
    >>> target = Path(tempfile.mkdtemp()) / "net.onnx"
    >>> network = build_network("fusion", n_classes=8, widths=[8, 8, 8, 8], depths=[1, 1, 1, 1])
    >>> export_onnx(network, target, size=48)
    >>> target.is_file()
    True
    """
    network = copy.deepcopy(network).cpu().eval()
    # Two faces, not one: with a batch of one the exporter takes the batch size for a constant.
    # Likewise for a picture of one height and width.
    example = torch.zeros(2, 1, size, size if multiple is None else size + multiple)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _exporter_quiet():
            program = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT_NAME],
                output_names=list(outputs),
                dynamic_shapes=(_free_axes(multiple),),
            )
        if program is None:
            raise OutputError(str(path), "a network that ONNX can express", type(network).__name__)
        # One self-contained file: its hash on the card then covers every weight.
        program.save(str(path), external_data=False)
        _onnx.save(without_traces(with_matrix_means(_onnx.load(path))), path)
    except OSError as error:
        raise OutputError(str(path), "a place that can be written", error.strerror or str(error)) from error


def _free_axes(multiple: int | None) -> dict[int, Any]:
    """Return which axes of the input are free, by number."""
    axes: dict[int, Any] = {0: torch.export.Dim("batch", min=1, max=65536)}
    if multiple is not None:
        names = enumerate(("rows", "columns"), start=2)
        axes |= {axis: multiple * torch.export.Dim(name, min=1, max=4096) for axis, name in names}
    return axes


def without_traces(model: Any) -> Any:
    """Remove the exporter's notes on each node: they hold source lines and the paths of this machine.

    Parameters
    ----------
    model : onnx.ModelProto
        The exported network; changed in place.

    Returns
    -------
    onnx.ModelProto
        The same network, which gives the same answers.
    """
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.input,
        *graph.output,
        *graph.value_info,
        *graph.initializer,
    ):
        del part.metadata_props[:]
        part.ClearField("doc_string")
    return model


@contextmanager
def _exporter_quiet() -> Iterator[None]:
    """Silence the exporter's own deprecations and notes, which are no news to users."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def count_parameters(path: Path) -> int:
    """Count the numbers that were learnt, as they stand in an ONNX file.

    The export folds batch normalisation into the convolution before it, so there are a few less than in the
    network that was trained. In a quantised file what counts is what is stored in 8 bits (offsets: 32); the
    scales, which follow from the data, do not count, and a kernel that was spread over squares of cells
    (`lamplit.nets.squares`) counts once.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    int
        Elements of all kernels, matrices and biases.
    """
    graph = _onnx.load(path).graph
    # By the nodes that use them: other nodes have constants, such as the factors of a Resize.
    used = {name for node in graph.node if node.op_type in _LEARNING for name in node.input}
    used |= {
        node.input[0] for node in graph.node if node.op_type == "DequantizeLinear" and node.output[0] in used
    }
    return sum(_count_learnt(tensor) for tensor in graph.initializer if tensor.name in used)


def _count_learnt(tensor: Any) -> int:
    """Count the numbers of an array; a kernel in 8 bits whose cells are all alike has those of one cell."""
    if tensor.data_type == _onnx.TensorProto.INT8 and len(tensor.dims) == 4:
        kernel = _onnx.numpy_helper.to_array(tensor)
        if (kernel == kernel[:, :, :1, :1]).all():
            return math.prod(tensor.dims[:2])
    return math.prod(tensor.dims)
