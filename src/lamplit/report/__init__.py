"""Tables, drawings, plots and pages: results for people and for other programs."""
