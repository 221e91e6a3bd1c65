"""The table of all states: of each module of this folder its STATES, if it has them."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Final

from tests.cluster import states
from tests.cluster.states.state import State

STATES: Final[tuple[State, ...]] = tuple(
    state
    for found in pkgutil.iter_modules(states.__path__, f"{states.__name__}.")
    if found.name != __name__
    for state in getattr(import_module(found.name), "STATES", ())
)
