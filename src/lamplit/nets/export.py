"""Export to ONNX, so that predictions need ONNX Runtime alone."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import torch
from torch import nn

from lamplit.core.errors import OutputError

INPUT_NAME = "grey"
OUTPUT_NAME = "logits"


def export_onnx(network: nn.Module, path: Path, *, size: int) -> None:
    """Write a network as an ONNX file with a free batch size.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (N, 1, size, size) grey float32 in [0, 1] to logits. It is copied to the CPU and to evaluation
        mode only for the export.
    path : Path
        The file to write; its folder is made.
    size : int
        Height and width of the input in pixels.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from lamplit.nets import build_network
    >>> target = Path(tempfile.mkdtemp()) / "net.onnx"
    >>> export_onnx(build_network("fusion", n_classes=8), target, size=48)
    >>> target.stat().st_size > 1_000_000
    True
    """
    was_training = network.training
    network.eval()
    # Two faces, not one: with a batch of one the exporter takes the batch size for a constant.
    example = torch.zeros(2, 1, size, size, device=next(network.parameters()).device)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the exporter's own deprecations are no news to users
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            program = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT_NAME],
                output_names=[OUTPUT_NAME],
                dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=65536)},),
            )
        if program is None:
            raise OutputError(str(path), "a network that ONNX can express", type(network).__name__)
        # One self-contained file: its hash on the card then covers every weight.
        program.save(str(path), external_data=False)
    except OSError as error:
        raise OutputError(str(path), "a place that can be written", error.strerror or str(error)) from error
    finally:
        network.train(was_training)
