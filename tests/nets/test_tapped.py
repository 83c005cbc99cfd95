"""A new head over another network's maps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import finished
import numpy as np
import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import TappedNet
from lamplit.nets.export import count_parameters, export_onnx
from lamplit.weights.session import NetworkSession


def tapped(**changes: Any) -> TappedNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        values: dict[str, Any] = {"backbone": "fusion", "backbone_settings": finished.FUSION, "size": 48}
        return TappedNet(3, **(values | {"taps": {"stage3": 2, "stage4": 3}} | changes))


FACES = torch.rand(2, 1, 48, 48, generator=torch.Generator().manual_seed(0))


def test_features_are_means_over_the_cells_of_each_map() -> None:
    network = tapped()
    body = network.backbone
    with torch.no_grad():
        blocks = network.blocks(FACES)
        third = body.stage3(body.stage2(body.stage1(body.stem(body.standardize(FACES)))))  # (2, 8, 12, 12)
        fourth = body.stage4(third)  # (2, 8, 6, 6)
    assert [block.shape for block in blocks] == [(2, 8 * 4), (2, 8 * 9)]
    assert network.block_widths == (32, 72)
    torch.testing.assert_close(blocks[0][:, 0], third[:, 0, :6, :6].mean(dim=(1, 2)))
    torch.testing.assert_close(blocks[1][:, -1], fourth[:, -1, 4:, 4:].mean(dim=(1, 2)))


def test_the_head_sees_centred_and_scaled_features() -> None:
    network = tapped()
    with torch.no_grad():
        features = torch.cat(network.blocks(FACES), dim=1)
        network.centre.copy_(features[0])
        network.spread.fill_(2.0)
        logits = network(FACES)
    torch.testing.assert_close(logits[0], network.classify.bias)
    torch.testing.assert_close(
        logits[1] - logits[0], network.classify.weight @ (features[1] - features[0]) / 2.0
    )


def test_no_hook_is_left_behind() -> None:
    network = tapped()
    network(FACES)
    assert not any(layer._forward_hooks for layer in network.modules())


@pytest.mark.parametrize("size", [48, 64])
def test_the_file_answers_as_the_network_and_has_only_what_is_used(tmp_path: Path, size: int) -> None:
    network = tapped(size=size).eval()
    with torch.no_grad():
        network.centre.normal_(generator=torch.Generator().manual_seed(1))
        network.spread.uniform_(0.5, 2.0, generator=torch.Generator().manual_seed(2))
    export_onnx(network, tmp_path / "tapped.onnx", size=size)
    faces = torch.rand(3, 1, size, size, generator=torch.Generator().manual_seed(3))
    said = NetworkSession((tmp_path / "tapped.onnx").read_bytes(), name="tapped", threads=1).run(
        faces.numpy()
    )
    with torch.no_grad():
        np.testing.assert_allclose(said, network(faces).numpy(), rtol=0, atol=1e-4)
    after_taps = sum(
        weight.numel() for name, weight in network.named_parameters() if "lateral" in name or "mix" in name
    )
    everything = sum(weight.numel() for weight in network.parameters())
    assert count_parameters(tmp_path / "tapped.onnx") <= everything - after_taps


@pytest.mark.parametrize(
    ("freeze", "learns"),
    [
        ("all", set()),
        ("stage3", {"stage4", "lateral2", "lateral3", "lateral4", "mix"}),
        ("stage4", {"lateral2", "lateral3", "lateral4", "mix"}),
        (
            "none",
            {"stem", "stage1", "stage2", "stage3", "stage4", "lateral2", "lateral3", "lateral4", "mix"},
        ),
    ],
)
def test_what_is_frozen_keeps_its_weights(freeze: str, learns: set[str]) -> None:
    network = tapped(freeze=freeze)
    named = network.backbone.named_parameters()
    assert {name.partition(".")[0] for name, weight in named if weight.requires_grad} == learns
    assert network.classify.weight.requires_grad


def test_the_backbone_stays_in_evaluation_mode() -> None:
    network = tapped(backbone_settings=finished.FUSION | {"dropout": 0.5}, freeze="none").train()
    assert network.training
    assert network.classify.training
    assert not any(layer.training for layer in network.backbone.modules())
    before = {name: value.clone() for name, value in network.backbone.named_buffers()}
    network(FACES)
    assert all(torch.equal(value, before[name]) for name, value in network.backbone.named_buffers())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"taps": {}}, "taps: needs at least one layer, got none"),
        ({"taps": {"stage9": 3}}, "taps: needs a part of FusionNet: ['standardize', 'stem', 'stage1'"),
        ({"taps": {"": 3}}, "taps: needs a part of FusionNet"),
        ({"taps": {"stage4": 0}}, "taps: stage4: needs a whole number of at least 1, got 0"),
        ({"taps": {"stage4": 7}}, "taps: stage4: needs a layer that gives maps of at least 7 x 7"),
        ({"taps": {"stage4.0.body.5.gate": 1}}, "taps: stage4.0.body.5.gate: needs a layer that gives maps"),
        ({"freeze": "stage9"}, "freeze: needs 'all', 'none' or a part of FusionNet: ['standardize'"),
        ({"backbone": "other"}, "network: needs one of"),
    ],
)  # fmt: skip
def test_parts_that_there_are_not_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        tapped(**changes)
    assert str(caught.value).startswith(message)
