"""The weights that come with lamplit."""

from __future__ import annotations

from pathlib import Path

from lamplit.weights.cards import WeightsCard, read_card

FOLDER = Path(__file__).parent / "files"

ASSET_SUFFIX = ".asset.json"
"""Ends the names of cards of shipped data that is no network (`lamplit.weights.assets`)."""

CASCADE_SUFFIX = ".cascade.json"
"""Ends the names of shipped cascades, which are assets, too."""

FLOAT_EXPRESSION = "expression-fusion-ferplus-night-v1"
"""What fine-tuning starts from when it is not told otherwise, as the default's training did: in float."""

DEFAULT_EXPRESSION = "expression-base-ferplus-v1-int8"
"""What `ExpressionClassifier` loads when it is not told otherwise: in 8 bits, for speed and size."""

QUICK_EXPRESSION = "expression-nano-ferplus-v6-int8"
"""What answers first in `lamplit.expression.early_exit.usual_cascade`: the default where it is unsure."""

LARGE_EXPRESSION = "expression-large-ferplus-v2-int8"
"""Accuracy by day first: the default's network on larger faces, for nearly twice the time."""

SIZES = {"nano": QUICK_EXPRESSION, "base": DEFAULT_EXPRESSION, "large": LARGE_EXPRESSION}
"""Short names of the three sizes of expression weights, wherever weights are loaded to read expressions.
Recipes name weights in full: another file may have the size one day."""

DEFAULT_DETECTOR = "detector-faces-missed-v1-int8"
"""What `lamplit.faces.net.NetFaceDetector` loads when it is not told otherwise: in 8 bits, in part."""

DEFAULT_LANDMARKS = "landmarks-heatmap-judge-v1-int8"
"""What `lamplit.faces.landmarks.LandmarkModel` loads when it is not told otherwise: in 8 bits, for speed."""

DEFAULT_VERIFIER = "verifier-faces-v1-int8"
"""What `lamplit.faces.verifier.FaceVerifier` loads when it is not told otherwise: in 8 bits, too."""


def list_weights() -> list[WeightsCard]:
    """Return the cards of all weights that come with lamplit, by name.

    Raises
    ------
    WeightsCorruptError
        If a card of this installation is damaged.

    Examples
    --------
    >>> [card.name for card in list_weights()][:2]
    ['expression-base-ferplus-v1-int8', 'expression-fusion-ferplus-night-v1']
    """
    others = (ASSET_SUFFIX, CASCADE_SUFFIX)
    cards = [path for path in FOLDER.glob("*.json") if not path.name.endswith(others)]
    return [read_card(path) for path in sorted(cards, key=lambda path: path.stem)]
