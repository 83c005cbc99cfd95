"""Normalisations between layers, by name."""

from __future__ import annotations

import pytest
import torch

from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.layers import FEATURE_NORMALIZATIONS, feature_normalization, has_offset, learnt_scale


@pytest.mark.parametrize("name", FEATURE_NORMALIZATIONS)
@pytest.mark.parametrize("channels", [5, 8])
def test_shape_and_type_stay(name: str, channels: int) -> None:
    layer = feature_normalization(name, channels)
    for dtype in (torch.float32, torch.bfloat16):
        out = layer(torch.rand(2, channels, 6, 4).to(dtype))
        assert tuple(out.shape) == (2, channels, 6, 4)
        assert out.dtype == dtype


@pytest.mark.parametrize("name", FEATURE_NORMALIZATIONS)
def test_a_scale_of_zero_silences_a_layer_that_has_one(name: str) -> None:
    layer = feature_normalization(name, 8)
    scale = learnt_scale(layer)
    assert (scale is None) == (name in {"none", "local-response"})
    if scale is not None:
        assert tuple(scale.shape) == (8,)
        torch.nn.init.zeros_(scale)
        assert not layer(torch.rand(2, 8, 6, 6)).count_nonzero()


def test_those_with_an_offset() -> None:
    with_offset = {name for name in FEATURE_NORMALIZATIONS if has_offset(feature_normalization(name, 8))}
    assert with_offset == {"batch", "instance", "group"}


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"normalization: needs one of \['none', 'batch', .*\], got 'gold'"
    ):
        feature_normalization("gold", 8)
