"""Faces that are lit at the size they were photographed at and enlarged afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import blobs
import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn

from lamplit.imaging.geometry import resize_faces
from lamplit.nets.statistics import measure_statistics
from lamplit.training import loop, session
from lamplit.training.augment import enlarged
from lamplit.training.augmentation import Augmentation
from lamplit.training.loop import train
from lamplit.training.mixing import Batch, mix
from lamplit.training.recipe import load_recipe
from lamplit.training.session import run_training


def test_a_batch_is_enlarged_as_a_classifier_enlarges_crops() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 24, 24), dtype=np.uint8)
    expected = resize_faces(faces, 40).astype(np.float32)
    found = enlarged(torch.from_numpy(faces)[:, None].float() / 255.0, 40)[:, 0].numpy() * 255
    assert np.abs(found - expected).max() <= 0.51, "but for the rounding to 8 bits"


def test_training_faces_are_lit_small_and_shown_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lit: set[int] = set()
    shown: set[int] = set()

    def augmented(faces: Tensor, settings: Augmentation, generator: Generator) -> Tensor:
        lit.add(faces.shape[2])
        return faces

    def mixed(batch: Batch, settings: Augmentation, generator: Generator) -> Batch:
        shown.add(batch.images.shape[2])
        return mix(batch, settings, generator)

    monkeypatch.setattr(loop, "augment", augmented)
    monkeypatch.setattr(loop, "mix", mixed)
    recipe = blobs.recipe(epochs=1, size=48, lit_at=blobs.SIDE, upright=0.5)
    small = blobs.data(32)
    views = dataclasses.replace(small.training, upright=small.training.images.flip(3))
    large = enlarged(small.validation.images.float(), 48).to(torch.uint8)
    data = dataclasses.replace(
        small, training=views, validation=dataclasses.replace(small.validation, images=large)
    )
    train(recipe, data, tmp_path, observer=blobs.Silent())
    assert (lit, shown) == ({blobs.SIDE}, {48})


def test_statistics_of_a_start_from_weights_are_those_of_enlarged_faces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []

    def watched(network: nn.Module, views: Iterable[Tensor]) -> nn.Module:
        kept = list(views)
        measured.extend(view.shape[2] for view in kept)
        return measure_statistics(network, kept)

    monkeypatch.setattr(session, "measure_statistics", watched)
    settings = load_recipe("expression-nano-ferplus-regions").settings
    recipe = blobs.recipe(
        epochs=1, size=48, lit_at=blobs.SIDE, settings=settings, start="expression-nano-ferplus-v2"
    )
    small = blobs.data(32)
    card = run_training(recipe, small, tmp_path, observer=blobs.Silent())
    assert set(measured) == {48}
    assert (card.input_size, card.recipe["lit_at"]) == (48, blobs.SIDE)
