"""`benchmark soak`: random keys in the real window for as long as one likes, and what came of it."""
