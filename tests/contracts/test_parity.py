"""The exported file gives the probabilities of the network it came from, on real faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lamplit.datasets import read_ferplus
from lamplit.expression import ExpressionClassifier, softmax
from lamplit.imaging.geometry import resize_faces
from lamplit.nets import build_network, list_networks
from lamplit.nets.export import export_onnx

MOST_DIFFERENCE = 1e-4

SIZES = {"paper": 128}
"""Side of the input in pixels, of networks that take no other."""

SETTINGS: dict[str, dict[str, Any]] = {"tapped": {"backbone": "fusion", "taps": {"stage3": 3, "stage4": 3}}}
"""What a network cannot be built without."""


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> np.ndarray:
    return read_ferplus(data_dir, "validation").images[:200]


def with_life(name: str, faces: np.ndarray) -> torch.nn.Module:
    """Give every layer scales, offsets and statistics of its own, as a training would."""
    torch.manual_seed(0)
    network = build_network(name, n_classes=8, **SETTINGS.get(name, {})).train()
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
            torch.nn.init.normal_(layer.bias, 0.0, 0.2)
    with torch.no_grad():
        for _ in range(10):
            network(torch.from_numpy(faces[:64, None].astype(np.float32) / 255))
        for parameter in list(network.parameters())[-2:]:
            parameter.mul_(10)  # a sure answer shows differences that an even one hides
    return network.eval()


@pytest.mark.parametrize("name", list_networks())
def test_exported_network_agrees_with_torch(name: str, faces: np.ndarray, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    size = SIZES.get(name, 48)
    faces = resize_faces(faces, size)
    network = with_life(name, faces)
    export_onnx(network, tmp_path / "net.onnx", size=size)
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    inputs = faces[:, None].astype(np.float32) / 255
    with torch.no_grad():
        expected = torch.softmax(network(torch.from_numpy(inputs)), dim=1).numpy()
    answered = softmax(session.run(None, {"grey": inputs})[0])
    assert expected.std(axis=0).max() > 0.01, "the network must say different things of different faces"
    assert np.abs(answered - expected).max() < MOST_DIFFERENCE


def test_batches_and_single_faces_agree(faces: np.ndarray) -> None:
    classifier = ExpressionClassifier()
    together = classifier.predict_proba(faces)
    one_by_one = np.concatenate([classifier.predict_proba(face[None]) for face in faces[:20]])
    assert np.abs(together[:20] - one_by_one).max() < MOST_DIFFERENCE
