"""Networks (torch): building blocks, the fusion network, the registry of architectures, export to ONNX."""

from lamplit.core.extras import require

require("torch", extra="train", purpose="networks and training")

from lamplit.nets.fusion import FusionNet  # noqa: E402  # torch is there from here on
from lamplit.nets.registry import build_network, list_networks  # noqa: E402

__all__ = ["FusionNet", "build_network", "list_networks"]
