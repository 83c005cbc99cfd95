"""Metrics and measurements of expression classifiers, the shipped ones and yours."""
