"""What a training runs on, and that no step of it has to wait for a device."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

import blobs
import pytest
import torch
from torch.nn import functional

from lamplit.core.errors import InvalidArgumentError
from lamplit.light.templates import load_templates
from lamplit.training.augment import augment
from lamplit.training.devices import choose_fabric, is_leader, require_one_process
from lamplit.training.mixing import Batch, mix
from lamplit.training.recipe import load_recipe
from lamplit.training.state import fresh_state

META = torch.device("meta")
NOBODY: Any = None  # there are no generators for a device without values


def test_the_precision_is_chosen_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("lightning_fabric")
    level = logger.level
    logger.addHandler(caplog.handler)  # it may have been told not to pass its records on
    try:
        choose_fabric()
    finally:
        logger.removeHandler(caplog.handler)
    assert caplog.records == []
    assert logger.level == level


@pytest.mark.parametrize(("rank", "leads"), [("0", True), ("1", False)])
def test_under_torchrun_the_first_process_leads(
    monkeypatch: pytest.MonkeyPatch, rank: str, leads: bool
) -> None:
    monkeypatch.setenv("RANK", rank)
    assert is_leader(), "a variable of that name alone is no torchrun"
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "here")
    assert is_leader() == leads


def test_what_one_process_does_alone_refuses_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    require_one_process("this")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "here")
    with pytest.raises(InvalidArgumentError, match="--nproc_per_node: needs one process for this, got 2"):
        require_one_process("this")


def test_more_processes_than_cuda_devices_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "here", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "4"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    required = "at most one process for each of the 2 CUDA devices, got 4"
    with pytest.raises(InvalidArgumentError, match=f"--nproc_per_node: needs {required}"):
        choose_fabric()


def test_one_process_of_torchrun_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "here")
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert choose_fabric().world_size == 1


def test_a_step_asks_the_device_for_no_value() -> None:
    """On the meta device tensors have shapes and no values, so whoever would wait for one fails.

    What is left on the CPU, as the templates of light were, would fail as well.
    """
    with pytest.raises(RuntimeError, match="item"):
        torch.zeros(1, device=META).item()
    settings = load_recipe("expression-fusion-ferplus-night").augment
    settings = dataclasses.replace(settings, mixup=0.3, cutmix=0.3)
    load_templates()
    recipe = blobs.recipe(size=48)
    state = fresh_state(recipe, 8, META)
    images = torch.zeros(16, 1, 48, 48, dtype=torch.uint8, device=META)
    images = augment(images.float() / 255.0, settings, NOBODY)
    classes = torch.zeros(16, dtype=torch.int64, device=META)
    batch = mix(Batch(images, torch.zeros(16, 8, device=META), classes), settings, NOBODY)
    assert batch.images.shape == (16, 1, 48, 48)
    loss = functional.cross_entropy(state.network(batch.images), batch.probabilities)
    loss.backward()
    state.optimizer.step()
    state.schedule.step()
    state.average.update_parameters(state.network)
    state.average.update_parameters(state.network)  # the first one copies, the next one averages
    assert {p.device for p in state.average.module.parameters()} == {META}
