from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets import FusionNet, build_network
from lamplit.nets.attention import RegionAttention
from lamplit.nets.fusion import FUSIONS
from lamplit.nets.layers import FEATURE_NORMALIZATIONS, DivisiveNormalization
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


def names_of(place: str, *, convolution: str, layer: str) -> list[str]:
    """Names in a state of one convolution with the batch normalisation after it."""
    kept = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    return [f"{place}.{convolution}.weight", *(f"{place}.{layer}.{name}" for name in kept)]


def names_of_block(place: str, *, projected: bool) -> list[str]:
    gate = [f"{place}.body.5.gate.{layer}.{name}" for layer in (0, 2) for name in ("weight", "bias")]
    names = names_of(place, convolution="body.0", layer="body.1")
    names += names_of(place, convolution="body.3", layer="body.4") + gate
    return names + (names_of(place, convolution="shortcut.0", layer="shortcut.1") if projected else [])


def test_the_usual_network_has_the_names_of_the_shipped_checkpoints() -> None:
    expected = names_of("stem", convolution="0", layer="1")
    for stage, depth in enumerate((1, 2, 2, 2), start=1):
        for block in range(depth):
            expected += names_of_block(f"stage{stage}.{block}", projected=block == 0 and stage > 1)
    for lateral in ("lateral2", "lateral3", "lateral4"):
        expected += names_of(lateral, convolution="0", layer="1")
    expected += [*names_of_block("mix", projected=False), "classify.weight", "classify.bias"]
    assert list(FusionNet(8).state_dict()) == expected


def n_parameters(**settings: object) -> int:
    return sum(p.numel() for p in FusionNet(5, **{**SMALL, **settings}).parameters())  # type: ignore[arg-type]


def test_the_parameters_of_each_part_by_hand() -> None:
    f, deepest, classes = 8, 16, 5
    block = 2 * 9 * f * f + 2 * 2 * f + (4 * f + 4 + f * 4 + f)  # kernels, two normalisations, gate of 4
    laterals = (8 + 16 + 16) * f + 3 * 2 * f
    usual = n_parameters()
    assert usual - n_parameters(fusion="none") == laterals + block + classes * f
    assert n_parameters(fusion="both") - usual == (9 * f * f + 2 * f) + block + classes * f
    assert n_parameters(regions=True) - usual == 4 * (2 + 2) + 4 * f + classes * 4 * f
    without = n_parameters(fusion="none", regions=True) - n_parameters(fusion="none")
    assert without == 4 * (2 + 2) + 4 * deepest + classes * 4 * deepest


@pytest.mark.parametrize("regions", [False, True])
@pytest.mark.parametrize("fusion", FUSIONS)
class TestEveryFusion:
    @pytest.mark.parametrize("size", [48, 64])
    def test_logits(self, fusion: str, regions: bool, size: int) -> None:
        network = awake(FusionNet(8, **SMALL, fusion=fusion, regions=regions)).eval()
        out = network(faces(2, size))
        assert tuple(out.shape) == (2, 8)
        assert out.isfinite().all()

    def test_the_gradient_reaches_every_parameter(self, fusion: str, regions: bool) -> None:
        torch.manual_seed(0)
        network = awake(FusionNet(8, **SMALL, fusion=fusion, regions=regions, dropout=0.0)).train()
        nn.functional.cross_entropy(network(faces(4)), torch.arange(4)).backward()
        named = network.named_parameters()
        assert [name for name, p in named if p.grad is None or not p.grad.count_nonzero()] == []

    def test_the_deepest_stage_is_pooled_and_so_is_what_is_fused(self, fusion: str, regions: bool) -> None:
        network = awake(FusionNet(8, **SMALL, fusion=fusion, regions=regions)).eval()
        pooled = {"none": [16], "top-down": [8, 16], "both": [8, 8, 16]}[fusion]
        assert network.classify.in_features == sum(pooled) + (4 * pooled[0] if regions else 0)


def test_the_way_back_changes_with_the_fine_features() -> None:
    torch.manual_seed(0)
    network = awake(FusionNet(8, **SMALL, fusion="both")).eval()
    maps: list[torch.Tensor] = []
    network.mix_down.register_forward_hook(lambda _m, _i, out: maps.append(out))
    network(faces())
    nn.init.zeros_(network.lateral2[0].weight)
    network(faces())
    assert tuple(maps[0].shape) == (2, 8, 6, 6)
    assert not torch.allclose(maps[0], maps[1], atol=1e-6)


def test_each_stage_has_its_own_normalisation_and_the_fusion_that_of_the_last() -> None:
    names = ("divisive", "local-response", "instance", "none", "group")
    network = FusionNet(8, **SMALL, normalization=names, fusion="both")
    assert isinstance(network.stem[1], DivisiveNormalization)
    kinds = (nn.LocalResponseNorm, nn.InstanceNorm2d, nn.Identity, nn.GroupNorm)
    for stage, kind in zip(("stage1", "stage2", "stage3", "stage4"), kinds, strict=True):
        assert isinstance(getattr(network, stage)[0].body[1], kind)
    for part in (network.lateral2[1], network.mix.body[1], network.down[1], network.mix_down.body[4]):
        assert isinstance(part, nn.GroupNorm)


@pytest.mark.parametrize("name", FEATURE_NORMALIZATIONS)
def test_one_name_stands_for_all_places(name: str) -> None:
    network = FusionNet(8, **SMALL, normalization=name)
    assert list(FusionNet(8, **SMALL, normalization=[name] * 5).state_dict()) == list(network.state_dict())
    nn.functional.cross_entropy(network.train()(faces(4)), torch.arange(4)).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fusion": "bottom-up"}, r"fusion: needs one of \['none', 'top-down', 'both'\], got 'bottom-up'"),
        ({"normalization": "gold"}, r"normalization: needs one of \['none', .*\], got 'gold'"),
        ({"normalization": ["batch", "gold", "batch", "batch", "batch"]}, "normalization: .* got 'gold'"),
        ({"normalization": ["batch"] * 4}, "normalization: needs one name, or five: for the stem"),
    ],
)
def test_settings_that_do_not_exist_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        build_network("fusion", n_classes=8, **settings)


def test_a_very_small_network_has_all_parts() -> None:
    settings = {"widths": [4, 5, 6, 7], "depths": [1, 1, 1, 1], "fused": 5, "fusion": "both", "regions": True}
    network = build_network("fusion", n_classes=8, **settings)
    assert isinstance(network.regions, RegionAttention)
    assert sum(p.numel() for p in network.parameters()) < 10_000
    assert tuple(network.eval()(faces()).shape) == (2, 8)
