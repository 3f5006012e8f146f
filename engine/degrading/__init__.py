"""Clearly worse copies of a photo: for known pairs and for the degradation benchmark."""
