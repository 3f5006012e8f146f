"""Trains owners' models, and in `biq` the quality and comparator weights that ship with the program."""
