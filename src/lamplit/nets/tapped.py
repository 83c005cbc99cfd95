"""A trained network with a new head that reads the maps of chosen layers, for labels of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from lamplit.core.checks import check_integer
from lamplit.core.errors import InvalidArgumentError
from lamplit.nets.registry import build_network, register

EVERYTHING, NOTHING = "all", "none"


@register("tapped")
class TappedNet(nn.Module):
    """Classify by a linear layer over the maps of some layers of another network.

    Each map is averaged over the cells of a grid, so the head knows roughly where in the face something is:
    an eye that is shut counts on its own side. Features are centred and scaled before the linear layer.

    Parameters
    ----------
    n_classes : int
        Number of labels.
    backbone : str
        The other network, by its registered name.
    taps : mapping of str to int
        Layers by the name that they have in the backbone, each with the cells of its grid along an axis.
    backbone_settings : mapping, optional
        Keyword arguments of the backbone.
    freeze : str
        Which part of the backbone keeps its weights: "all", "none", or the name of the last of its parts, in
        the order in which it defines them, that does.
    size : int
        Side of the input in pixels.

    Raises
    ------
    InvalidArgumentError
        If the backbone has no layer of a name, a tapped layer gives no maps, or a grid is finer than its map.

    Notes
    -----
    The backbone is in evaluation mode, also in training: statistics of batch normalisation stay as they are,
    because a few hundred pictures say less of them than those that it was trained on.

    References
    ----------
    Yosinski, Clune, Bengio, Lipson (2014), How transferable are features in deep neural networks?,
    arXiv:1411.1792.

    Examples
    --------
    >>> network = TappedNet(3, backbone="fusion", taps={"stage3": 3, "stage4": 3}, size=48)
    >>> network(torch.rand(2, 1, 48, 48)).shape, network.classify.in_features
    (torch.Size([2, 3]), 2592)
    """

    centre: Tensor
    spread: Tensor

    def __init__(
        self,
        n_classes: int,
        *,
        backbone: str,
        taps: Mapping[str, int],
        backbone_settings: Mapping[str, Any] | None = None,
        freeze: str = EVERYTHING,
        size: int = 48,
    ) -> None:
        super().__init__()
        self.backbone = build_network(backbone, n_classes=2, **(backbone_settings or {}))
        # The old answer is not asked for, so its layer would learn nothing and would not be exported.
        self.backbone.classify = nn.Identity()
        self.taps = dict(taps)
        self._check_taps()
        _freeze(self.backbone, freeze)
        self.train()
        with torch.no_grad():
            widths = [features.shape[1] for features in self.blocks(torch.zeros(1, 1, size, size))]
        self.block_widths = tuple(widths)
        self.register_buffer("centre", torch.zeros(sum(widths)))
        self.register_buffer("spread", torch.ones(sum(widths)))
        self.classify = nn.Linear(sum(widths), n_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, n_classes) logits of (N, 1, size, size) grey faces in [0, 1]."""
        features = torch.cat(self.blocks(x), dim=1)  # (N, D)
        logits: Tensor = self.classify((features - self.centre) / self.spread)
        return logits

    def blocks(self, x: Tensor) -> list[Tensor]:
        """Return the features of each tap, (N, channels * cells * cells), in the order of the taps."""
        maps: dict[str, Tensor] = {}
        # Hooks, and for this call only: they do not travel into copies of the network, as lasting ones would.
        handles = [
            self.backbone.get_submodule(name).register_forward_hook(_keep(maps, name)) for name in self.taps
        ]
        try:
            self.backbone(x)
        finally:
            for handle in handles:
                handle.remove()
        return [_averaged(maps[name], cells, name) for name, cells in self.taps.items()]

    def train(self, mode: bool = True) -> TappedNet:
        """Change the mode of the head; the backbone stays in evaluation mode."""
        super().train(mode)
        self.backbone.eval()
        return self

    def _check_taps(self) -> None:
        """Refuse names that the backbone does not have."""
        if not self.taps:
            raise InvalidArgumentError("taps", "at least one layer", "none")
        for name, cells in self.taps.items():
            check_integer(f"taps: {name}", cells, low=1)
            _check_part("taps", name, dict(self.backbone.named_modules()), self.backbone)


def _keep(maps: dict[str, Tensor], name: str) -> Any:
    """Return a hook that keeps what a layer gives."""

    def hook(_layer: nn.Module, _inputs: Any, output: Tensor) -> None:
        maps[name] = output

    return hook


def _averaged(found: Tensor, cells: int, name: str) -> Tensor:
    """Return a map's means over a grid; shape (N, channels * cells * cells)."""
    if found.ndim != 4 or min(found.shape[2:]) < cells:
        required = f"a layer that gives maps of at least {cells} x {cells}"
        raise InvalidArgumentError(f"taps: {name}", required, f"shape {tuple(found.shape[1:])}")
    return functional.adaptive_avg_pool2d(found, cells).flatten(1)


def _freeze(backbone: nn.Module, freeze: str) -> None:
    """Keep the weights of the backbone's first parts as they are."""
    parts = dict(backbone.named_children())
    if freeze not in (EVERYTHING, NOTHING):
        _check_part("freeze", freeze, parts, backbone)
    last = {EVERYTHING: len(parts), NOTHING: 0}.get(freeze)
    frozen = list(parts)[: list(parts).index(freeze) + 1 if last is None else last]
    for name in frozen:
        parts[name].requires_grad_(False)


def _check_part(argument: str, name: str, names: Mapping[str, object], backbone: nn.Module) -> None:
    """Refuse what is no part of the backbone."""
    if name not in names or not name:
        parts = [part for part, layer in backbone.named_children() if not isinstance(layer, nn.Identity)]
        came = repr(name)
        words = f"{EVERYTHING!r}, {NOTHING!r} or " if argument == "freeze" else ""
        raise InvalidArgumentError(argument, f"{words}a part of {type(backbone).__name__}: {parts}", came)
