"""Static quantisation: a network whose convolutions calculate in 8 bits."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.core.extras import require
from lamplit.core.files import write_atomically
from lamplit.nets.export import INPUT_NAME, without_traces
from lamplit.nets.squares import with_fast_squares
from lamplit.nets.window_means import with_matrix_means

_onnx = require("onnx", extra="train", purpose="quantisation")
_protobuf = require("google.protobuf.message", extra="train", purpose="quantisation")
_quantization = require("onnxruntime.quantization", extra="train", purpose="quantisation")

METHODS = {
    "minmax": _quantization.CalibrationMethod.MinMax,
    "percentile": _quantization.CalibrationMethod.Percentile,
    "entropy": _quantization.CalibrationMethod.Entropy,
}
"""How the range of a map follows from what calibration pictures leave in it: from its smallest to its largest
value; what holds 99.99 % of them; the range whose histogram in 8 bits is nearest (Kullback-Leibler)."""

_PERCENT = 99.99

_PREPARED = {"onnx.quant.pre_process": "onnxruntime.quant"}
"""Says that batch normalisation is folded and shapes are known, as they are after `export_onnx`."""

_MOST_PICTURES = 48

_FEW_CHANNELS = 16


class _Pictures:
    """Hands calibration pictures to ONNX Runtime, some at a time: each time all their maps are in memory."""

    def __init__(self, pictures: FloatArray) -> None:
        self._pictures = pictures
        self._left: list[FloatArray] = []

    def __len__(self) -> int:
        """Return how many times pictures are handed over."""
        return -(-len(self._pictures) // _MOST_PICTURES)

    def set_range(self, start_index: int, end_index: int) -> None:
        """Hand over these turns next."""
        starts = [turn * _MOST_PICTURES for turn in range(start_index, end_index)]
        self._left = [self._pictures[start : start + _MOST_PICTURES] for start in starts]

    def get_next(self) -> dict[str, FloatArray] | None:
        """Return the next pictures, or None behind the last."""
        return {INPUT_NAME: self._left.pop(0)} if self._left else None


def quantize_onnx(
    content: bytes,
    target: Path,
    pictures: AnyArray,
    *,
    method: str = "percentile",
    in_float: Collection[str] = (),
    bits: int = 7,
) -> list[str]:
    """Write a network again with its convolutions in 8 bits.

    Weights get one scale per output channel and keep their sign, maps are unsigned with one scale each: the
    one combination for which ONNX Runtime has fast products on x86 (AVX-512 VNNI, AVX-VNNI; AVX2). What comes
    before the first convolution, the normalisation against the light, stays in float, for it spans orders of
    magnitude; so do squeeze-excitation, the sums of the shortcuts and the last layer, which cost little time.

    Parameters
    ----------
    content : bytes
        The file in float, as `export_onnx` writes it.
    target : Path
        The file to write; its folder is made.
    pictures : ndarray of shape (N, 1, S, S), float32
        Calibration pictures in [0, 1], as the network gets them; they decide the ranges of all maps.
    method : str
        One of `METHODS`.
    in_float : collection of str
        Convolutions that stay in float, by the names that `convolutions` gives.
    bits : int
        Bits of the weights. Processors without VNNI instructions add two products in 16 bits, which overflow
        with 8; with 7 every processor gives the same answers.

    Returns
    -------
    list of str
        The convolutions that calculate in 8 bits.

    Raises
    ------
    InvalidArgumentError
        If the pictures, the method, the bits or a name of a layer are wrong.
    WeightsCorruptError
        If the content is no ONNX file in float with a convolution.
    OutputError
        If the target cannot be written.

    References
    ----------
    Jacob et al. (2018), doi:10.1109/CVPR.2018.00286; Krishnamoorthi (2018), arXiv:1806.08342.

    Examples
    --------
    >>> import tempfile
    >>> from lamplit.nets import build_network
    >>> from lamplit.nets.export import export_onnx
    >>> folder = Path(tempfile.mkdtemp())
    >>> network = build_network("fusion", n_classes=8, widths=[8, 8, 8, 8], depths=[1, 1, 1, 1])
    >>> export_onnx(network, folder / "net.onnx", size=48)
    >>> content = (folder / "net.onnx").read_bytes()
    >>> pictures = np.random.default_rng(0).random((4, 1, 48, 48), dtype=np.float32)
    >>> len(quantize_onnx(content, folder / "net-int8.onnx", pictures))
    17
    """
    _check_settings(pictures, method, bits)
    model = _loaded(content)
    every = _convolutions(model)
    layers = [name for name in every if name not in set(in_float)]
    if set(in_float) - set(every) or not layers:
        raise InvalidArgumentError("in_float", f"some, not all, of {every}", str(sorted(in_float)))
    model = with_fast_squares(with_matrix_means(model), keep=in_float)
    _onnx.helper.set_model_props(model, _PREPARED)
    quantized = _quantized(model, pictures, method, bits, _nodes_in_8_bits(model, layers))
    write_atomically(target, without_traces(quantized).SerializeToString())
    return layers


def convolutions(content: bytes) -> list[str]:
    """Return the names of a network's convolutions, in the order in which they run.

    Parameters
    ----------
    content : bytes
        An ONNX file in float.

    Returns
    -------
    list of str
        What `quantize_onnx` takes as `in_float`.

    Raises
    ------
    WeightsCorruptError
        If it is no ONNX file in float with a convolution.
    """
    return _convolutions(_loaded(content))


def light_convolutions(content: bytes) -> list[str]:
    """Return the convolutions that 8 bits hardly make faster: with few products for each value they read.

    Parameters
    ----------
    content : bytes
        An ONNX file in float.

    Returns
    -------
    list of str
        Those of 1 x 1 cells, and those that see fewer than 16 channels: `quantize_onnx` takes them as
        `in_float`. Where there are many, turning maps into 8 bits and back costs more than it saves.

    Raises
    ------
    WeightsCorruptError
        If it is no ONNX file in float with a convolution.
    """
    model = _loaded(content)
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    light = []
    for node in model.graph.node:
        if node.op_type == "Conv":
            _, channels, *sides = shapes.get(node.input[1], (0, 0, 1))  # channels of one group
            if channels < _FEW_CHANNELS or max(sides) == 1:
                light.append(node.name)
    return light


def _convolutions(model: Any) -> list[str]:
    """Return the names of the convolutions."""
    return [node.name for node in model.graph.node if node.op_type == "Conv"]


def _loaded(content: bytes) -> Any:
    """Return a network that has something to quantise."""
    subject = "the network to quantise"
    try:
        model = _onnx.load_model_from_string(content)
    except _protobuf.DecodeError as error:
        raise WeightsCorruptError(subject, "an ONNX file", str(error)) from error
    if any(node.op_type == "DequantizeLinear" for node in model.graph.node):
        raise WeightsCorruptError(subject, "one in float", "one in 8 bits", "give the file it was made from")
    if not _convolutions(model):
        raise WeightsCorruptError(subject, "one with convolutions", "none")
    return model


def _check_settings(pictures: AnyArray, method: str, bits: int) -> None:
    """Refuse pictures that are none, and settings that are not known."""
    if pictures.ndim != 4 or pictures.shape[1] != 1 or not len(pictures) or pictures.dtype != np.float32:
        came = f"{pictures.dtype} of shape {pictures.shape}"
        raise InvalidArgumentError("pictures", "float32 of shape (N, 1, S, S), N >= 1", came)
    if method not in METHODS:
        raise InvalidArgumentError("method", f"one of {list(METHODS)}", repr(method))
    if bits not in (7, 8):
        raise InvalidArgumentError("bits", "7 or 8", repr(bits))


def _nodes_in_8_bits(model: Any, layers: Collection[str]) -> list[str]:
    """Return the convolutions and the rectifiers right behind them, which then cost nothing."""
    convolved = {output for node in model.graph.node if node.name in layers for output in node.output}
    rectifiers = [n.name for n in model.graph.node if n.op_type == "Relu" and n.input[0] in convolved]
    return [*layers, *rectifiers]


def _quantized(model: Any, pictures: AnyArray, method: str, bits: int, nodes: list[str]) -> Any:
    """Return the network in 8 bits, as ONNX Runtime's tool makes it."""
    # The tool reads and writes files, and tells on standard output what it counts.
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder) / "quantized.onnx"
        _quantization.quantize_static(
            model,
            path,
            _Pictures(pictures),
            quant_format=_quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Relu"],
            nodes_to_quantize=nodes,
            per_channel=True,
            reduce_range=bits == 7,
            activation_type=_quantization.QuantType.QUInt8,
            weight_type=_quantization.QuantType.QInt8,
            calibrate_method=METHODS[method],
            # The name speaks of one method, but every one takes its pictures so: one turn, then the next.
            extra_options={"CalibStridedMinMax": 1, "CalibPercentile": _PERCENT},
        )
        return _onnx.load(path)
