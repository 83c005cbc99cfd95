"""How long the expression networks take per face: ONNX Runtime and PyTorch in turn, one thread and all cores.

The same weights would give PyTorch the same time, so its network has fresh ones; it calculates in float32,
while the shipped file has its convolutions in 8 bits. Rounds of both libraries
alternate, so that a drift of the machine's speed meets both; the median over rounds is quoted, and the ratio
within rounds.

    python benchmarks/network_speed.py
"""

from __future__ import annotations

import os

import numpy as np
import torch

from lamplit.evaluation.speed import time_in_turn
from lamplit.nets import build_network
from lamplit.weights import NetworkSession, load_weights
from lamplit.weights.registry import DEFAULT_EXPRESSION, LARGE_EXPRESSION, QUICK_EXPRESSION
from results import write_result

ROUNDS = 15


def compare(batch: int, threads: int, repeats: int, *, weights: str = DEFAULT_EXPRESSION) -> dict[str, float]:
    """Time both libraries in turn on one batch size."""
    card, content = load_weights(weights)
    side = card.input_size
    faces = np.random.default_rng(0).random((batch, 1, side, side), dtype=np.float32)
    session = NetworkSession(content, name=card.name, threads=threads)
    network = build_network(card.recipe["network"], n_classes=8, **card.recipe["settings"]).eval()
    network = network.to(memory_format=torch.channels_last)
    tensor = torch.from_numpy(faces)
    torch.set_num_threads(threads)
    with torch.inference_mode():
        calls = [lambda: network(tensor), lambda: session.run(faces)]
        pytorch, lamplit = time_in_turn(calls, rounds=ROUNDS, repeats=repeats)
    return {
        "milliseconds_per_face": round(lamplit.milliseconds / batch, 3),
        "fastest_round": round(lamplit.fastest / batch, 3),
        "slowest_round": round(lamplit.slowest / batch, 3),
        "faces_per_second": round(1000 * batch / lamplit.milliseconds, 1),
        "pytorch_milliseconds_per_face": round(pytorch.milliseconds / batch, 3),
        "time_relative_to_pytorch": round(lamplit.ratio, 3),
    }


def main() -> None:
    cores = os.cpu_count() or 1
    figures = {
        "weights": DEFAULT_EXPRESSION,
        "rounds": ROUNDS,
        "batch_1_one_thread": compare(batch=1, threads=1, repeats=40),
        "batch_64_one_thread": compare(batch=64, threads=1, repeats=2),
        f"batch_64_{cores}_threads": compare(batch=64, threads=cores, repeats=2),
        "smallest": {
            "weights": QUICK_EXPRESSION,
            "batch_1_one_thread": compare(batch=1, threads=1, repeats=80, weights=QUICK_EXPRESSION),
        },
        "largest": {
            "weights": LARGE_EXPRESSION,
            "batch_1_one_thread": compare(batch=1, threads=1, repeats=20, weights=LARGE_EXPRESSION),
        },
    }
    write_result("network_speed", figures)


if __name__ == "__main__":
    main()
