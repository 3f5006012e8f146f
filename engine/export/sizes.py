"""How large the small JPEGs of an export are, in pixels of the longer side."""

SMALL_SIDE = 1024
LEAST_SIDE, MOST_SIDE = 16, 8192
