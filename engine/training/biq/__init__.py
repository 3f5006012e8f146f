"""Trains the shipped quality and comparator weights on BIQ2021."""
