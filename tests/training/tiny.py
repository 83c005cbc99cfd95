"""A network in which no face depends on another of its batch, and a program that trains it under torchrun.

    torchrun --nproc_per_node 2 tiny.py FOLDER [EPOCH BATCH]

Every process writes the network that it ended with; the one that leads kills itself after the batch, if one
is named.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import blobs
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lamplit.nets.registry import list_networks, register
from lamplit.training.devices import choose_fabric, is_leader
from lamplit.training.loop import train
from lamplit.training.recipe import Recipe


class Tiny(nn.Module):
    """One convolution with group normalisation, which looks at one face at a time."""

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(1, 8, 5, 2, 2, bias=False), nn.GroupNorm(2, 8), nn.ReLU()),
            *(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(128, n_classes)),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x)
        return logits


if "tiny" not in list_networks():  # whoever looks for doctests imports this file a second time
    register("tiny")(Tiny)


def recipe(**changes: object) -> Recipe:
    """Augmented and mixed, with patience; a small step, so that roundings do not grow."""
    values: dict[str, object] = {
        "network": "tiny",
        "settings": {},
        "learning_rate": 2e-3,
        "patience": 2,
        "holdout": 0.1,
        "augment": {"light": 0.5, "relight": 0.5, "mixup": 0.3, "cutmix": 0.2},
    }
    return blobs.recipe(**(values | changes))


def data() -> blobs.TrainingData:
    """Five batches of 16, with faces held out."""
    return blobs.data(90, holdout=20)


class Mortal(blobs.Silent):
    """An observer that ends its process without any clean-up."""

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, stop_at: tuple[int, int] | None) -> None:
    """Train in this process of several."""
    torch.set_num_threads(1)
    observer = Mortal(stop_at if is_leader() else None)
    network = train(recipe(), data(), folder, observer=observer)
    normalized = folder / "batch-normalized"
    normalized.mkdir(exist_ok=True)
    other = train(blobs.recipe(epochs=1), blobs.data(48), normalized, observer=blobs.Silent())
    for ended, place in ((network, folder), (other, normalized)):
        weights = {name: tensor.contiguous() for name, tensor in ended.state_dict().items()}
        save_file(weights, place / f"process{choose_fabric().global_rank}.safetensors")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]), (int(words[1]), int(words[2])) if len(words) == 3 else None)
