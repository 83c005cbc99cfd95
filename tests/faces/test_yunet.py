"""YuNet files are refused with words that say which file is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError, WeightsMissingError
from lamplit.faces import YuNetFaceDetector
from lamplit.nets.export import export_onnx


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match=r"yunet\.onnx: needs a YuNet file .*no such file"):
        YuNetFaceDetector(tmp_path / "yunet.onnx")


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "yunet.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(WeightsCorruptError, match=r"needs a YuNet file .*face_detection_yunet_2023mar"):
        YuNetFaceDetector(path)


def test_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    export_onnx(torch.nn.Conv2d(1, 2, 3), path, size=64)
    with pytest.raises(WeightsCorruptError, match="needs a YuNet file"):
        YuNetFaceDetector(path)


@pytest.mark.parametrize("settings", [{"threshold": 1.0}, {"overlap": 0.0}, {"path": 5}])
def test_impossible_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(settings))):
        YuNetFaceDetector(**({"path": "a.onnx"} | settings))  # type: ignore[arg-type]
