from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime
import pytest

from lamplit.core.errors import InvalidArgumentError, WeightsCorruptError
from lamplit.weights import NetworkSession
from lamplit.weights.session import choose_device

HAS_CUDA = "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def pictures(n: int) -> np.ndarray:
    return np.arange(n * 16, dtype=np.float32).reshape(n, 1, 4, 4)


@pytest.mark.parametrize("n", [1, 3, 64])
@pytest.mark.parametrize("device", ["cpu", "auto"])
def test_runs_a_batch_of_any_size(n: int, device: str, network: bytes) -> None:
    out = NetworkSession(network, name="tiny", device=device).run(pictures(n))
    np.testing.assert_array_equal(out, 2 * pictures(n).mean(axis=(1, 2, 3))[:, None], strict=True)


@pytest.mark.parametrize("threads", [None, 1, 2])
def test_the_number_of_threads_does_not_change_the_answer(threads: int | None, network: bytes) -> None:
    assert NetworkSession(network, name="tiny", threads=threads).run(pictures(1)).tolist() == [[15.0]]


def test_one_session_serves_several_threads(network: bytes) -> None:
    session = NetworkSession(network, name="tiny")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: session.run(pictures(n)).shape, range(1, 33)))
    assert answers == [(n, 1) for n in range(1, 33)]


@pytest.mark.parametrize("content", [b"", b"garbage", bytes(1000)], ids=["nothing", "text", "zeros"])
def test_what_is_no_network_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(WeightsCorruptError, match="mine: needs an ONNX file that ONNX Runtime can load, got"):
        NetworkSession(content, name="mine")


def test_a_network_that_was_cut_off_is_refused(network: bytes) -> None:
    with pytest.raises(WeightsCorruptError, match="mine: needs an ONNX file that ONNX Runtime can load, got"):
        NetworkSession(network[: len(network) // 2], name="mine")


@pytest.mark.parametrize("device", ["tpu", "CPU", "", "cuda:0"])
def test_an_unknown_device_is_refused_with_the_known_ones(device: str, network: bytes) -> None:
    with pytest.raises(
        InvalidArgumentError, match=rf"device: needs one of \['auto', 'cpu'.*\], got '{device}'"
    ):
        NetworkSession(network, name="tiny", device=device)


def test_the_cpu_is_everywhere(network: bytes) -> None:
    assert NetworkSession(network, name="tiny").device == "cpu"


def test_auto_takes_cuda_where_it_is() -> None:
    assert choose_device("auto") == ("cuda" if HAS_CUDA else "cpu")


@pytest.mark.skipif(HAS_CUDA, reason="this ONNX Runtime has CUDA")
def test_cuda_where_it_is_not_is_refused_with_the_package_to_install() -> None:
    with pytest.raises(InvalidArgumentError, match=r"got 'cuda' \(CUDA needs the package onnxruntime-gpu\)"):
        choose_device("cuda")
