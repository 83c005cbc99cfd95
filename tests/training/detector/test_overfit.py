"""A small network that learns one scene by heart finds its face, with its points, and nothing else."""

from __future__ import annotations

import numpy as np
import torch
from stocks import drawn_stock, face_cutout

from lamplit.core.boxes import iou
from lamplit.core.detector_grid import cells_of
from lamplit.core.values import Box
from lamplit.faces.framing import face_box
from lamplit.nets import FaceDetectorNet
from lamplit.training.detector.loss import batch_of, detector_loss
from lamplit.training.detector.measure import detections_in
from lamplit.training.detector.targets import assign
from lamplit.training.scenes.composing import Scene
from lamplit.training.scenes.pasting import Place, paste


def test_one_scene_is_learnt_by_heart() -> None:
    canvas = drawn_stock().pictures[0][:96, :96].astype(np.float32)
    face, place = face_cutout(), Place(40, 50, 44, 0.2)
    paste(canvas, face, place, np.random.default_rng(1), level=200.0)
    points = place.points(face)
    assert points is not None
    box = face_box(Box(18, 28, 62, 72)).xyxy
    image = canvas.clip(0, 255).astype(np.uint8)
    scene = Scene(image, box[None], points[None], np.ones(1, bool))
    batch = batch_of([image] * 2, [assign(scene)] * 2, cells_of(96, 96), torch.device("cpu"))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = FaceDetectorNet(stem=8, widths=(16, 16, 16), depths=(1, 1, 1), fused=16)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    for _ in range(90):
        loss = detector_loss(network(batch.images.float() / 255), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    (found,) = detections_in(network.eval(), image, threshold=0.5)
    assert iou(found.box.xyxy[None], box[None])[0, 0] > 0.6
    assert found.points is not None
    assert np.linalg.norm(found.points - points, axis=1).max() < 6
