"""On what a training runs: one device, or several processes started by torchrun with a device each."""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import distributed

from lamplit.core.errors import InvalidArgumentError


def choose_fabric() -> Fabric:
    """Return a Fabric for the best device there is, in bfloat16 where the hardware has it.

    Under torchrun it is one of several, of which each has a process and a device of its own: NCCL joins CUDA
    devices, Gloo joins CPUs.

    Returns
    -------
    Fabric
        Ready to use.

    Raises
    ------
    InvalidArgumentError
        If torchrun has started more processes than there are CUDA devices.

    Examples
    --------
    >>> choose_fabric().world_size
    1
    """
    settings = _settings()
    with _without_notices("lightning_fabric"):
        fabric = Fabric(**settings, precision="32-true")
        if _has_bfloat16(fabric.device):
            fabric = Fabric(**settings, precision="bf16-mixed")
        if fabric.world_size > 1:
            fabric.launch()  # joins the processes unless they are, and makes the device the current one
            atexit.register(_part)
    return fabric


def steps_unwatched(device: torch.device) -> int:
    """Return how many steps a device takes between two looks at the loss.

    Parameters
    ----------
    device : torch.device
        What trains.

    Returns
    -------
    int
        1 on a CPU; more on a GPU, where to look is to wait for it.

    Examples
    --------
    >>> steps_unwatched(torch.device("cpu"))
    1
    """
    return 1 if device.type == "cpu" else 20


def require_one_process(what: str) -> None:
    """Refuse to be one of several processes that torchrun has started.

    Parameters
    ----------
    what : str
        What one process does alone.

    Raises
    ------
    InvalidArgumentError
        If there are several.

    Examples
    --------
    >>> require_one_process("fine-tuning")
    """
    n_processes = int(os.environ["WORLD_SIZE"]) if _under_torchrun() else 1
    if n_processes > 1:
        raise InvalidArgumentError("--nproc_per_node", f"one process for {what}", str(n_processes))


def is_leader() -> bool:
    """Return whether this process writes the files: always, except under torchrun in all processes but one.

    Examples
    --------
    >>> is_leader()
    True
    """
    return not _under_torchrun() or int(os.environ["RANK"]) == 0


def _settings() -> dict[str, Any]:
    """Return what Fabric wants to know of devices and processes."""
    if not _under_torchrun() or os.environ["WORLD_SIZE"] == "1":
        # Not "auto", which would take other accelerators that lack what is drawn in double precision.
        return {"accelerator": "cuda" if torch.cuda.is_available() else "cpu", "devices": 1}
    here, all_of_them = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])
    on_cuda = torch.cuda.is_available()
    if on_cuda and here > torch.cuda.device_count():
        required = f"at most one process for each of the {torch.cuda.device_count()} CUDA devices"
        raise InvalidArgumentError("--nproc_per_node", required, str(here))
    return {"accelerator": "cuda" if on_cuda else "cpu", "devices": here, "num_nodes": all_of_them // here}


def _under_torchrun() -> bool:
    """Return whether torchrun has started this process."""
    return distributed.is_available() and distributed.is_torchelastic_launched()


def _part() -> None:
    """Leave the other processes while Python is still whole.

    Gloo's threads may hold the last tensors that were sent. Freed at the end of the interpreter, those abort
    the process now and then ("terminate called without an active exception", pytorch/pytorch issue 190489).
    """
    if distributed.is_initialized() and distributed.get_backend() == "gloo":
        distributed.destroy_process_group()  # NCCL would wait for all the others, also for those that failed


def _has_bfloat16(device: torch.device) -> bool:
    """Return whether the device computes in bfloat16; where that is emulated it is slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


@contextmanager
def _without_notices(name: str) -> Iterator[None]:
    """Let a logger pass warnings alone: Fabric announces its precision on the terminal, over our bar."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
