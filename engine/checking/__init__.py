"""Proof that a model is at work: what it is, how fast it is, and whether it knows anything."""
