"""Framepick: sends the command line to the engine or opens the window."""

import sys

EXIT_INTERRUPTED = 130


def main() -> int:
    """Run Framepick; return its exit code (see README, "Exit codes").

    Where its packages are not installed that is said, rather than shown as a trace.
    """
    try:
        from engine.streams import output_trouble, settle_streams

        settle_streams()
        code = _run()
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] in ("engine", "gui"):
            raise
        print(
            f"The package {error.name} is not installed for {sys.executable}. Use the Python of the "
            "environment that make demo made: .venv/bin/python main.py (Windows: .venv\\Scripts\\python)",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:  # before a command could say it better
        print("Interrupted.", file=sys.stderr)
        return EXIT_INTERRUPTED
    trouble = output_trouble()
    if trouble:
        print(trouble, file=sys.stderr)
    return code or (2 if trouble else 0)


def _run() -> int:
    from engine.threads import one_thread_for_algebra

    if "train" not in sys.argv:  # fits large systems of equations, one at a time
        one_thread_for_algebra()

    from engine.allocator import return_large_buffers
    from engine.cli import parse, run
    from engine.errors import UsageError

    return_large_buffers()
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


if __name__ == "__main__":
    sys.exit(main())
