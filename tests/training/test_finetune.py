"""Fine-tuning as a whole, on made-up pictures that a small network tells apart."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import blobs
import finished
import numpy as np
import own
import pytest
import torch

from lamplit.core.errors import CheckpointError, RecipeError, WeightsCorruptError
from lamplit.expression import ExpressionClassifier
from lamplit.training import finetune as module
from lamplit.training.balance import Balance
from lamplit.training.checkpoint import save_checkpoint
from lamplit.training.faces import TrainingData
from lamplit.training.finetune import FineTuner, Tuned, leave_people_out, tune_on
from lamplit.training.finetuning import Finetuning
from lamplit.training.loop import train
from lamplit.training.own_data import OwnData, read_own_data
from lamplit.training.publish_own import check_folder, publish_own
from lamplit.training.recipe import Recipe, recipe_from_dict
from lamplit.training.state import fresh_state, to_checkpoint
from lamplit.weights.cards import WeightsCard, read_card
from lamplit.weights.store import load_weights

Start = tuple[WeightsCard, bytes]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    return load_weights(finished.write_finished(tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own.write_table(tmp_path_factory.mktemp("table"))


def recipe(*, epochs: int = 2, **changes: Any) -> Recipe:
    table = {
        "framing": "as-is",
        "scales": [0.5, 1.0],
        "strengths": [1e-3, 1e-2],
        "folds": 3,
        "copies": [1, 3],
    }
    values = {"dataset": "folder", "epochs": epochs, "batch_size": 8, "averaging": 0.9, "holdout": 0.2}
    return recipe_from_dict({"name": "mine", **values, "finetune": table | changes}, where="mine")


def data_of(table: Path, settings: Recipe) -> OwnData:
    return read_own_data(settings, table, on_step=lambda *_: None)


def tuner_of(
    settings: Recipe, start: Start, data: OwnData, observer: blobs.Silent | None = None
) -> FineTuner:
    watching = observer or blobs.Silent()
    return FineTuner(settings, start, data.training, observer=watching)


@dataclass(frozen=True)
class Run:
    """A finished fine-tuning."""

    folder: Path
    data: OwnData
    tuned: Tuned
    card: WeightsCard


@pytest.fixture(scope="module")
def run(start: Start, table: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder, settings = tmp_path_factory.mktemp("run"), recipe()
    data = data_of(table, settings)
    tuned = tune_on(tuner_of(settings, start, data), data, folder)
    return Run(folder, data, tuned, publish_own(tuned, data, folder, name="mine", start=start[0]))


def test_the_weights_say_the_labels_of_the_data(run: Run) -> None:
    classifier = ExpressionClassifier(run.folder / "mine.onnx", threads=1)
    assert classifier.labels == own.LABELS
    answers = classifier.predict_proba(run.data.report.crops(run.card.input_size))
    np.testing.assert_allclose(answers, run.tuned.predict_proba(run.data.report), atol=1e-4)
    right = answers.argmax(axis=1) == run.data.report.pictures.classes
    assert right.mean() > 0.9, "bright halves are easy"
    assert not (run.folder / "checkpoint.safetensors").exists(), "nothing was thawed: there were no epochs"


def test_the_card_says_what_was_learnt_from(run: Run) -> None:
    card = read_card(run.folder / "mine.json")
    assert (card.sha256, card.labels) == (run.card.sha256, list(own.LABELS))
    mine, before = card.training_data
    assert before == {"name": "made up", "faces": 0}
    assert mine["faces"] == sum(mine["faces_by_label"].values()) == len(run.data.training)
    assert mine["people"] == len(set(run.data.training.pictures.people))
    assert mine["split"] == "held-out share of 0.2, people of their own"
    assert (mine["refused"], mine["faces_found_by_the_detector"]) == (0, 0)
    assert card.preprocessing["frame"] == "whole crops, framed as the user's pictures were"
    assert card.label_set == "faces"
    assert card.recipe["network"] == "tapped"
    assert card.recipe["finetune"]["weights"] == "finished"
    assert card.input_size == card.recipe["size"] == mine["chosen_by_cross_validation"]["input_size"]
    assert card.licence == "those of the data; the network came from finished: none"


def test_weights_of_other_data_are_not_overwritten(run: Run, tmp_path: Path) -> None:
    check_folder(run.folder, "mine", run.data)
    check_folder(run.folder, "other", run.data)
    other = data_of(own.write_folder(tmp_path / "more"), recipe())
    with pytest.raises(CheckpointError) as caught:
        check_folder(run.folder, "mine", other)
    assert str(caught.value).removeprefix(f"{run.folder}/") == (
        "mine.json: needs nothing, or an earlier run on more with its labels, got weights from faces with "
        "the labels down, left, up (give another --out folder or --name for a new run)"
    )


def test_fine_tuned_weights_are_no_start(run: Run) -> None:
    with pytest.raises(WeightsCorruptError, match="not from fine-tuned ones"):
        tuner_of(recipe(), load_weights(run.folder / "mine.onnx"), run.data)


def test_the_same_settings_give_the_same_weights(start: Start, table: Path, tmp_path: Path) -> None:
    settings = recipe()
    data = data_of(table, settings)
    states = [tune_on(tuner_of(settings, start, data), data, tmp_path).network.state_dict() for _ in range(2)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_frozen_weights_are_those_of_the_file(start: Start, table: Path, tmp_path: Path) -> None:
    settings = recipe()
    data = data_of(table, settings)
    before = module.tapped_network(settings, start, n_classes=3, size=48).backbone.state_dict()
    after = tune_on(tuner_of(settings, start, data), data, tmp_path).network.backbone.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_what_is_thawed_learns_and_goes_on_where_it_stopped(
    start: Start, table: Path, tmp_path: Path
) -> None:
    settings = recipe(freeze="stage3", epochs=3)
    data = data_of(table, settings)
    whole = tune_on(tuner_of(settings, start, data), data, tmp_path / "whole")
    assert [row["epoch"] for row in whole.history] == [1, 2, 3]
    assert whole.n_training == len(data.training), "they are too few to fit a temperature to some of them"
    assert whole.n_held_out == 0
    fresh = module.tapped_network(settings, start, n_classes=3, size=48).backbone
    learnt = dict(whole.network.backbone.named_parameters())
    for name, weight in fresh.named_parameters():
        kept = name.partition(".")[0] in ("stem", "stage1", "stage2", "stage3")
        reached = name.partition(".")[0] == "stage4"  # what comes after the last tap gets no gradient
        assert torch.equal(weight, learnt[name]) == (kept or not reached), name
    for name, value in fresh.named_buffers():
        assert torch.equal(value, whole.network.backbone.get_buffer(name)), f"{name}: statistics stay"
    stopped = tuner_of(settings, start, data, blobs.Silent(stop_at=(2, 2)))
    with pytest.raises(KeyboardInterrupt):
        tune_on(stopped, data, tmp_path / "stopped")
    again = tune_on(tuner_of(settings, start, data), data, tmp_path / "stopped")
    weights = whole.network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in again.network.state_dict().items())


def test_enough_faces_are_held_out_for_the_temperature(
    start: Start, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_FACES_FOR_TEMPERATURE", 5)
    settings = recipe(freeze="stage3", epochs=2)
    data = data_of(table, settings)
    tuned = tune_on(tuner_of(settings, start, data), data, tmp_path)
    assert tuned.n_held_out >= 5
    assert tuned.n_training + tuned.n_held_out == len(data.training)
    nothing = dataclasses.replace(settings, holdout=0.0)
    everything = tune_on(tuner_of(nothing, start, data), data, tmp_path / "all")
    assert (everything.n_training, everything.n_held_out) == (len(data.training), 0)


def test_patience_watches_faces_held_out(start: Start, table: Path, tmp_path: Path) -> None:
    settings = dataclasses.replace(recipe(freeze="stage3", epochs=3), patience=2)
    data = data_of(table, settings)
    tuned = tune_on(tuner_of(settings, start, data), data, tmp_path)
    assert tuned.n_training < len(data.training)
    assert len(tuned.history) == 3
    assert all(row["holdout_loss"] > 0 for row in tuned.history)
    card = publish_own(tuned, data, tmp_path, name="mine", start=start[0])
    held_back = len(data.training) - tuned.n_training
    assert card.training_data[0]["epoch"].endswith(f"{held_back} faces held back")
    assert card.training_data[0]["protocol"].endswith("by the head before the epochs")


def test_people_are_shown_alike_where_that_is_wanted(
    start: Start, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(
        recipe(freeze="stage3", epochs=1), balance=Balance(sampling=1.0, over=("person",))
    )
    data = data_of(table, settings)
    shown: list[torch.Tensor] = []

    def watch(recipe: Recipe, faces: TrainingData, *places: Path, **options: Any) -> torch.nn.Module:
        assert faces.training.weights is not None
        shown.append(faces.training.weights)
        return train(recipe, faces, *places, **options)

    monkeypatch.setattr(module, "train", watch)
    who = np.array(data.training.pictures.people)
    first = who[0]
    rows = np.flatnonzero((who != first) | (np.arange(len(who)) < 1))  # that person has one picture now
    tuner_of(settings, start, data).fit(rows, None, tmp_path)
    sums = [float(shown[0][who[rows] == person].sum()) for person in sorted(set(who))]
    assert sums == pytest.approx([len(rows) / len(sums)] * len(sums))


def test_people_who_are_not_known_cannot_be_shown_alike(start: Start, tmp_path: Path) -> None:
    settings = dataclasses.replace(
        recipe(freeze="stage3", epochs=1), balance=Balance(sampling=1.0, over=("person",))
    )
    data = data_of(own.write_folder(tmp_path / "mine"), settings)
    with pytest.raises(RecipeError, match="needs data that say who is who, for 'person', got 0 names"):
        tune_on(tuner_of(settings, start, data), data, tmp_path)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"patience": 2}, "patience"),
        ({"balance": Balance(sampling=0.5, over=("light",))}, "balance: sampling"),
        ({"balance": Balance(logit_adjustment=0.5)}, "balance: logit_adjustment"),
    ],
)
def test_settings_of_epochs_are_refused_where_there_are_none(
    start: Start, table: Path, changes: dict[str, Any], key: str
) -> None:
    settings = dataclasses.replace(recipe(), **changes)
    data = data_of(table, settings)
    with pytest.raises(RecipeError, match=f"mine: {key}: needs a recipe with epochs: freeze other"):
        tuner_of(settings, start, data)


def test_a_run_on_other_labels_or_of_another_kind_is_not_gone_on_with(
    start: Start, table: Path, tmp_path: Path
) -> None:
    settings = recipe(freeze="stage3", epochs=1)
    data = data_of(table, settings)
    tune_on(tuner_of(settings, start, data), data, tmp_path)
    pictures = data.training.pictures
    classes = pictures.classes.copy()
    classes[[0, -1]] = classes[[-1, 0]]
    assert classes[0] != classes[-1]
    corrected = dataclasses.replace(data.training, pictures=dataclasses.replace(pictures, classes=classes))
    other = dataclasses.replace(data, training=corrected)
    with pytest.raises(CheckpointError, match="needs a run on the same faces with the same labels"):
        tune_on(tuner_of(settings, start, other), other, tmp_path)
    ordinary = blobs.recipe()
    state = fresh_state(ordinary, 8, torch.device("cpu"))
    save_checkpoint(to_checkpoint(state, ordinary, ""), tmp_path)
    with pytest.raises(CheckpointError, match=r"a run of the same recipe, got other values of .*label_names"):
        tune_on(tuner_of(settings, start, data), data, tmp_path)


def test_the_head_of_many_faces_learns_by_gradient_descent(
    start: Start, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FACES_FOR_HEAD", 12)
    settings = recipe()
    data = data_of(table, settings)
    tuner = tuner_of(settings, start, data)
    assert len(tuner.sample) <= 12
    tuned = tune_on(tuner, data, tmp_path)
    assert len(tuned.history) == 2
    assert tuned.n_training > 12


def test_everybody_is_judged_by_a_network_that_never_saw_them(
    start: Start, table: Path, tmp_path: Path
) -> None:
    settings = recipe(report="people", copies=[1])
    data = data_of(table, settings)
    told: list[tuple[int, int]] = []
    tuner = tuner_of(settings, start, data)
    answers = leave_people_out(tuner, tmp_path, on_person=lambda *step: told.append(step))
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert told[-1] == (6, 6)
    # By hand for one person: only the others' faces are there at all.
    who = np.array(data.training.pictures.people)
    others = data.training.subset(who != "Bob")
    alone = FineTuner(settings, start, others, observer=blobs.Silent())
    tuned = alone.fit(np.arange(len(others)), None, tmp_path)
    said = tuned.predict_proba(data.training.subset(who == "Bob"))
    np.testing.assert_allclose(answers[who == "Bob"], said, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scales": [9.0]}, "mine: scales: needs values from 0.25 to 8, got (9.0,)"),
        ({"scales": []}, "mine: scales: needs values from 0.25 to 8, got ()"),
        ({"copies": [0]}, "mine: copies: needs values from 1 to 100, got (0,)"),
        ({"copies": 2}, "mine: copies: needs a list of whole numbers, got 2"),
        ({"copies": [1.5]}, "mine: copies: needs a list of whole numbers, got [1.5]"),
        ({"folds": 1}, "mine: folds: needs values from 2 to 100, got 1"),
        ({"framing": "tight"}, "mine: framing: needs one of ['auto', 'find', 'as-is'], got 'tight'"),
        ({"report": "all"}, "mine: report: needs one of ['held-out', 'people'], got 'all'"),
        ({"splits": ["a"]}, "mine: splits: needs two names, of the split to learn from and of the one to"),
        ({"tap": {}}, "mine: tap: needs a key among"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="mine") as caught:
        recipe(**changes)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"near_copies": "drop"}, "mine: near_copies: needs no such key beside a table \\[finetune\\]"),
        ({"start": "a", "teach": 0.5}, "mine: start: needs no such key beside a table \\[finetune\\]"),
        ({"mirror": 0.5}, "mine: mirror: needs no such key beside a table \\[finetune\\]"),
        ({"size": 64}, "mine: size: needs no such key beside a table \\[finetune\\]"),
        ({"balance": {"class_weights": 0.5}}, "mine: balance: class_weights: needs 0 beside a table"),
        ({"balance": {"sampling": 0.5}}, "mine: balance: sampling: needs balance = 0 in \\[finetune\\], or"),
    ],
)
def test_keys_that_do_nothing_beside_fine_tuning_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        recipe_from_dict({"name": "mine", "dataset": "folder", "finetune": {}} | values, where="mine")


def test_only_recipes_that_fine_tune_read_other_data() -> None:
    with pytest.raises(ValueError, match="mine: dataset: needs 'ferplus', got 'folder'"):
        recipe_from_dict({"name": "mine", "dataset": "folder"}, where="mine")
    with pytest.raises(ValueError, match=r"mine: dataset: needs one of \['folder', 'csv'"):
        recipe_from_dict({"name": "mine", "finetune": {}}, where="mine")
    assert (
        recipe_from_dict({"name": "a", "dataset": "jaffe", "finetune": {}}, where="a").finetune
        == Finetuning()
    )
