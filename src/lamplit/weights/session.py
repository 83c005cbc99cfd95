"""Running a network with ONNX Runtime."""

from __future__ import annotations

import onnxruntime

from lamplit.core.arrays import FloatArray
from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError

_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}

SEVERITY_ERROR = 3


class NetworkSession:
    """A network ready to run; safe to call from several threads.

    Parameters
    ----------
    content : bytes
        An ONNX file with one input and one or more outputs.
    name : str
        What errors call it.
    device : str
        "cpu", "cuda", or "auto" for CUDA where this ONNX Runtime has it.
    threads : int, optional
        Threads of one call on the CPU; by default one per core.

    Raises
    ------
    InvalidArgumentError
        If there is no such device here.
    WeightsCorruptError
        If ONNX Runtime cannot load the file.
    """

    def __init__(self, content: bytes, *, name: str, device: str = "cpu", threads: int | None = None) -> None:
        wanted = choose_device(device)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = SEVERITY_ERROR
        options.intra_op_num_threads = threads or 0
        providers = list(dict.fromkeys((_PROVIDERS[wanted], _PROVIDERS["cpu"])))
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=providers)
        except Exception as error:  # ONNX Runtime's own errors share no base below Exception
            raise WeightsCorruptError(name, "an ONNX file that ONNX Runtime can load", str(error)) from error
        # With the CUDA package but no usable GPU, ONNX Runtime falls back by itself.
        self.device = "cuda" if _PROVIDERS["cuda"] in self._session.get_providers() else "cpu"
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        self._input = inputs[0].name
        self.output_names: tuple[str, ...] = tuple(output.name for output in outputs)
        self.input_shape: tuple[int | str, ...] = tuple(inputs[0].shape)
        self.output_shape: tuple[int | str, ...] = tuple(outputs[0].shape)

    def run(self, inputs: FloatArray) -> FloatArray:
        """Return the network's first output for a batch of inputs (N, 1, S, S), float32 in [0, 1]."""
        output: FloatArray = self._session.run(None, {self._input: inputs})[0]
        return output

    def run_all(self, inputs: FloatArray) -> dict[str, FloatArray]:
        """Return all outputs by name for a batch of inputs (N, 1, S, S), float32 in [0, 1]."""
        outputs = self._session.run(None, {self._input: inputs})
        return dict(zip(self.output_names, outputs, strict=True))


def choose_device(device: str) -> str:
    """Return "cpu" or "cuda" for what the user asked.

    Parameters
    ----------
    device : str
        "cpu", "cuda" or "auto".

    Returns
    -------
    str
        A device that this ONNX Runtime has.

    Raises
    ------
    InvalidArgumentError
        If it is another word, or this ONNX Runtime lacks the device.

    Examples
    --------
    >>> choose_device("cpu")
    'cpu'
    """
    here = [
        name for name, provider in _PROVIDERS.items() if provider in onnxruntime.get_available_providers()
    ]
    if device == "auto":
        return here[-1]
    if device not in here:
        hint = "CUDA needs the package onnxruntime-gpu" if device == "cuda" else ""
        raise InvalidArgumentError("device", f"one of {['auto', *here]}", repr(device), hint)
    return device
