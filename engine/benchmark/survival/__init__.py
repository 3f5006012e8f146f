"""What the program survives: kills at random moments, damaged and hostile files."""
