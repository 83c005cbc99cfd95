"""Training of the landmark network: recipes, framing, crops, the task, publication."""
