from __future__ import annotations

import numpy as np
import pytest

from lamplit.core.errors import InvalidArgumentError
from lamplit.light import normalization_methods, normalize
from lamplit.light.normalization_chain import BEST_CHAIN, Chain, Step, standard_chains

FACE = np.random.default_rng(0).integers(0, 256, (24, 20), dtype=np.uint8)


def test_without_steps_a_picture_only_becomes_grey() -> None:
    assert (Chain().apply(FACE) == FACE.astype(np.float32) / np.float32(255)).all()
    assert Chain().name == "none"


def test_steps_follow_each_other() -> None:
    chain = Chain((Step("denoise", {"strength": 2.0}), Step("tan-triggs")))
    assert (chain.apply(FACE) == normalize(normalize(FACE, "denoise", strength=2.0), "tan-triggs")).all()
    assert chain.name == "denoise (strength 2), tan-triggs"


def test_a_step_that_leaves_the_range_cannot_be_followed() -> None:
    with pytest.raises(InvalidArgumentError, match=r"needs .*float in \[0, 1\], got floats from"):
        Chain((Step("z-score"), Step("tan-triggs"))).apply(FACE)


def test_comparisons_run_nothing_every_method_and_the_best_chain() -> None:
    chains = standard_chains()
    assert chains[0] == Chain()
    assert chains[-1] == BEST_CHAIN
    assert [chain.name for chain in chains[1:-2]] == list(normalization_methods())
    assert chains[-2].steps == BEST_CHAIN.steps[-1:]
    assert len({chain.name for chain in chains}) == len(chains)
