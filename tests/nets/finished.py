"""A small network as a finished training leaves it: a file whose every layer matters, with its card."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lamplit.nets import build_network
from lamplit.nets.export import count_parameters, export_onnx
from lamplit.weights.cards import WeightsCard, write_card

LABELS = ("left", "middle", "right")
FUSION = {"widths": [4, 8, 8, 8], "depths": [1, 1, 1, 1], "fused": 8}


def network_of(name: str, settings: dict[str, Any]) -> nn.Module:
    """Build a network whose normalisation has weights and statistics like those of a trained one."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = build_network(name, n_classes=len(LABELS), **settings)
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight)  # fresh ones hardly let the picture through
            if isinstance(layer, nn.BatchNorm2d):
                nn.init.uniform_(layer.weight, 0.5, 1.0)
                nn.init.normal_(layer.bias, std=0.1)
                nn.init.normal_(layer.running_mean, std=0.1)
                nn.init.uniform_(layer.running_var, 0.5, 2.0)
        nn.init.normal_(network.classify.weight, std=0.5)
    return network.eval()


def write_finished(
    folder: Path, *, network: str = "fusion", settings: dict[str, Any] | None = None, size: int = 48
) -> Path:
    """Write finished.onnx and its card; return the file."""
    settings = FUSION if settings is None else settings
    path = folder / "finished.onnx"
    export_onnx(network_of(network, settings), path, size=size)
    content = path.read_bytes()
    card = WeightsCard(
        name="finished",
        file=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        parameters=count_parameters(path),
        input_size=size,
        preprocessing={"scale": "uint8 / 255"},
        label_set="places",
        labels=list(LABELS),
        temperature=1.0,
        training_data=[{"name": "made up", "faces": 0}],
        licence="none",
        recipe={"name": "finished", "network": network, "settings": settings},
        commit="0000000",
    )
    write_card(card, path.with_suffix(".json"))
    return path
