"""Which files a registry touches, seen from inside: Python says it before each call."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_EVENTS: Final = {
    # event -> how many of its first arguments are paths
    **{"open": 1, "os.listdir": 1, "os.scandir": 1, "os.mkdir": 1, "os.remove": 1, "os.rmdir": 1, "os.truncate": 1},
    **{"os.rename": 2, "os.link": 2, "os.symlink": 2, "os.utime": 1, "os.chmod": 1, "os.chown": 1},
}


class Watch:
    """While entered, a path outside `root` is an AssertionError in whoever uses it."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._on = False
        sys.addaudithook(self._see)

    def __enter__(self) -> None:
        self._on = True

    def __exit__(self, *_: object) -> None:
        self._on = False

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._on or event not in _EVENTS:
            return
        for path in arguments[: _EVENTS[event]]:
            if isinstance(path, int):
                continue
            text = os.fsdecode(path)  # type: ignore[arg-type]
            inside = text.startswith(f"{self._root}/") or text == self._root or not text.startswith("/")
            if text.endswith((".py", ".pyc")):
                continue  # A traceback is made with its source.
            if not inside or ".." in text.split("/"):
                self._on = False
                raise AssertionError(f"{event} outside the root: {text!r}")
