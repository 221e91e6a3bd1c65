"""README.md and docs/*.md as data: their sections and blocks, and a free address for the registries that they start."""

from __future__ import annotations

import re
import socket
from typing import Final

CONSOLE: Final = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
"""The content of a `console` block: commands after `$ `, and what they print."""

SERVED: Final = "127.0.0.1:5000"
"""The address at which pages let `serve` listen; tests replace it by a free one."""


def find_free_address() -> str:
    """Return a HOST:PORT of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


def find_section(page: str, title: str) -> str:
    """Return the text below the heading `## title`, up to the next one."""
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return str(text)


def find_shell_blocks(text: str) -> list[str]:
    """Return the contents of the `sh` blocks."""
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
