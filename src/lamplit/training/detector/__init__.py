"""Training of the face detector: its recipe, targets, loss, measurement and publication."""
