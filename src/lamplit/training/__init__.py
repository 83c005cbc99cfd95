"""Training: recipes, augmentation, the loop with checkpoints that resume, and publication of weights."""
