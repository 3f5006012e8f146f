"""Framepick: sends the command line to the engine or opens the window."""

import sys


def main() -> int:
    """Run Framepick; return its exit code (see README, "Exit codes")."""
    from engine.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
