"""The pipeline: one picture, many inputs, and streams."""

from lamplit.analysis.analyzer import Analyzer, analyze
from lamplit.analysis.inputs import analyze_inputs
from lamplit.analysis.stream import FaceStream

__all__ = ["Analyzer", "FaceStream", "analyze", "analyze_inputs"]
