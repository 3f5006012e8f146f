"""Errors with types. Each message says what happened, to which file, and what to do."""

from __future__ import annotations

from pathlib import Path

from engine.words import as_unicode

EXIT_OK = 0
EXIT_CRASH = 1
EXIT_USAGE = 2
EXIT_SOME_UNREADABLE = 3
EXIT_ROLE_NOT_RUN = 4
EXIT_NOTHING_DONE = 5
EXIT_INTERRUPTED = 130  # as shells have it for Ctrl+C


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says; its type where it says nothing, as MemoryError does."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class FramepickError(Exception):
    """Base of all errors that are shown to the user as they are."""

    exit_code = EXIT_CRASH


class UsageError(FramepickError):
    """The request itself is wrong: an unknown role, a folder that is not there."""

    exit_code = EXIT_USAGE


class SettingsError(UsageError):
    """A settings file holds something that cannot be used."""


class NothingToDoError(FramepickError):
    """The request is right but there is nothing to work on."""

    exit_code = EXIT_NOTHING_DONE


class PhotoError(FramepickError):
    """One photo cannot be read. Never stops an album."""

    exit_code = EXIT_NOTHING_DONE  # of a command that is about this photo alone

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{as_unicode(path.name)}: {what}")
        self.path = path
        self.what = what


class EngineError(FramepickError):
    """A run in the window could not go on. The window stays, and so does all that was decided."""


class ModelError(FramepickError):
    """A model cannot be loaded or run; the role says so in its status."""

    exit_code = EXIT_NOTHING_DONE


class WeightsMissingError(ModelError):
    """A weights file is not installed."""


class WeightsCorruptError(ModelError):
    """A weights file does not have the hash that the manifest states."""


class RuntimeUnfitError(ModelError):
    """A runtime cannot run this network, or not with the right answers; another may."""


class WeightsNotFiniteError(ModelError):
    """A weights file holds values that are no numbers."""


class InstallError(FramepickError):
    """The embedded weights could not be brought."""

    exit_code = EXIT_NOTHING_DONE


class LibraryError(FramepickError):
    """The library file cannot be used."""

    exit_code = EXIT_NOTHING_DONE


class SidecarError(FramepickError):
    """One sidecar cannot be read or written; it was left as it is. Never stops an album."""

    exit_code = EXIT_SOME_UNREADABLE

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class ExportError(FramepickError):
    """An export could not be started; nothing was written."""

    exit_code = EXIT_NOTHING_DONE


class TrainingError(FramepickError):
    """A training run cannot go on; what it wrote so far is kept."""

    exit_code = EXIT_NOTHING_DONE
