"""Where the tests find real data, and how they skip without it; torch on one thread by default."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lamplit.core.labels import EXPRESSIONS, LabelSet
from lamplit.weights.cards import WeightsCard, write_card

REPOSITORY = Path(__file__).resolve().parents[1]

# Cases this small lose more by waiting for a second thread than they gain. And with more than one, torch's
# backward pass in bfloat16 crashes where a network has 4 or 8 channels and a batch an odd number of faces
# (torch 2.13, CPUs with avx512_bf16): networks of the tests are that narrow, those of the recipes are not.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def data_dir() -> Path:
    folder = Path(os.environ.get("LAMPLIT_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no data folder at {folder}: set LAMPLIT_DATA to the folder that holds ferplus.zip")
    return folder


@pytest.fixture(scope="session")
def small_weights() -> Callable[..., Path]:
    """Make an untrained network that says different things of different faces, as a file with its card."""

    def make(
        folder: Path, name: str, *, seed: int = 0, labels: LabelSet = EXPRESSIONS, **settings: Any
    ) -> Path:
        import torch

        from lamplit.nets import build_network
        from lamplit.nets.export import count_parameters, export_onnx

        sizes = {"widths": [8, 8, 16, 16], "depths": [1, 1, 1, 1], "fused": 8, "standardization": "both"}
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            network = build_network("fusion", n_classes=len(labels), **(sizes | settings))
            for layer in network.modules():
                if isinstance(layer, torch.nn.BatchNorm2d):
                    torch.nn.init.uniform_(layer.weight, 0.5, 1.5)  # fresh, the blocks are the identity
                    torch.nn.init.normal_(layer.bias, 0.0, 0.2)
            coarse = torch.rand(32, 1, 6, 6).repeat_interleave(8, dim=2).repeat_interleave(8, dim=3)
            with torch.no_grad():
                for _ in range(30):  # until the statistics of batch normalisation are those of the pictures
                    network(coarse)
                logits = network.eval()(coarse)
                factor = 2.0 / logits.std(dim=0).mean()  # even answers would hide differences
                network.classify.weight.mul_(factor)
                network.classify.bias.copy_(factor * (network.classify.bias - logits.mean(dim=0)))
        path = folder / f"{name}.onnx"
        export_onnx(network, path, size=48)
        content = path.read_bytes()
        write_card(
            WeightsCard(
                name=name,
                file=path.name,
                sha256=hashlib.sha256(content).hexdigest(),
                size_bytes=len(content),
                parameters=count_parameters(path),
                input_size=48,
                preprocessing={"normalisation": "both"},
                label_set=labels.name,
                labels=list(labels),
                temperature=1.5,
                training_data=[],
                licence="none",
                recipe={"name": "untrained"},
                commit="none",
            ),
            path.with_suffix(".json"),
        )
        return path

    return make
