"""The window. Imports the engine; never imported by it."""
