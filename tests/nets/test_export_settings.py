"""Each normalisation, fusion and attention over regions says the same in ONNX as in torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime
import pytest
import torch
from torch import nn

from lamplit.nets import FusionNet
from lamplit.nets.export import export_onnx
from lamplit.nets.layers import FEATURE_NORMALIZATIONS, feature_normalization

MOST_DIFFERENCE = 1e-4
MIXED = ("divisive", "local-response", "instance", "group", "none")


def lively(network: nn.Module) -> nn.Module:
    """Let every layer matter: fresh blocks and attention start at zero, statistics at 0 and 1."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        if not parameter.count_nonzero():
            nn.init.normal_(parameter, std=0.3)
    with torch.no_grad():
        for _ in range(3):
            network.train()(torch.rand(8, 1, 48, 48))
    return network.eval()


def assert_parity(network: nn.Module, path: Path) -> None:
    """Export, and compare probabilities over batches of one and of five."""
    export_onnx(network, path, size=48)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    faces = torch.rand(5, 1, 48, 48, generator=torch.Generator().manual_seed(0))
    faces[0] *= torch.linspace(0.02, 1.0, 48)  # light from one side
    for batch in (faces, faces[:1]):
        with torch.no_grad():
            expected = network(batch).softmax(dim=1)
        (logits,) = session.run(None, {"grey": batch.numpy()})
        answered = torch.from_numpy(logits).softmax(dim=1)
        assert expected.max() - expected.min() > 0.1, "equal probabilities would agree by accident"
        assert (answered - expected).abs().max() < MOST_DIFFERENCE


@pytest.mark.parametrize("name", FEATURE_NORMALIZATIONS)
def test_a_normalisation_is_the_same_inside_the_file(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, 2),
        feature_normalization(name, 8),
        nn.ReLU(),
        nn.AvgPool2d(8),
        nn.Flatten(),
        nn.Linear(8 * 4, 6),
    )
    nn.init.normal_(network[-1].weight, std=2.0)
    assert_parity(lively(network), tmp_path / "net.onnx")


@pytest.mark.parametrize(
    "settings",
    [
        {"fusion": "none"},
        {"fusion": "none", "regions": True},
        {"regions": True},
        {"fusion": "both", "normalization": MIXED},
        {"fusion": "both", "regions": True},
    ],
    ids=str,
)
def test_a_fusion_is_the_same_inside_the_file(settings: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = FusionNet(8, widths=(4, 8, 8, 8), depths=(1, 1, 1, 1), fused=8, dropout=0.0, **settings)
    nn.init.normal_(network.classify.weight, std=2.0)
    assert_parity(lively(network), tmp_path / "net.onnx")
