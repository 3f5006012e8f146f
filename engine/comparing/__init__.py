"""Comparators: models that look at two photos and say which is better."""
