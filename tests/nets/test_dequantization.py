"""From 8 bits back to float: nearly the file's answers, and kernels as they were but for rounding."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import finished
import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from lamplit.core.arrays import AnyArray, FloatArray
from lamplit.core.errors import WeightsCorruptError
from lamplit.nets.dequantization import dequantized
from lamplit.nets.quantization import quantize_onnx
from lamplit.nets.restore import restore_network
from lamplit.weights import NetworkSession, list_weights
from lamplit.weights.store import load_weights


def pictures(n: int, size: int) -> FloatArray:
    """Coarse noise of every brightness."""
    rng = np.random.default_rng(0)
    coarse = rng.random((n, 1, size // 8, size // 8)).repeat(8, axis=2).repeat(8, axis=3)
    return (coarse * rng.uniform(0.1, 1.0, (n, 1, 1, 1))).astype(np.float32)


def arrays_of(content: bytes) -> dict[str, FloatArray]:
    graph = onnx.load_model_from_string(content).graph
    return {one.name: numpy_helper.to_array(one) for one in graph.initializer}


@pytest.mark.parametrize("name", [card.name for card in list_weights() if card.quantization])
def test_shipped_weights_in_8_bits_answer_nearly_as_their_file(name: str) -> None:
    card, content = load_weights(name)
    faces = pictures(40, card.input_size)
    with torch.no_grad():
        restored = restore_network(card, content)(torch.from_numpy(faces)).numpy()
    said = NetworkSession(content, name=name, threads=1).run(faces)
    between_pictures = np.abs(said - said[::-1]).mean()
    assert 0 < np.abs(restored - said).mean() < 0.1 * between_pictures


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"standardization": "both"},
        {"stem": "folded", "squeeze": False, "standardization": "both"},
        {"regions": True},
    ],
    ids=["plain", "two planes", "folded", "regions"],
)
def test_kernels_come_back_but_for_a_step_of_8_bits(settings: dict[str, Any], tmp_path: Path) -> None:
    settings = finished.FUSION | settings
    file = finished.write_finished(tmp_path, settings=settings)
    quantize_onnx(file.read_bytes(), tmp_path / "int8.onnx", pictures(64, 48))
    card, _ = load_weights(file)
    found = restore_network(card, (tmp_path / "int8.onnx").read_bytes()).state_dict()
    before = restore_network(card, file.read_bytes()).state_dict()
    assert set(found) == set(before)
    for name, kernel in before.items():
        if kernel.ndim == 4:
            largest = kernel.flatten(1).abs().amax(dim=1)[:, None, None, None]
            assert ((found[name] - kernel).abs() <= largest / 63).all(), name
        else:
            torch.testing.assert_close(found[name], kernel, rtol=0.02, atol=0.02)
    changed = [name for name, kernel in before.items() if not torch.equal(kernel, found[name])]
    assert "stem.0.weight" in changed, "8 bits round"


def test_rectifiers_come_back(tmp_path: Path) -> None:
    file = finished.write_finished(tmp_path)
    quantize_onnx(file.read_bytes(), tmp_path / "int8.onnx", pictures(64, 48))
    model = onnx.load(tmp_path / "int8.onnx")
    n_before = sum(node.op_type == "Relu" for node in model.graph.node)
    model = dequantized(model)
    onnx.checker.check_model(model, full_check=True)
    kinds = [node.op_type for node in model.graph.node]
    assert not {"QuantizeLinear", "DequantizeLinear"} & set(kinds)
    assert kinds.count("Relu") > n_before
    in_bytes = {onnx.TensorProto.INT8, onnx.TensorProto.UINT8, onnx.TensorProto.INT32}
    assert not in_bytes & {one.data_type for one in model.graph.initializer}
    said = [
        NetworkSession(content, name="net", threads=1).run(pictures(20, 48))
        for content in (model.SerializeToString(), file.read_bytes())
    ]
    assert np.abs(said[0] - said[1]).mean() < 0.5 * np.abs(said[1] - said[1][::-1]).mean()


def model_of(nodes: list[Any], arrays: dict[str, AnyArray]) -> Any:
    """Make a network of (N, 1, 2, 2) in and out."""
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", 1, 2, 2]) for name in "xy"]
    stored = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = onnx.helper.make_graph(nodes, "net", ends[:1], ends[1:], stored)
    opset = [onnx.helper.make_opsetid("", 21)]
    return onnx.helper.make_model(graph, opset_imports=opset, ir_version=10)


def in_bytes(name: str, *, axis: int = 0) -> Any:
    inputs = [f"{name}_quantized", f"{name}_scale", f"{name}_zero"]
    return onnx.helper.make_node("DequantizeLinear", inputs, [f"{name}_float"], axis=axis)


def test_arrays_by_hand() -> None:
    levels = np.array([[[[4]], [[-6]]]], np.int8)  # (1, 2, 1, 1)
    arrays = {
        "a_quantized": levels.reshape(2, 1, 1, 1),
        "a_scale": np.array([0.5, 2.0], np.float32),
        "a_zero": np.array([0, -7], np.int8),
        "b_quantized": levels,
        "b_scale": np.float32(0.25) * np.ones((), np.float32),
        "b_zero": np.array(2, np.int8),
    }
    nodes = [
        in_bytes("a"),
        in_bytes("b"),
        onnx.helper.make_node("Conv", ["x", "a_float"], ["two"]),
        onnx.helper.make_node("Conv", ["two", "b_float"], ["y"]),
    ]
    model = dequantized(model_of(nodes, arrays))
    onnx.checker.check_model(model, full_check=True)
    found = {name: array.ravel().tolist() for name, array in arrays_of(model.SerializeToString()).items()}
    assert found == {"a": [2.0, 2.0], "b": [0.5, -2.0]}
    assert [list(node.input) for node in model.graph.node] == [["x", "a"], ["two", "b"]]


@pytest.mark.parametrize(("zero", "expected"), [(0, [0.0, 1.0, 2.0, 0.0]), (9, [-3.0, 1.0, 2.0, -0.5])])
def test_maps_by_hand(zero: int, expected: list[float]) -> None:
    arrays = {"scale": np.array(0.5, np.float32), "zero": np.array(zero, np.uint8)}
    nodes = [
        onnx.helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["levels"]),
        onnx.helper.make_node("DequantizeLinear", ["levels", "scale", "zero"], ["y"]),
    ]
    model = dequantized(model_of(nodes, arrays))
    onnx.checker.check_model(model, full_check=True)
    x = np.array([-3.0, 1.0, 2.0, -0.5], np.float32).reshape(1, 1, 2, 2)
    said = NetworkSession(model.SerializeToString(), name="net", threads=1).run(x)
    assert said.ravel().tolist() == expected
    assert not model.graph.initializer


def test_a_file_that_lacks_a_scale_is_refused(tmp_path: Path) -> None:
    file = finished.write_finished(tmp_path)
    quantize_onnx(file.read_bytes(), tmp_path / "int8.onnx", pictures(16, 48))
    model = onnx.load(tmp_path / "int8.onnx")
    kept = [one for one in model.graph.initializer if one.name != "stem.0.weight_scale"]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    card, _ = load_weights(file)
    with pytest.raises(WeightsCorruptError, match=r"one in 8 bits whole, got 'stem\.0\.weight_scale'"):
        restore_network(card, model.SerializeToString())


def test_a_network_in_float_stays_as_it_is(tmp_path: Path) -> None:
    content = finished.write_finished(tmp_path).read_bytes()
    after = dequantized(onnx.load_model_from_string(content))
    assert [node.op_type for node in after.graph.node] == [
        node.op_type for node in onnx.load_model_from_string(content).graph.node
    ]
    before, found = arrays_of(content), arrays_of(after.SerializeToString())
    assert set(found) == set(before)
    assert all(np.array_equal(found[name], before[name]) for name in before)


def test_settings_of_another_network_are_refused_in_8_bits_too(tmp_path: Path) -> None:
    file = finished.write_finished(tmp_path)
    quantize_onnx(file.read_bytes(), tmp_path / "int8.onnx", pictures(16, 48))
    card, _ = load_weights(file)
    other = dataclasses.replace(card, recipe={**card.recipe, "settings": finished.FUSION | {"fused": 16}})
    with pytest.raises(WeightsCorruptError, match="finished: needs weights of the shapes on its card"):
        restore_network(other, (tmp_path / "int8.onnx").read_bytes())
