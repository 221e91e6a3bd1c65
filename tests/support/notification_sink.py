"""An endpoint that receives the registry's notifications."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.background_server import BackgroundServer, QuietHandler

SECONDS = 120

Event = Mapping[str, Any]


class NotificationSink(BackgroundServer):
    """Keeps the events of each POST, in order, and the headers of the last one; a context manager."""

    def __init__(self) -> None:
        super().__init__(self._handler_class())
        self.events: list[Event] = []
        self.headers: dict[str, str] = {}
        """Of the last POST."""
        self._changed = threading.Condition()

    @property
    def url(self) -> str:
        """What config.yml has as `notifications.endpoints[].url`."""
        return f"http://{self.host}:{self.port}/events"

    def wait_for(self, is_wanted: Callable[[Event], bool]) -> Event:
        """Return the first event that is wanted, as soon as it has come."""
        with self._changed:
            if not self._changed.wait_for(lambda: any(map(is_wanted, self.events)), SECONDS):
                raise AssertionError(f"no such event among: {json.dumps(self.events, indent=1)}")
            return next(filter(is_wanted, self.events))

    def _handler_class(self) -> type[QuietHandler]:
        sink = self

        class Handler(QuietHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with sink._changed:
                    sink.headers = dict(self.headers)
                    sink.events += body["events"]
                    sink._changed.notify_all()
                self.respond(200)

        return Handler
