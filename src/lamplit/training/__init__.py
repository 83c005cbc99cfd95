"""Training: recipes, augmentation, the loop with checkpoints that resume, and publication of weights."""

from lamplit.core.extras import require

# Everything below needs these, so their absence is told here, once, by the name of the extra.
for _package in ("torch", "lightning_fabric", "safetensors", "onnxscript"):
    require(_package, extra="train", purpose="training")
