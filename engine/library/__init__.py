"""What Framepick remembers: decisions and scores, in one SQLite file."""
