"""Checkpoints: what goes in comes out, damage is told, and a save is whole or did not happen."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from blobs import recipe
from torch import Tensor

from lamplit.core.errors import CheckpointError, OutputError
from lamplit.training.checkpoint import FILE_NAME, Checkpoint, load_checkpoint, save_checkpoint
from lamplit.training.state import State, fresh_state, restore, to_checkpoint

TENSORS: dict[str, Tensor] = {
    "weights": torch.randn(3, 4, generator=torch.Generator().manual_seed(0)),
    "kernels": torch.randn(2, 3, 5, 5).to(memory_format=torch.channels_last),
    "steps": torch.tensor(7),
    "none": torch.zeros(0),
}
DETAILS = {"history": [{"epoch": 1, "loss": 0.1 + 0.2}], "commit": "ab\u00e9", "groups": [{"lr": 1e-300}]}
CPU = torch.device("cpu")


def saved(folder: Path) -> Path:
    save_checkpoint(Checkpoint(TENSORS, DETAILS), folder)
    return folder / FILE_NAME


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    saved(tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert checkpoint.details == DETAILS
    assert set(checkpoint.tensors) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert torch.equal(checkpoint.tensors[name], tensor)
        assert checkpoint.tensors[name].dtype == tensor.dtype


def test_an_empty_folder_has_no_checkpoint(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "missing") is None


def test_a_new_save_replaces_the_old_and_leaves_nothing_beside(tmp_path: Path) -> None:
    saved(tmp_path)
    save_checkpoint(Checkpoint({"weights": torch.ones(2)}, {"history": []}), tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    assert torch.equal(checkpoint.tensors["weights"], torch.ones(2))
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize("left", [0, 7, 100, 0.5, -1])
def test_a_damaged_file_is_told(tmp_path: Path, left: float) -> None:
    path = saved(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(left * len(content)) if isinstance(left, float) else left])
    with pytest.raises(
        CheckpointError, match=rf"{FILE_NAME}: needs a whole checkpoint, got .*delete this file"
    ):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\xff" * 4096])
def test_another_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(CheckpointError, match="needs a whole checkpoint"):
        load_checkpoint(tmp_path)


def test_a_file_without_details_is_told(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"weights": torch.ones(2)}, str(tmp_path / FILE_NAME))
    with pytest.raises(CheckpointError, match="needs a whole checkpoint"):
        load_checkpoint(tmp_path)


def test_a_save_that_died_halfway_left_the_old_one(tmp_path: Path) -> None:
    content = saved(tmp_path).read_bytes()
    (tmp_path / f"{FILE_NAME}.partial").write_bytes(content[: len(content) // 2])
    assert load_checkpoint(tmp_path) is not None
    saved(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_save_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    content = saved(tmp_path).read_bytes()
    (tmp_path / f"{FILE_NAME}.partial").mkdir()
    with pytest.raises(OutputError, match=rf"{FILE_NAME}: needs a place that can be written"):
        saved(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="needs a place that can be written"):
        saved(tmp_path / "missing")


def stepped(seed: int = 0) -> State:
    """A state after two steps, so that the optimiser has moments."""
    state = fresh_state(recipe(seed=seed), 8, CPU)
    for _ in range(2):
        state.network(torch.rand(4, 1, 24, 24)).square().sum().backward()
        state.optimizer.step()
        state.schedule.step()
        state.average.update_parameters(state.network)
    state.history.append({"epoch": 1, "loss": 0.5})
    return state


def test_a_state_comes_back_whole(tmp_path: Path) -> None:
    state = stepped()
    save_checkpoint(to_checkpoint(state, recipe(), "abc"), tmp_path)
    other = fresh_state(recipe(), 8, CPU)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    restore(other, checkpoint, recipe(), "here")
    for one, back in ((state.network, other.network), (state.average, other.average)):
        assert all(
            torch.equal(a, b)
            for a, b in zip(one.state_dict().values(), back.state_dict().values(), strict=True)
        )
    assert other.schedule.state_dict()["last_epoch"] == 2
    assert other.schedule.get_last_lr() == state.schedule.get_last_lr()
    assert other.optimizer.param_groups[0]["betas"] == pytest.approx(
        state.optimizer.param_groups[0]["betas"], abs=0
    )
    moments, back = state.optimizer.state_dict()["state"], other.optimizer.state_dict()["state"]
    assert set(moments) == set(back)
    assert all(torch.equal(moments[i][key], back[i][key]) for i in moments for key in moments[i])
    assert other.history == state.history


def test_fresh_weights_follow_the_seed_and_nothing_else() -> None:
    torch.manual_seed(1)
    first = fresh_state(recipe(), 8, CPU).network.state_dict()
    torch.manual_seed(2)
    again = fresh_state(recipe(), 8, CPU).network.state_dict()
    other = fresh_state(recipe(seed=1), 8, CPU).network.state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_weight_decay_is_on_kernels_alone() -> None:
    state = fresh_state(recipe(), 8, CPU)
    decayed, free = state.optimizer.param_groups
    assert (decayed["weight_decay"], free["weight_decay"]) == (0.05, 0.0)
    assert all(p.ndim > 1 for p in decayed["params"])
    assert all(p.ndim <= 1 for p in free["params"])
    assert len(decayed["params"]) + len(free["params"]) == len(list(state.network.parameters()))


def test_the_average_is_the_moving_mean_of_the_weights() -> None:
    state = fresh_state(recipe(averaging=0.5), 8, CPU)
    weight = state.network.classify.bias  # type: ignore[union-attr]
    average = state.average.module.classify.bias.detach()
    means = []
    for value in (1.0, 2.0, 3.0):
        torch.nn.init.constant_(weight, value)
        state.average.update_parameters(state.network)
        means.append(float(average[0]))
    # The first update copies; then the share of the old is min(0.5, (1 + n) / (10 + n)) for n = 1, 2.
    second = 1.0 * (2 / 11) + 2.0 * (9 / 11)
    third = second * (3 / 12) + 3.0 * (9 / 12)
    assert means == pytest.approx([1.0, second, third], rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"learning_rate": 0.5}, r"\['learning_rate'\]"),
        ({"epochs": 9, "seed": 4}, r"\['epochs', 'seed'\]"),
        ({"augment": {"flip": 1.0}}, r"\['augment'\]"),
        ({"balance": {"over": ["light"]}, "near_copies": "drop"}, r"\['balance', 'near_copies'\]"),
        ({"settings": {"widths": [4, 4, 4, 4]}}, r"\['settings'\]"),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(changes: dict[str, object], named: str) -> None:
    checkpoint = to_checkpoint(fresh_state(recipe(), 8, CPU), recipe(), "")
    other = recipe(**changes)
    hint = rf"got other values of .*{named}.*\(give another --out folder for a new run\)"
    with pytest.raises(CheckpointError, match=f"here: needs a run of the same recipe, {hint}"):
        restore(fresh_state(other, 8, CPU), checkpoint, other, "here")


def test_a_recipe_with_tuples_is_the_same_recipe(tmp_path: Path) -> None:
    mine = recipe(settings={"widths": (4, 8, 8, 8), "fused": 8})
    state = fresh_state(mine, 8, CPU)
    save_checkpoint(to_checkpoint(state, mine, ""), tmp_path)
    checkpoint = load_checkpoint(tmp_path)
    assert checkpoint is not None
    restore(fresh_state(mine, 8, CPU), checkpoint, mine, "here")


def test_a_checkpoint_of_an_older_version_had_the_defaults() -> None:
    state = to_checkpoint(fresh_state(recipe(), 8, CPU), recipe(), "")
    kept = {
        key: value for key, value in recipe().as_dict().items() if key not in ("start", "holdout", "balance")
    }
    kept["augment"] = {key: value for key, value in kept["augment"].items() if key != "gain"}
    older = Checkpoint(state.tensors, {**state.details, "recipe": kept})
    restore(fresh_state(recipe(), 8, CPU), older, recipe(), "here")
    other = recipe(holdout=0.2, augment={"gain": [0.5, 0.5]})
    with pytest.raises(CheckpointError, match=r"other values of \['augment', 'holdout'\]"):
        restore(fresh_state(other, 8, CPU), older, other, "here")


@pytest.mark.parametrize("lost", ["network.classify.bias", "average.module.classify.bias"])
def test_a_checkpoint_that_lacks_a_tensor_is_refused(lost: str) -> None:
    whole = to_checkpoint(stepped(), recipe(), "")
    tensors = {name: tensor for name, tensor in whole.tensors.items() if name != lost}
    assert len(tensors) == len(whole.tensors) - 1
    with pytest.raises(CheckpointError, match="here: needs all parts of a run, got"):
        restore(fresh_state(recipe(), 8, CPU), Checkpoint(tensors, whole.details), recipe(), "here")


def test_a_checkpoint_that_lacks_its_settings_is_refused() -> None:
    whole = to_checkpoint(stepped(), recipe(), "")
    details = {name: value for name, value in whole.details.items() if name != "groups"}
    with pytest.raises(CheckpointError, match="here: needs all parts of a run, got 'groups'"):
        restore(fresh_state(recipe(), 8, CPU), Checkpoint(whole.tensors, details), recipe(), "here")


def test_a_checkpoint_of_more_or_fewer_faces_is_refused() -> None:
    checkpoint = to_checkpoint(stepped(), recipe(), "")
    with pytest.raises(CheckpointError, match=r"here: needs a run over as many faces .*another --out folder"):
        restore(fresh_state(recipe(), 9, CPU), checkpoint, recipe(), "here")


def test_a_checkpoint_of_other_faces_is_refused() -> None:
    checkpoint = to_checkpoint(stepped(), recipe(), "", faces="abc")
    restore(fresh_state(recipe(), 8, CPU), checkpoint, recipe(), "here", faces="abc")
    with pytest.raises(CheckpointError, match="here: needs a run on the same faces with the same labels"):
        restore(fresh_state(recipe(), 8, CPU), checkpoint, recipe(), "here", faces="abd")
    older = Checkpoint(checkpoint.tensors, {k: v for k, v in checkpoint.details.items() if k != "faces"})
    restore(fresh_state(recipe(), 8, CPU), older, recipe(), "here", faces="abd")
