"""Weight files, the cards that say what they are, and the sessions that run them."""

from lamplit.weights.cards import WeightsCard, read_card, write_card
from lamplit.weights.registry import list_weights
from lamplit.weights.session import NetworkSession
from lamplit.weights.store import load_weights

__all__ = ["NetworkSession", "WeightsCard", "list_weights", "load_weights", "read_card", "write_card"]
