"""Schemas that the package carries: one compressed file for each set of API groups, unpacked at its first use.

A line holds one definition: NAME, the versions of Kubernetes that have it (none means all), and its JSON Schema,
separated by tabs. The schema of a kind is named by apiVersion and kind, such as `apps/v1 Deployment`; references, by
`#/definitions/NAME`, lead to definitions in the archive of Kubernetes.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data"
KUBERNETES: Final = "kubernetes"
"""Name of the archive with the kinds of Kubernetes, and with what all kinds share."""

_ENDING: Final = ".tsv.xz"
_FILTERS: Final = ({"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0},)


def pack(path: Path, lines: Iterable[tuple[str, str, str]]) -> None:
    """Write an archive of definitions: name, versions of Kubernetes, and schema as JSON."""
    text = "\n".join("\t".join(line) for line in sorted(lines))
    path.with_name(path.name + _ENDING).write_bytes(lzma.compress(text.encode(), filters=_FILTERS))


@cache
def unpack(name: str, version: str) -> dict[str, str]:
    """Return the definitions of an archive for a version of Kubernetes such as 1.36: name -> schema as JSON."""
    text = lzma.decompress((DATA / f"{name}{_ENDING}").read_bytes()).decode()
    lines = (line.split("\t", 2) for line in text.split("\n"))
    return {name: schema for name, versions, schema in lines if not versions or version in versions.split(",")}


@cache
def group_archives() -> dict[str, str]:
    """Return the archive of each API group that one is carried of; "" is the group of v1."""
    groups: dict[str, str] = json.loads((DATA / "groups.json").read_bytes())
    return groups
