from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import FusionNet
from lamplit.nets.normalization import STANDARDIZATIONS

SMALL: dict[str, Any] = {"widths": (8, 8, 16, 16), "depths": (1, 1, 1, 1), "fused": 8}


def faces(n: int = 2, size: int = 48) -> torch.Tensor:
    return torch.rand(n, 1, size, size, generator=torch.Generator().manual_seed(0))


def awake(network: nn.Module) -> nn.Module:
    """Let every block do something: a fresh one is the identity."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.constant_(module.weight, 0.5)
    return network


def test_number_of_parameters() -> None:
    assert sum(p.numel() for p in FusionNet(8).parameters()) == 1_791_372


@pytest.mark.parametrize("size", [48, 64, 96])
def test_logits_for_inputs_of_several_sizes(size: int) -> None:
    out = awake(FusionNet(8)).eval()(faces(2, size))
    assert tuple(out.shape) == (2, 8)
    assert out.isfinite().all()


def test_as_many_logits_as_classes() -> None:
    assert tuple(FusionNet(6, **SMALL).eval()(faces(3)).shape) == (3, 6)


def test_the_gradient_reaches_every_parameter() -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, dropout=0.0)).train()
    nn.functional.cross_entropy(network(faces(4)), torch.arange(4)).backward()
    without = [name for name, p in network.named_parameters() if p.grad is None or not p.grad.count_nonzero()]
    assert without == []
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_every_scale_reaches_the_classifier() -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, **SMALL)).eval()
    whole = network(faces())
    for lateral in ("lateral2", "lateral3", "lateral4"):
        silenced = awake(FusionNet(8, **SMALL)).eval()
        silenced.load_state_dict(network.state_dict())
        nn.init.zeros_(getattr(silenced, lateral)[0].weight)
        assert not torch.allclose(silenced(faces()), whole, atol=1e-6), lateral


def test_neither_exposure_nor_black_level_changes_the_answer() -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, **SMALL)).eval()
    torch.testing.assert_close(network(0.3 * faces() + 0.2), network(faces()), atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_an_even_picture_gives_finite_logits(level: float) -> None:
    assert awake(FusionNet(8, **SMALL)).eval()(torch.full((2, 1, 48, 48), level)).isfinite().all()


def test_in_evaluation_a_face_does_not_depend_on_its_batch_and_nothing_is_drawn() -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, **SMALL)).eval()
    batch = faces(5)
    together = network(batch)
    torch.testing.assert_close(network(batch), together, rtol=0, atol=0)
    torch.testing.assert_close(
        torch.cat([network(face[None]) for face in batch]), together, atol=1e-5, rtol=1e-4
    )


def test_in_training_dropout_draws() -> None:
    torch.manual_seed(0)
    network = FusionNet(8, **SMALL, dropout=0.5).train()
    assert not torch.equal(network(faces()), network(faces()))


@pytest.mark.parametrize(("depths", "blocks"), [((1, 1, 1, 1), 5), ((1, 2, 3, 1), 8)])
def test_depths_are_numbers_of_blocks(depths: tuple[int, ...], blocks: int) -> None:
    network = FusionNet(8, **{**SMALL, "depths": depths})
    assert sum(type(module).__name__ == "ResidualBlock" for module in network.modules()) == blocks


@pytest.mark.parametrize("name", ["widths", "depths"])
@pytest.mark.parametrize("numbers", [(8, 8, 8), (8, 8, 8, 8, 8), ()])
def test_another_number_of_stages_is_refused(name: str, numbers: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{name}: needs four numbers, one per stage, got"):
        FusionNet(8, **{**SMALL, name: numbers})


@pytest.mark.parametrize("name", ["widths", "depths"])
@pytest.mark.parametrize("number", [0, -8, 1.5, "8"])
def test_stages_of_no_width_or_depth_are_refused(name: str, number: object) -> None:
    with pytest.raises(InvalidArgumentError, match=f"{name}: needs a whole number of at least 1, got"):
        FusionNet(8, **{**SMALL, name: (8, 8, number, 8)})


@pytest.mark.parametrize("standardization", STANDARDIZATIONS)
def test_the_standardisation_is_chosen_by_name(standardization: str) -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, **SMALL, standardization=standardization)).eval()
    layer, channels = STANDARDIZATIONS[standardization]
    assert isinstance(network.standardize, layer)
    assert network.stem[0].in_channels == channels  # type: ignore[index, union-attr]
    out = network(faces())
    assert tuple(out.shape) == (2, 8)
    torch.testing.assert_close(network(0.3 * faces()), out, atol=0.02, rtol=0.02)


def test_the_z_score_is_the_standardisation_by_default() -> None:
    torch.manual_seed(0)
    first = awake(FusionNet(8, **SMALL)).eval()
    torch.manual_seed(0)
    second = awake(FusionNet(8, **SMALL, standardization="z-score")).eval()
    torch.testing.assert_close(first(faces()), second(faces()), rtol=0, atol=0)


def test_another_channel_costs_nine_weights_for_each_of_the_stem() -> None:
    more = sum(p.numel() for p in FusionNet(8, standardization="both").parameters())
    assert more == 1_791_372 + 24 * 9


@pytest.mark.parametrize("name", ["", "z_score", "none"])
def test_another_standardisation_is_refused(name: str) -> None:
    required = r"standardization: needs one of \['z-score', 'local', 'both'\], got"
    with pytest.raises(InvalidArgumentError, match=f"{required} '{name}'"):
        FusionNet(8, **SMALL, standardization=name)


def test_a_folded_stem_sees_the_same_pixels_at_half_the_size() -> None:
    network = awake(FusionNet(8, **SMALL, stem="folded")).eval()
    sizes: dict[str, tuple[int, ...]] = {}
    for name in ("stem", "stage1", "stage2", "stage3", "stage4"):
        network.get_submodule(name).register_forward_hook(
            lambda _module, _given, out, name=name: sizes.update({name: tuple(out.shape[1:])})
        )
    assert tuple(network(faces()).shape) == (2, 8)
    assert network.stem[0].in_channels == 4
    assert sizes == {
        "stem": (8, 24, 24),
        "stage1": (8, 24, 24),
        "stage2": (8, 24, 24),
        "stage3": (16, 12, 12),
        "stage4": (16, 6, 6),
    }


def test_the_first_stage_may_be_left_out() -> None:
    network = FusionNet(8, widths=(8, 8, 16, 16), depths=(0, 1, 1, 1), fused=8, stem="folded")
    assert len(network.stage1) == 0
    assert tuple(network.eval()(faces()).shape) == (2, 8)
    with pytest.raises(InvalidArgumentError, match="depths"):
        FusionNet(8, widths=(8, 8, 16, 16), depths=(1, 0, 1, 1))


def test_blocks_without_squeeze_excitation_have_nothing_but_convolutions() -> None:
    with_it, without = FusionNet(8, **SMALL), FusionNet(8, **SMALL, squeeze=False)
    gates = [name for name in with_it.state_dict() if "gate" in name]
    assert gates
    assert [name for name in with_it.state_dict() if name not in gates] == list(without.state_dict())


def test_an_unknown_stem_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match=r"stem: needs one of \['full', 'folded'\], got 'wide'"):
        FusionNet(8, stem="wide")
