"""Squares of pixels before a convolution: the same numbers, by faster nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from lamplit.core.arrays import FloatArray
from lamplit.nets.export import count_parameters, export_onnx
from lamplit.nets.quantization import convolutions, quantize_onnx
from lamplit.nets.squares import plain_kernels, reordered_kernel, spread_kernel, with_fast_squares
from lamplit.weights import NetworkSession

Rewritten = Callable[[nn.Module], tuple[list[str], FloatArray, FloatArray]]


class TwoReaders(nn.Module):
    """What a layer gives is wanted by itself, not by a convolution alone."""

    def __init__(self, layer: nn.Module, channels: int) -> None:
        super().__init__()
        self.layer, self.mix = layer, nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        given = self.layer(x)
        return self.mix(given) + given


@pytest.fixture
def rewritten(tmp_path: Path) -> Rewritten:
    """Nodes of a rewritten network, its answers, and those of the network before."""

    def rewrite(network: nn.Module) -> tuple[list[str], FloatArray, FloatArray]:
        torch.manual_seed(0)
        for parameter in network.parameters():
            nn.init.normal_(parameter)
        export_onnx(network, tmp_path / "net.onnx", size=12)
        content = (tmp_path / "net.onnx").read_bytes()
        model = with_fast_squares(onnx.load_model_from_string(content))
        onnx.checker.check_model(model, full_check=True)
        faces = np.random.default_rng(0).random((3, 1, 12, 12), dtype=np.float32)
        answers = [
            NetworkSession(one, name="net", threads=1).run(faces)
            for one in (model.SerializeToString(), content)
        ]
        return [node.op_type for node in model.graph.node], *answers

    return rewrite


@pytest.mark.parametrize("side", [2, 3])
def test_a_convolution_of_one_cell_takes_the_mean_before_it(side: int, rewritten: Rewritten) -> None:
    nodes, after, before = rewritten(
        nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.AvgPool2d(side), nn.Conv2d(4, 5, 1))
    )
    assert nodes == ["Conv", "Conv"]
    assert before.std() > 0.1
    np.testing.assert_allclose(after, before, atol=1e-5)


@pytest.mark.parametrize("side", [2, 3])
def test_squares_are_folded_by_one_node(side: int, rewritten: Rewritten) -> None:
    # Two channels at least: of one the order of the channels would be the same either way.
    nodes, after, before = rewritten(
        nn.Sequential(
            nn.Conv2d(1, 2, 3, padding=1),
            nn.PixelUnshuffle(side),
            nn.Conv2d(2 * side**2, 5, 3, padding=1),
        )
    )
    assert nodes == ["Conv", "SpaceToDepth", "Conv"]
    assert before.std() > 0.1
    np.testing.assert_allclose(after, before, atol=1e-4)


@pytest.mark.parametrize(
    "network",
    [
        TwoReaders(nn.AvgPool2d(2), 3),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(3, 3, 3)),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(3, 3, 1, stride=2)),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(3, 3, 1, padding=1)),
        nn.Sequential(nn.AvgPool2d(3, stride=1), nn.Conv2d(3, 3, 1)),
        nn.Sequential(nn.AvgPool2d((2, 3)), nn.Conv2d(3, 3, 1)),
        nn.Sequential(nn.AvgPool2d(2, padding=1), nn.Conv2d(3, 3, 1)),
        nn.Sequential(nn.AvgPool2d(5, ceil_mode=True), nn.Conv2d(3, 3, 1)),
        nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(3, 3, 1, groups=3)),
    ],
    ids=[
        *("read twice", "more cells", "steps", "border", "overlapping", "no squares", "cut off"),
        *("rest at the end", "groups"),
    ],
)
def test_other_means_stay(network: nn.Module, rewritten: Rewritten) -> None:
    nodes, after, before = rewritten(nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), network))
    assert "AveragePool" in nodes
    np.testing.assert_array_equal(after, before)


def with_settings(node: str, **settings: Any) -> Any:
    """A mean over squares of one plane, or of three before a convolution, with settings that torch lacks."""
    channels = 1 if node == "plane" else 3
    made = [
        onnx.helper.make_node("Expand", ["x", "shape"], ["wide"]),
        onnx.helper.make_node(
            "AveragePool", ["wide"], ["small"], kernel_shape=[2, 2], strides=[2, 2], **settings
        ),
        onnx.helper.make_node("Conv", ["small", "kernel"], ["y"]),
    ]
    arrays = {
        "shape": np.array([1, channels, 1, 1]),
        "kernel": np.arange(2.0 * channels, dtype=np.float32).reshape(2, channels, 1, 1),
    }
    put, get = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("x", ["n", 1, 13, 13]), ("y", None))
    )
    initializers = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = onnx.helper.make_graph(made, "net", [put], [get], initializers)
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)


@pytest.mark.parametrize("node", ["plane", "convolved"])
@pytest.mark.parametrize("settings", [{"dilations": [2, 2]}, {"auto_pad": "SAME_UPPER"}], ids=str)
def test_gaps_and_borders_said_in_words_stay(node: str, settings: dict[str, Any]) -> None:
    after = with_fast_squares(with_settings(node, **settings))
    assert [one.op_type for one in after.graph.node] == ["Expand", "AveragePool", "Conv"]
    plain = [one.op_type for one in with_fast_squares(with_settings(node)).graph.node]
    assert "AveragePool" not in plain


def test_a_mean_on_one_plane_is_a_convolution_whoever_reads_it(rewritten: Rewritten) -> None:
    nodes, after, before = rewritten(TwoReaders(nn.AvgPool2d(3), 1))
    assert nodes == ["Constant", "Conv", "Conv", "Add"]
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_pictures_of_any_size_have_their_means_taken_alike(tmp_path: Path) -> None:
    export_onnx(nn.AvgPool2d(4), tmp_path / "net.onnx", size=8, multiple=4)
    content = (tmp_path / "net.onnx").read_bytes()
    model = with_fast_squares(onnx.load_model_from_string(content))
    assert [node.op_type for node in model.graph.node] == ["Constant", "Conv"]
    face = np.random.default_rng(0).random((1, 1, 20, 36), dtype=np.float32)
    after, before = (
        NetworkSession(one, name="net", threads=1).run(face) for one in (model.SerializeToString(), content)
    )
    assert after.shape == (1, 1, 5, 9)
    np.testing.assert_allclose(after, before, atol=1e-6)


@pytest.mark.parametrize(
    "network",
    [TwoReaders(nn.PixelUnshuffle(2), 4), nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4, 4, 3, groups=2))],
    ids=["read twice", "groups"],
)
def test_other_foldings_stay(network: nn.Module, rewritten: Rewritten) -> None:
    nodes, after, before = rewritten(network)
    assert "SpaceToDepth" not in nodes
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize(
    ("put", "cut", "end"),
    [((2, 6, 24), (2, 6, 2, 6, 2), (8, 6, 6)), ((2, 12, 12), (2, 6, 2, 6, 2), (8, 4, 9))],
    ids=["other rows", "other columns"],
)
def test_a_transposition_between_other_shapes_is_no_folding(
    put: tuple[int, ...], cut: tuple[int, ...], end: tuple[int, ...]
) -> None:
    nodes = [
        onnx.helper.make_node("Reshape", ["x", "cut"], ["a"]),
        onnx.helper.make_node("Transpose", ["a"], ["b"], perm=[0, 1, 3, 5, 2, 4]),
        onnx.helper.make_node("Reshape", ["b", "end"], ["c"]),
        onnx.helper.make_node("Conv", ["c", "kernel"], ["y"]),
    ]
    arrays = {
        "cut": np.array([-1, *cut]),
        "end": np.array([-1, *end]),
        "kernel": np.ones((1, 8, 1, 1), np.float32),
    }
    graph = onnx.helper.make_graph(
        nodes,
        "net",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", *put])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = with_fast_squares(onnx.helper.make_model(graph))
    assert [node.op_type for node in model.graph.node] == ["Reshape", "Transpose", "Reshape", "Conv"]


def test_equal_weights_were_not_learnt_and_stay_in_float(tmp_path: Path) -> None:
    network = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(1, 4, 3, bias=False))
    export_onnx(network, tmp_path / "net.onnx", size=12)
    content = (tmp_path / "net.onnx").read_bytes()
    pictures = np.random.default_rng(0).random((8, 1, 12, 12), dtype=np.float32)
    assert quantize_onnx(content, tmp_path / "net-int8.onnx", pictures) == convolutions(content)
    assert count_parameters(tmp_path / "net-int8.onnx") == 4 * 9
    model = onnx.load(tmp_path / "net-int8.onnx")
    (mean,) = [node for node in model.graph.node if node.name == "node_avg_pool2d"]
    assert mean.op_type == "Conv"
    assert mean.input[0] == "grey", "the picture is not rounded before its mean is taken"


def test_networks_in_8_bits_have_neither_slow_node(
    tmp_path: Path, small_weights: Callable[..., Path]
) -> None:
    in_float = small_weights(tmp_path, "net", stem="folded")
    before = Counter(node.op_type for node in onnx.load(in_float).graph.node)
    assert before["AveragePool"] == before["Transpose"] == 1
    pictures = np.random.default_rng(0).random((8, 1, 48, 48), dtype=np.float32)
    quantize_onnx(in_float.read_bytes(), tmp_path / "net-int8.onnx", pictures)
    after = Counter(node.op_type for node in onnx.load(tmp_path / "net-int8.onnx").graph.node)
    assert after["AveragePool"] == after["Transpose"] == 0
    assert after["SpaceToDepth"] == 1


def graph_of(before: list[Any], kernel: FloatArray, **settings: Any) -> tuple[Any, dict[str, FloatArray]]:
    """A convolution behind other nodes, the first of which reads x and the last of which gives z."""
    convolution = onnx.helper.make_node("Conv", ["z" if before else "x", "kernel"], ["y"], **settings)
    return onnx.helper.make_graph([*before, convolution], "net", [], []), {"kernel": kernel}


@pytest.mark.parametrize("between", [False, True], ids=["at once", "behind a rectifier"])
def test_channels_come_back_in_their_old_order(between: bool) -> None:
    kernel = np.random.default_rng(0).random((5, 3 * 4, 3, 3), dtype=np.float32)
    fold = onnx.helper.make_node("SpaceToDepth", ["x"], ["f" if between else "z"], blocksize=2)
    rectifier = onnx.helper.make_node("Relu", ["f"], ["z"])
    before = [fold, rectifier] if between else [fold]
    found = plain_kernels(*graph_of(before, reordered_kernel(kernel, 2)))
    np.testing.assert_array_equal(found["kernel"], kernel)


@pytest.mark.parametrize("side", [2, 3])
def test_spread_cells_come_together_again(side: int) -> None:
    kernel = np.random.default_rng(0).random((5, 4, 1, 1), dtype=np.float32)
    found = plain_kernels(*graph_of([], spread_kernel(kernel, side), strides=[side, side]))
    np.testing.assert_allclose(found["kernel"], kernel, rtol=1e-6)


@pytest.mark.parametrize(
    ("kernel", "steps"),
    [
        (spread_kernel(np.ones((2, 2, 1, 1), np.float32), 2), [1, 1]),
        (np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2), [2, 2]),
        (np.ones((2, 2, 1, 1), np.float32), [1, 1]),
    ],
    ids=["squares that overlap", "cells that differ", "one cell"],
)
def test_other_kernels_are_as_they_were(kernel: FloatArray, steps: list[int]) -> None:
    assert plain_kernels(*graph_of([], kernel, strides=steps)) == {}
