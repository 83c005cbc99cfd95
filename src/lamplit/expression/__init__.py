"""Expressions of face crops: the classifier at run time and its calibration."""

from lamplit.expression.calibration import fit_temperature, softmax
from lamplit.expression.classifier import ExpressionClassifier

__all__ = ["ExpressionClassifier", "fit_temperature", "softmax"]
