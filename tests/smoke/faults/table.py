"""All faults, by their kind."""

from __future__ import annotations

from typing import Final

from tests.smoke.faults import (
    caches,
    contents,
    doors,
    downloads,
    filters,
    headers,
    lists,
    mirrors,
    referrers,
    uploads,
)
from tests.smoke.faults.fault import Fault

_MODULES: Final = (caches, lists, doors, filters, downloads, headers, contents, uploads, referrers, mirrors)

FAULTS: Final[tuple[Fault, ...]] = tuple(fault for module in _MODULES for fault in module.FAULTS)
