"""Value objects, labels, box arithmetic, checks and errors: what every other level speaks."""
