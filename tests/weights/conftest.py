from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from lamplit.weights import WeightsCard, write_card

SIDE = 4


def tiny_network() -> bytes:
    """Build an ONNX file with one output: twice the mean of each picture."""
    batch: list[object] = ["batch", 1, SIDE, SIDE]
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["grey"], ["mean"]),
            helper.make_node("Mul", ["mean", "two"], ["scaled"]),
            helper.make_node("Flatten", ["scaled"], ["logits"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("grey", TensorProto.FLOAT, batch)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
        [helper.make_tensor("two", TensorProto.FLOAT, [1], [2.0])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8  # any ONNX Runtime of these years reads it
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture(scope="session")
def network() -> bytes:
    return tiny_network()


@pytest.fixture
def card(network: bytes) -> WeightsCard:
    return WeightsCard(
        name="tiny-v1",
        file="tiny-v1.onnx",
        sha256=hashlib.sha256(network).hexdigest(),
        size_bytes=len(network),
        parameters=1,
        input_size=SIDE,
        preprocessing={"scale": "uint8 / 255"},
        label_set="moods",
        labels=["good", "bad"],
        temperature=1.25,
        training_data=[{"name": "made up", "faces": 0}],
        licence="none",
        recipe={"epochs": 0},
        commit="0000000",
        metrics=[{"accuracy": 0.5, "faces": 2}],
        history=[{"epoch": 1, "train_loss": 0.7}],
        light=[{"light": "good light", "accuracy": 0.5}],
        refusal={"least_probability": {"easy": 0.25, "hard": 0.5, "backlit": 0.75}},
        calibration={"light": {"noise": 0.05, "surround": 0.02}, "fitted_on": "made up"},
    )


@pytest.fixture
def place(tmp_path: Path, network: bytes, card: WeightsCard) -> Callable[[str], Path]:
    """Give a function that puts the network and its card under a name and returns the path."""

    def put(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(network)
        write_card(card, path.with_suffix(".json"))
        return path

    return put
