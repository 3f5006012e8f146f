"""Framepick: sends the command line to the engine or opens the window."""

import io
import sys


def main() -> int:
    """Run Framepick; return its exit code (see README, "Exit codes")."""
    from engine.threads import one_thread_for_algebra

    if sys.argv[1:2] != ["train"]:  # fits large systems of equations, one at a time
        one_thread_for_algebra()

    from engine.allocator import return_large_buffers
    from engine.cli import parse, run
    from engine.errors import UsageError

    return_large_buffers()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name may be no UTF-8
    try:
        options = parse(sys.argv[1:])
    except UsageError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if options.command == "open":
        from gui.app import open_from_command_line

        return open_from_command_line(options)
    if options.command == "benchmark" and options.benchmark == "navigation":
        from gui.navigation_benchmark import run_from_command_line

        return run_from_command_line(options)
    if options.command == "benchmark" and options.benchmark == "soak":
        from gui.soak.command import run_from_command_line as soak_from_command_line

        return soak_from_command_line(options)
    return run(options, _measure_window)


def _measure_window() -> dict[str, float]:
    from gui.stall_probe import probe_in_process

    return probe_in_process()


def _main_or_what_is_missing() -> int:
    """Run Framepick; where its packages are not installed say so, rather than fail with a trace."""
    try:
        return main()
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] in ("engine", "gui"):
            raise
        print(
            f"The package {error.name} is not installed for {sys.executable}. Use the Python of the "
            "environment that make demo made: .venv/bin/python main.py (Windows: .venv\\Scripts\\python)",
            file=sys.stderr,
        )
        return 2


if __name__ == "__main__":
    sys.exit(_main_or_what_is_missing())
