"""Networks in 8 bits: nearly the answers of those in float, and in 8 bits where they should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.expression.calibration import softmax
from lamplit.nets.export import count_parameters, export_onnx
from lamplit.nets.quantization import METHODS, convolutions, light_convolutions, quantize_onnx
from lamplit.weights import NetworkSession


def blobs(n: int, seed: int = 0) -> np.ndarray:
    """Smooth pictures of every brightness and contrast: coarse noise, enlarged."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((n, 1, 6, 6)).repeat(8, axis=2).repeat(8, axis=3)
    return (coarse * rng.uniform(0.1, 1.0, (n, 1, 1, 1))).astype(np.float32)


@pytest.fixture(scope="module")
def in_float(small_weights: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_weights(tmp_path_factory.mktemp("float"), "net")


@pytest.fixture(scope="module")
def in_8_bits(in_float: Path) -> Path:
    path = in_float.parent / "new" / "net-int8.onnx"
    layers = quantize_onnx(in_float.read_bytes(), path, blobs(64))
    assert layers == convolutions(in_float.read_bytes())
    return path


def answers(path: Path, pictures: np.ndarray) -> np.ndarray:
    return softmax(NetworkSession(path.read_bytes(), name=path.stem, threads=1).run(pictures))


def test_answers_are_nearly_those_of_the_network_in_float(in_float: Path, in_8_bits: Path) -> None:
    before, after = answers(in_float, blobs(200, seed=1)), answers(in_8_bits, blobs(200, seed=1))
    assert before.std(axis=0).max() > 0.05, "the network must say different things of different pictures"
    between_pictures = np.abs(before - before[::-1]).mean()
    assert np.abs(before - after).mean() < 0.25 * between_pictures
    # Untrained, the network knows no classes that lie far apart.
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() > 0.8
    assert np.abs(before - after).max() > 1e-4, "in 8 bits something must differ"


@pytest.mark.parametrize("n", [1, 3, 64])
def test_any_batch_gives_the_same(n: int, in_8_bits: Path) -> None:
    pictures = blobs(64)
    np.testing.assert_allclose(answers(in_8_bits, pictures[:n]), answers(in_8_bits, pictures)[:n], atol=1e-5)


def test_convolutions_multiply_bytes_and_the_rest_floats(in_8_bits: Path) -> None:
    model = onnx.load(in_8_bits)
    onnx.checker.check_model(model, full_check=True)
    made_by = {output: node for node in model.graph.node for output in node.output}
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    first = next(i for i, node in enumerate(model.graph.node) if node.op_type == "Conv")
    for node in model.graph.node:
        sources = [made_by[name].op_type for name in node.input if name in made_by]
        if node.op_type == "Conv":
            assert sources == ["DequantizeLinear"] * 3
            weights = made_by[node.input[1]]
            assert stored[weights.input[0]].dtype == np.int8
            n_channels = stored[weights.input[0]].shape[0]
            assert stored[weights.input[1]].shape == (n_channels,), "a scale for each output channel"
            assert stored[made_by[node.input[0]].input[2]].dtype == np.uint8
        if node.op_type == "Gemm":
            assert all(stored[name].dtype == np.float32 for name in node.input[1:])
    before = {node.op_type for node in model.graph.node[:first]} - {"QuantizeLinear", "DequantizeLinear"}
    assert {"ReduceMean", "Sqrt", "MatMul", "Add"} <= before
    for node in model.graph.node[:first]:
        if node.op_type not in ("QuantizeLinear", "DequantizeLinear", "Conv"):
            sources = {made_by[name].op_type for name in node.input if name in made_by}
            assert "DequantizeLinear" not in sources, f"{node.name} calculates on rounded numbers"


def test_parameters_are_those_of_the_file_in_float(in_float: Path, in_8_bits: Path) -> None:
    graph = onnx.load(in_8_bits).graph
    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    assert shapes["lateral2.0.weight_quantized"][2:] == (2, 2), "spread over squares of cells"
    assert count_parameters(in_8_bits) == count_parameters(in_float)
    assert in_8_bits.stat().st_size < in_float.stat().st_size


def test_the_file_names_no_place_of_a_machine(in_8_bits: Path) -> None:
    content = in_8_bits.read_bytes()
    assert b".py" not in content
    assert b"/tmp" not in content
    assert not onnx.load(in_8_bits).metadata_props


def test_the_same_pictures_give_the_same_file(in_float: Path, in_8_bits: Path, tmp_path: Path) -> None:
    quantize_onnx(in_float.read_bytes(), tmp_path / "again.onnx", blobs(64))
    assert (tmp_path / "again.onnx").read_bytes() == in_8_bits.read_bytes()


@pytest.mark.parametrize("method", METHODS)
def test_every_way_to_set_ranges_gives_nearly_the_same_answers(
    method: str, in_float: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = blobs(53)  # no multiple of what is handed over at once
    quantize_onnx(in_float.read_bytes(), tmp_path / "net.onnx", pictures, method=method)
    assert capsys.readouterr() == ("", "")
    before, after = answers(in_float, blobs(100, seed=1)), answers(tmp_path / "net.onnx", blobs(100, seed=1))
    assert np.abs(before - after).mean() < 0.05


@pytest.mark.parametrize(("bits", "least", "most"), [(7, -64, 64), (8, -127, 127)])
def test_bits_bound_the_weights(bits: int, least: int, most: int, in_float: Path, tmp_path: Path) -> None:
    quantize_onnx(in_float.read_bytes(), tmp_path / "net.onnx", blobs(8), bits=bits)
    stored = [numpy_helper.to_array(t) for t in onnx.load(tmp_path / "net.onnx").graph.initializer]
    weights = np.concatenate([t.ravel() for t in stored if t.dtype == np.int8 and t.ndim == 4])
    assert least <= weights.min() < least / 2
    assert most / 2 < weights.max() <= most


def test_some_convolutions_can_stay_in_float(in_float: Path, tmp_path: Path) -> None:
    first, *others = convolutions(in_float.read_bytes())
    assert quantize_onnx(in_float.read_bytes(), tmp_path / "a.onnx", blobs(8), in_float=[first]) == others
    graph = onnx.load(tmp_path / "a.onnx").graph
    made_by = {output: node.op_type for node in graph.node for output in node.output}
    (node,) = [node for node in graph.node if node.name == first]
    assert node.input[1] not in made_by, "its weights are stored as they are"


def test_what_stays_in_float_keeps_its_kernel(in_float: Path, tmp_path: Path) -> None:
    before = onnx.load(in_float).graph
    (name,) = [node.name for node in before.node if "lateral2.0.weight" in node.input]
    quantize_onnx(in_float.read_bytes(), tmp_path / "a.onnx", blobs(8), in_float=[name])
    shapes = {one.name: tuple(one.dims) for one in onnx.load(tmp_path / "a.onnx").graph.initializer}
    assert shapes["lateral2.0.weight"][2:] == (1, 1)
    assert count_parameters(tmp_path / "a.onnx") == count_parameters(in_float)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"method": "guess"}, "method: needs one of .*, got 'guess'"),
        ({"bits": 4}, "bits: needs 7 or 8, got 4"),
        ({"in_float": ["nobody"]}, r"in_float: needs some, not all, of \[.*, got \['nobody'\]"),
    ],
)
def test_wrong_settings_are_refused(
    settings: dict[str, Any], message: str, in_float: Path, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        quantize_onnx(in_float.read_bytes(), tmp_path / "net.onnx", blobs(2), **settings)


def test_light_convolutions_are_those_of_few_products_a_value(tmp_path: Path) -> None:
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3),
        torch.nn.ReLU(),
        torch.nn.Conv2d(16, 32, 3),  # the heavy one
        torch.nn.ReLU(),
        torch.nn.Conv2d(32, 32, 3, groups=32),
        torch.nn.Conv2d(32, 8, 1),
    )
    export_onnx(layers, tmp_path / "net.onnx", size=16)
    content = (tmp_path / "net.onnx").read_bytes()
    every, light = convolutions(content), light_convolutions(content)
    assert light == [every[0], *every[2:]]
    picture = np.random.default_rng(0).random((4, 1, 16, 16), dtype=np.float32)
    assert quantize_onnx(content, tmp_path / "net-int8.onnx", picture, in_float=light) == [every[1]]


