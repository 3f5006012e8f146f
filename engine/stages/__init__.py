"""The steps of a run that take time: inspecting, decoding, scoring."""
