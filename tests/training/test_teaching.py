"""A teacher's answers in the targets."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import blobs
import numpy as np
import pytest
import torch

from lamplit.core.values import Box
from lamplit.faces.framing import crop_face
from lamplit.faces.landmarks import usual_landmarks
from lamplit.faces.upright import upright_crops
from lamplit.imaging.colour import grey_from_rgb
from lamplit.imaging.images import read_image
from lamplit.nets import build_network
from lamplit.training import session, teaching
from lamplit.training.checkpoint import Checkpoint, load_checkpoint
from lamplit.training.faces import TrainingFaces
from lamplit.training.loop import predict_logits, train
from lamplit.training.session import TrainingData, run_training
from lamplit.training.state import averaged_weights, fresh_state, to_checkpoint
from lamplit.training.teaching import answers, taught, upright_views, with_unlabelled

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def faces() -> TrainingFaces:
    return blobs.faces(20)


@pytest.fixture(scope="module")
def teacher() -> Checkpoint:
    """A network that says different things of different faces, whose average differs from itself."""
    state = fresh_state(blobs.recipe(), 8, CPU)
    torch.manual_seed(1)
    for network, spread in ((state.average.module, 3.0), (state.network, 1.0)):
        torch.nn.init.normal_(network.classify.weight, std=spread)
    return to_checkpoint(state, blobs.recipe(), "abc")


def seen(teacher: Checkpoint, images: torch.Tensor) -> torch.Tensor:
    recipe = blobs.recipe()
    network = build_network(recipe.network, n_classes=8, **recipe.settings)
    network.load_state_dict(averaged_weights(teacher))
    return predict_logits(network.eval(), images).softmax(dim=1)


def test_targets_are_votes_and_the_answer_to_both_mirror_images(
    faces: TrainingFaces, teacher: Checkpoint
) -> None:
    answer = (seen(teacher, faces.images) + seen(teacher, faces.images.flip(3))) / 2
    assert (answer - faces.probabilities).abs().max() > 0.1, "the teacher must have something to say"
    assert (seen(teacher, faces.images) - answer).abs().max() > 0.01, "mirrored faces look different to it"
    found = taught(faces, [teacher], 0.3).probabilities
    # Half precision is used where the processor has it.
    torch.testing.assert_close(found, 0.7 * faces.probabilities + 0.3 * answer, rtol=0, atol=0.02)
    torch.testing.assert_close(found.sum(dim=1), faces.probabilities.sum(dim=1), rtol=0, atol=0.005)


def test_a_face_and_its_mirror_image_are_taught_alike(faces: TrainingFaces, teacher: Checkpoint) -> None:
    mirrored = TrainingFaces(faces.images.flip(3), faces.probabilities, faces.classes)
    found = [taught(both, [teacher], 1.0).probabilities for both in (faces, mirrored)]
    torch.testing.assert_close(*found, rtol=0, atol=1e-4)


def test_without_a_share_the_votes_stay(faces: TrainingFaces, teacher: Checkpoint) -> None:
    assert torch.equal(taught(faces, [teacher], 0.0).probabilities, faces.probabilities)


def test_with_the_whole_share_votes_do_not_count(faces: TrainingFaces, teacher: Checkpoint) -> None:
    first = taught(faces, [teacher], 1.0).probabilities
    other = TrainingFaces(faces.images, faces.probabilities.flip(0), faces.classes)
    torch.testing.assert_close(taught(other, [teacher], 1.0).probabilities, first)


def test_pictures_and_majorities_stay_and_the_votes_are_not_overwritten(
    faces: TrainingFaces, teacher: Checkpoint
) -> None:
    before = faces.probabilities.clone()
    found = taught(faces, [teacher], 0.5)
    assert found.images is faces.images
    assert found.classes is faces.classes
    assert torch.equal(faces.probabilities, before)
    assert not found.probabilities.requires_grad


def test_several_teachers_are_heard_alike(faces: TrainingFaces, teacher: Checkpoint) -> None:
    torch.manual_seed(2)
    turned = {k: v.flip(0) if "classify" in k else v for k, v in teacher.tensors.items()}
    other = Checkpoint(turned, teacher.details)
    alone = [answers(faces.images, [one]) for one in (teacher, other)]
    assert (alone[0] - alone[1]).abs().max() > 0.1
    torch.testing.assert_close(answers(faces.images, [teacher, other]), (alone[0] + alone[1]) / 2)


def test_teachers_may_see_faces_upright_too(faces: TrainingFaces, teacher: Checkpoint) -> None:
    # Blobs have no landmarks: others stand for the same ones upright here; test_upright has real faces.
    others = faces.images.roll(1, dims=0)
    usual, other = answers(faces.images, [teacher]), answers(others, [teacher])
    assert (usual - other).abs().max() > 0.01
    said: list[tuple[str, int, int]] = []
    found = answers(faces.images, [teacher], others, on_step=lambda *word: said.append(word))
    assert said == [("asking teachers", view, 4) for view in (1, 2, 3, 4)]
    torch.testing.assert_close(found, (usual + other) / 2)
    told = taught(faces, [teacher], 1.0, others).probabilities
    torch.testing.assert_close(told, found)


def test_upright_faces_are_those_of_the_landmarks(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "TURNED_AT_ONCE", 1)
    photo = grey_from_rgb(read_image(repository / "examples" / "eileen-collins.jpg"))
    face = crop_face(photo, Box(177, 66, 274, 163), size=48)[None]
    tilted = torch.from_numpy(np.concatenate([face, np.rot90(face, axes=(1, 2))]))[:, None]
    said: list[tuple[str, int, int]] = []
    found = upright_views(tilted, on_step=lambda *word: said.append(word))
    assert said == [("bringing faces upright", 1, 2), ("bringing faces upright", 2, 2)]
    assert (found.shape, found.dtype) == (tilted.shape, torch.uint8)
    assert not torch.equal(found[0], tilted[0])
    expected = upright_crops(tilted[:, 0].numpy(), size=48, marks=usual_landmarks())
    np.testing.assert_array_equal(found[:, 0].numpy(), expected)


def test_a_run_lets_its_teachers_see_all_faces_upright(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = TrainingData(blobs.faces(32), blobs.faces(16, seed=2), blobs.faces(16, seed=1))
    first = tmp_path / "first"
    first.mkdir()
    train(blobs.recipe(epochs=1), data, first, observer=blobs.Silent())
    more = dataclasses.replace(data, unlabelled=blobs.faces(24, seed=3).images)
    seen_upright: list[int] = []

    def turned(images: torch.Tensor, **_: object) -> torch.Tensor:
        seen_upright.append(len(images))
        return images.roll(1, dims=0)

    monkeypatch.setattr(session, "upright_views", turned)
    losses = []
    for views in ("mirror", "upright"):
        recipe = blobs.recipe(
            name=views, start="blobs", teach=1.0, unlabelled="more.zip", epochs=1, teachers_see=views
        )
        observer = blobs.Silent()
        card = run_training(recipe, more, tmp_path / views, observer=observer, start=first)
        n_views = {"mirror": 2, "upright": 4}[views]
        assert observer.steps == 2 * [("asking teachers", n + 1, n_views) for n in range(n_views)]
        losses.append(card.history[0]["train_loss"])
    assert seen_upright == [32, 24], "faces with votes, then those without; not where mirror images do"
    assert losses[0] != losses[1]


def test_a_teacher_sees_faces_at_its_own_size(faces: TrainingFaces, teacher: Checkpoint) -> None:
    recipe = teacher.details["recipe"] | {"size": 48}
    large = torch.nn.functional.interpolate(faces.images.float(), (48, 48), mode="bilinear", antialias=True)
    expected = answers(large.round().to(torch.uint8), [teacher])
    found = answers(faces.images, [Checkpoint(teacher.tensors, teacher.details | {"recipe": recipe})])
    assert (found - answers(faces.images, [teacher])).abs().max() > 0.001
    torch.testing.assert_close(found, expected[: len(found)], rtol=0, atol=0.02)


def test_unlabelled_faces_come_after_the_others_and_have_no_majority(faces: TrainingFaces) -> None:
    images, said = faces.images[:3].flip(2), torch.eye(8)[:3]
    found = with_unlabelled(faces, images, said)
    assert len(found) == len(faces) + 3
    assert torch.equal(found.images[-3:], images)
    assert torch.equal(found.probabilities[-3:], said)
    assert torch.equal(found.classes[: len(faces)], faces.classes)
    assert found.classes[-3:].tolist() == [-1, -1, -1]


def test_a_run_learns_from_the_finished_one(tmp_path: Path) -> None:
    data = TrainingData(blobs.faces(32), blobs.faces(16, seed=2), blobs.faces(16, seed=1))
    folders = {name: tmp_path / name for name in ("first", "taught", "untaught")}
    for folder in folders.values():
        folder.mkdir()
    train(blobs.recipe(epochs=1), data, folders["first"], observer=blobs.Silent())
    first = load_checkpoint(folders["first"])
    assert first is not None
    second = {"name": "second", "epochs": 1, "learning_rate": 1e-6, "start": "blobs"}
    card = run_training(
        blobs.recipe(**second, teach=1.0),
        data,
        folders["taught"],
        observer=blobs.Silent(),
        start=folders["first"],
    )
    silent = blobs.Silent()
    train(
        blobs.recipe(**second),
        data,
        folders["untaught"],
        observer=silent,
        weights=averaged_weights(first),
    )
    (untaught,) = silent.rows[-1]
    # The same network sees the same faces: its loss can differ by the targets alone.
    assert card.history[0]["train_accuracy"] == pytest.approx(untaught["train_accuracy"], abs=1e-5)
    assert card.history[0]["train_loss"] != pytest.approx(untaught["train_loss"], rel=0.005)


def test_a_run_learns_from_unlabelled_faces_and_says_so_on_its_card(tmp_path: Path) -> None:
    data = TrainingData(blobs.faces(32), blobs.faces(16, seed=2), blobs.faces(16, seed=1))
    first = tmp_path / "first"
    first.mkdir()
    train(blobs.recipe(epochs=1), data, first, observer=blobs.Silent())
    more = dataclasses.replace(data, unlabelled=blobs.faces(16, seed=3).images)
    taught_by = {"start": "blobs", "teach": 0.5, "unlabelled": "more.zip", "epochs": 1, "name": "pupil"}
    card = run_training(
        blobs.recipe(**taught_by), more, tmp_path / "pupil", observer=blobs.Silent(), start=first
    )
    ferplus, unlabelled = card.training_data
    assert (ferplus["faces"], unlabelled["faces"]) == (32, 16)
    assert unlabelled["name"] == "more.zip"
    assert "the answers of the teachers: blobs" in unlabelled["protocol"]
    seen_batches = blobs.Silent()
    (tmp_path / "pupil" / "checkpoint.safetensors").unlink()
    run_training(blobs.recipe(**taught_by), more, tmp_path / "pupil", observer=seen_batches, start=first)
    assert seen_batches.batches[-1] == (1, 3, 3), "three batches of 16: 32 faces with votes, 16 without"
