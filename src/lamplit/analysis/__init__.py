"""The pipeline: one picture, and many inputs."""

from lamplit.analysis.analyzer import Analyzer, analyze
from lamplit.analysis.inputs import analyze_inputs

__all__ = ["Analyzer", "analyze", "analyze_inputs"]
