"""Framepick without a window: scan, decode, score, select, store, export."""
