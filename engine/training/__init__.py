"""Trains owners' models: the AVA aesthetic scorer and the Siamese comparator."""
