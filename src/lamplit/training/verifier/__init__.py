"""Training of the verifier: its recipe, what a detector proposes in scenes, measurement and publication."""
