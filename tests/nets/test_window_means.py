"""Means over windows as matrix products: the same numbers, by another way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn
from torch.nn import functional

from lamplit.nets.export import count_parameters, export_onnx
from lamplit.nets.normalization import LocalStandardization
from lamplit.nets.window_means import band_matrix, with_matrix_means
from lamplit.weights import NetworkSession


def test_a_window_is_cut_off_at_the_border() -> None:
    picture = np.array([[3.0, 0.0, 9.0, 6.0]], np.float32)
    rows = picture @ band_matrix(4, 3).T
    assert rows.tolist() == [[pytest.approx(x) for x in (1.5, 4.0, 5.0, 7.5)]]


def test_a_window_wider_than_the_picture_is_its_mean() -> None:
    assert band_matrix(3, 7).tolist() == [[pytest.approx(1 / 3)] * 3] * 3


class Pooling(nn.Module):
    """Nothing but a mean over windows."""

    def __init__(self, *window: int, channels: int = 1, stride: int = 1, count: bool = False) -> None:
        super().__init__()
        self.channels, self.window, self.stride, self.count = channels, window, stride, count

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.expand(-1, self.channels, -1, -1) * torch.arange(1.0, 1.0 + self.channels)[:, None, None]
        half = [side // 2 for side in self.window]
        return functional.avg_pool2d(x, self.window, self.stride, half, count_include_pad=self.count)


def operators(path: Path) -> list[str]:
    return [node.op_type for node in onnx.load(path).graph.node]


@pytest.mark.parametrize("window", [(5, 1), (1, 5), (3, 7), (9, 9)])
def test_the_mean_is_that_of_pooling(window: tuple[int, int], tmp_path: Path) -> None:
    pooling = Pooling(*window)
    export_onnx(pooling, tmp_path / "net.onnx", size=6)
    assert "AveragePool" not in operators(tmp_path / "net.onnx")
    x = torch.rand(3, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    answered = NetworkSession((tmp_path / "net.onnx").read_bytes(), name="net").run(x.numpy())
    np.testing.assert_allclose(answered, pooling(x).numpy(), atol=1e-6)


@pytest.mark.parametrize(
    "settings", [{"channels": 2}, {"stride": 2}, {"count": True}], ids=["channels", "stride", "border"]
)
def test_other_pooling_stays(settings: dict[str, int], tmp_path: Path) -> None:
    pooling = Pooling(3, 3, **settings)
    export_onnx(pooling, tmp_path / "net.onnx", size=6)
    assert "AveragePool" in operators(tmp_path / "net.onnx")


def test_matrices_are_no_parameters_and_the_file_is_sound(tmp_path: Path) -> None:
    export_onnx(LocalStandardization(5), tmp_path / "net.onnx", size=16)
    assert operators(tmp_path / "net.onnx").count("MatMul") == 4
    assert count_parameters(tmp_path / "net.onnx") == 0
    onnx.checker.check_model(onnx.load(tmp_path / "net.onnx"), full_check=True)


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    export_onnx(LocalStandardization(5), tmp_path / "net.onnx", size=16)
    content = (tmp_path / "net.onnx").read_bytes()
    assert with_matrix_means(onnx.load_model_from_string(content)).SerializeToString() == content
