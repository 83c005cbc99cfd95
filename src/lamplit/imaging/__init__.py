"""Pixels in and out: safe reading of pictures, writing, colour, resampling and the search for files."""
