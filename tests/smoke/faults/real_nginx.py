"""A real nginx in front of a real registry, set up badly."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

from registry_gitops.smoke import Level
from tests.smoke.faults.fault import Fault
from tests.smoke.servers.fleet import CONFIG, LOGIN, Running, Starting, htpasswd
from tests.support.nginx import GOOD, Nginx
from tests.support.registry import RealRegistry
from tests.support.tools import tool


def behind_nginx(*settings: str, without: str = "", unwritable: str = "", login: bool = False) -> Starting:
    """Start nginx with the good settings and these, but without those that contain a word.

    It cannot write to its directory `unwritable`, which is "proxy" or "client_body".
    """
    good = [line for line in GOOD if not without or without not in line]

    def start(folder: Path, stack: ExitStack) -> Running:
        config, users = (CONFIG + LOGIN, htpasswd()) if login else (CONFIG, "")
        registry = stack.enter_context(RealRegistry(tool("registry"), config, htpasswd=users, data=folder / "data"))
        proxy = stack.enter_context(Nginx(folder, registry.url, settings=(*good, *settings)))
        if unwritable:
            shutil.rmtree(folder / unwritable)
            # Not a directory: root, too, cannot write into it.
            (folder / unwritable).write_text("")
        return Running(proxy.url, login)

    return start


def nginx_fault(
    name: str,
    report: str,
    start: Starting,
    *caught_by: str,
    kind: str,
    remedy: str,
    level: Level = Level.SMOKE,
) -> Fault:
    """A row of the table whose fault is a real nginx."""
    return Fault(name, kind, report, frozenset(caught_by), remedy, start=start, level=level)
