"""The command line: stable words, JSON keys and exit codes that other tools rely on."""

from engine.cli.parser import parse
from engine.cli.run import run

__all__ = ["parse", "run"]