def test_all_in_float_is_refused(in_float: Path, tmp_path: Path) -> None:
    content = in_float.read_bytes()
    with pytest.raises(InvalidArgumentError, match="in_float: needs some, not all"):
        quantize_onnx(content, tmp_path / "net.onnx", blobs(2), in_float=convolutions(content))


@pytest.mark.parametrize(
    "pictures", [blobs(2)[:, 0], blobs(2).astype(np.float64), blobs(2)[:0], blobs(2).repeat(3, axis=1)]
)
def test_wrong_pictures_are_refused(pictures: np.ndarray, in_float: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match=r"pictures: needs float32 of shape \(N, 1, S, S\)"):
        quantize_onnx(in_float.read_bytes(), tmp_path / "net.onnx", pictures)


def test_what_is_no_network_in_float_is_refused(in_8_bits: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsCorruptError, match="needs an ONNX file"):
        quantize_onnx(b"no network", tmp_path / "net.onnx", blobs(2))
    with pytest.raises(WeightsCorruptError, match="needs one with convolutions, got none"):
        convolutions(b"")
    with pytest.raises(WeightsCorruptError, match="needs one in float, got one in 8 bits"):
        quantize_onnx(in_8_bits.read_bytes(), tmp_path / "net.onnx", blobs(2))
