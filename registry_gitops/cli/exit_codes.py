"""The exit codes of every command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script may rely on. Anything above 1 means that the work was not done."""

    OK = 0
    """Done; nothing to complain of."""

    FINDINGS = 1
    """A rule found an error, the folder differs from the description, or a file in it was edited by hand."""

    INPUT = 2
    """An option, the description or a folder cannot be used. Nothing was written."""

    UNREACHABLE = 3
    """What was to be looked at could not be reached."""

    BUG = 70
    """A mistake of ours, with its traceback (EX_SOFTWARE of sysexits.h)."""

    INTERRUPTED = 130
    """Ended by Ctrl-C: 128 + SIGINT, as shells have it."""

    READER_LEFT = 141
    """Whoever read the output went away, as `head` does: 128 + SIGPIPE, as shells have it."""
