"""lamplit: facial expressions from pictures, in good light and bad."""

__version__ = "0.1.0"
