from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from lamplit.core.errors import OutputError
from lamplit.nets import FusionNet
from lamplit.nets.export import count_parameters, export_onnx

MOST_DIFFERENCE = 1e-4
MOST_DIFFERENCE_OF_NOTHING = 1e-3


@pytest.fixture(scope="module")
def network() -> FusionNet:
    """Build a network whose every layer matters: fresh blocks are the identity, fresh statistics 0 and 1."""
    torch.manual_seed(0)
    net = FusionNet(8, widths=(8, 16, 24, 32), depths=(1, 1, 1, 1), fused=16)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, std=0.1)
    net.train()
    with torch.no_grad():
        for _ in range(5):
            net(torch.rand(8, 1, 48, 48))
    nn.init.normal_(net.classify.weight, std=0.5)
    # One part keeps a mode of its own, as frozen parts do.
    net.stem.eval()
    return net


@pytest.fixture(scope="module")
def exported(network: FusionNet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "new" / "net.onnx"
    export_onnx(network, path, size=48)
    return path


@pytest.fixture(scope="module")
def session(exported: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(exported.read_bytes(), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("n", [1, 3, 64])
def test_any_batch_gives_the_probabilities_of_torch(
    n: int, network: FusionNet, session: onnxruntime.InferenceSession
) -> None:
    faces = torch.rand(n, 1, 48, 48, generator=torch.Generator().manual_seed(n))
    modes = {name: module.training for name, module in network.named_modules()}
    network.eval()
    with torch.no_grad():
        expected = network(faces).softmax(dim=1).numpy()
    for name, module in network.named_modules():
        module.training = modes[name]
    (logits,) = session.run(None, {"grey": faces.numpy()})
    assert logits.shape == (n, 8)
    assert logits.dtype == np.float32
    answered = torch.from_numpy(logits).softmax(dim=1).numpy()
    assert expected.max() - expected.min() > 0.1, "equal probabilities would agree by accident"
    assert np.abs(answered - expected).max() < MOST_DIFFERENCE


def test_light_is_removed_inside_the_file(session: onnxruntime.InferenceSession) -> None:
    faces = np.random.default_rng(0).random((2, 1, 48, 48), dtype=np.float32)
    (bright,), (dark,) = (session.run(None, {"grey": x}) for x in (faces, np.float32(0.1) * faces))
    np.testing.assert_allclose(dark, bright, atol=1e-3)


def test_an_even_picture_gives_finite_logits(session: onnxruntime.InferenceSession) -> None:
    (logits,) = session.run(None, {"grey": np.full((1, 1, 48, 48), 0.5, dtype=np.float32)})
    assert np.isfinite(logits).all()


def test_the_file_is_sound_and_stands_alone(exported: Path, network: FusionNet) -> None:
    assert [path.name for path in exported.parent.iterdir()] == ["net.onnx"]
    model = onnx.load(exported)
    onnx.checker.check_model(model, full_check=True)
    assert [i.name for i in model.graph.input] == ["grey"]
    assert [o.name for o in model.graph.output] == ["logits"]
    # Batch normalisation may be folded into the convolutions: the file holds no fewer weights than those.
    stored = sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer)
    assert stored >= sum(m.weight.numel() for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear))


@pytest.mark.usefixtures("exported")
def test_the_network_stays_as_it_was(network: FusionNet) -> None:
    assert network.training
    assert network.stage1.training
    assert not network.stem.training


@pytest.mark.usefixtures("exported")
def test_the_exporter_logs_as_before() -> None:
    assert logging.getLogger("torch.onnx").level == logging.NOTSET


def test_parameters_are_counted_as_they_stand_in_the_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3, bias=False),
        nn.BatchNorm2d(2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2, 5),
    )
    with torch.no_grad():
        network(torch.rand(4, 1, 8, 8))  # so that the folded normalisation leaves an offset
    export_onnx(network, tmp_path / "net.onnx", size=8)
    convolution, offsets, linear = 1 * 2 * 3 * 3, 2, 2 * 5 + 5
    assert count_parameters(tmp_path / "net.onnx") == convolution + offsets + linear


def test_local_standardisation_is_the_same_inside_the_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = FusionNet(
        8, widths=(4, 8, 8, 8), depths=(1, 1, 1, 1), fused=8, dropout=0.0, standardization="both"
    )
    nn.init.normal_(network.classify.weight, std=6.0)
    export_onnx(network, tmp_path / "net.onnx", size=48)
    session = onnxruntime.InferenceSession(
        (tmp_path / "net.onnx").read_bytes(), providers=["CPUExecutionProvider"]
    )
    generator = torch.Generator().manual_seed(0)
    bright = torch.rand(3, 1, 48, 48, generator=generator)
    even = torch.tensor([0.0, 0.5, 1.0])[:, None, None, None].expand(3, 1, 48, 48)
    rounded_night = (bright * 12).round() / 255
    for faces in (bright, even, rounded_night, bright[:1]):
        with torch.no_grad():
            expected = network.eval()(faces).softmax(dim=1)
        (logits,) = session.run(None, {"grey": faces.numpy()})
        answered = torch.from_numpy(logits).softmax(dim=1)
        # Of an even picture nothing but rounding is left, which the file does in another order.
        allowed = MOST_DIFFERENCE_OF_NOTHING if faces is even else MOST_DIFFERENCE
        assert (answered - expected).abs().max() < allowed
    assert expected.max() - expected.min() > 0.1, "equal probabilities would agree by accident"


class Doubling(nn.Module):
    """The smallest network that can be exported."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.factor * x.mean(dim=(2, 3))


def test_a_file_in_the_way_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"net\.onnx: needs a place that can be written, got"):
        export_onnx(Doubling(), tmp_path / "file" / "net.onnx", size=8)


def test_a_folder_where_the_file_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").mkdir()
    with pytest.raises(OutputError, match=r"net\.onnx: needs a place that can be written, got .*directory"):
        export_onnx(Doubling(), tmp_path / "net.onnx", size=8)


def test_size_decides_the_input(tmp_path: Path) -> None:
    export_onnx(Doubling(), tmp_path / "net.onnx", size=8)
    session = onnxruntime.InferenceSession(
        (tmp_path / "net.onnx").read_bytes(), providers=["CPUExecutionProvider"]
    )
    assert session.get_inputs()[0].shape[1:] == [1, 8, 8]
    (out,) = session.run(None, {"grey": np.full((5, 1, 8, 8), 0.25, dtype=np.float32)})
    assert out.tolist() == [[0.5]] * 5
