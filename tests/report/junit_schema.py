"""What Jenkins' schema of JUnit files (junit-10.xsd) allows, as far as a report without reruns goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class Kind:
    """Attributes that an element has to have, and may have; elements that it may hold; whether it may hold text."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    text: bool = False


def _kind(required: str = "", optional: str = "", children: str = "", *, text: bool = False) -> Kind:
    return Kind(frozenset(required.split()), frozenset(optional.split()), frozenset(children.split()), text)


_DETAIL: Final = _kind(optional="type message", text=True)
KINDS: Final = {
    "testsuites": _kind(optional="name time tests failures errors", children="testsuite"),
    "testsuite": _kind(
        "name tests failures errors",
        "group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": _kind(children="property"),
    "property": _kind("name value"),
    "testcase": _kind("name", "time classname group", "skipped error failure system-out system-err"),
    "failure": _DETAIL,
    "error": _DETAIL,
    "skipped": _DETAIL,
    "system-out": _kind(text=True),
    "system-err": _kind(text=True),
}


def violations(element: Element) -> Iterator[str]:
    """What is wrong in the tree, a line each."""
    kind = KINDS[element.tag]
    given = set(element.attrib)
    yield from (f"{element.tag} has no {name}" for name in kind.required - given)
    yield from (f"{element.tag} may have no {name}" for name in given - kind.required - kind.optional)
    if not kind.text and (element.text or "").strip():
        yield f"{element.tag} may hold no text"
    for child in element:
        if child.tag in kind.children:
            yield from violations(child)
        else:
            yield f"{element.tag} may hold no {child.tag}"
