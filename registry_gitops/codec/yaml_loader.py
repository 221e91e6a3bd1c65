"""YAML text to plain data with the position of each value, for text that means the same to all YAML readers.

PyYAML reads YAML 1.1, where `12:30` is 750; Go reads `1e3` as 1000, and `yes` as true or as text, by the type that it
fills. A config file must not depend on its reader: such scalars are refused, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from registry_gitops.masking import quote, show_key
from registry_gitops.substitution import Unquoted, may_refer

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # a PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH = 100
"""Largest depth of nesting; a config file needs a tenth of it."""

MAX_NODES = 100_000
"""Largest number of values of a document with its aliases expanded, so that a few lines cannot fill the memory."""

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
_INT64 = 2**63
# Plain scalars whose type depends on the reader: YAML 1.1 against 1.2, libyaml against Go.
_AMBIGUOUS = re.compile(
    r"""y|n|yes|no|on|off|=                                     # booleans of YAML 1.1
      | [-+]?0[box]?[0-9a-f_]+ | [-+]?[0-9][0-9_]*                # octal, hexadecimal, 0123, 1_000, 2**64
      | [-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)                           # 1. and .5 and 01.5
      | [-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)e[-+]?[0-9]+     # 1e3
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?          # 12:30 is 750 in base 60
      | [-+]?\.(?:inf|nan)
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\ \t].*)?             # dates""",
    re.VERBOSE | re.IGNORECASE,
)
_WORDS = {"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false", "off": "false"}
"""What YAML 1.1 reads as booleans."""
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")


class YAMLError(ValueError):
    """Text that cannot be read, with its position: `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


@dataclass(slots=True)
class Node:
    """A value and its position. `children` has the nodes of a mapping by key, or of a list by index.

    `file` is the name of the text that has the value.
    """

    value: Any
    line: int
    column: int
    size: int = 1
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    file: str = ""

    def find(self, path: Sequence[str | int]) -> Node:
        """Return the node at `path`, or the last node on the path that exists."""
        return self._list_nodes(path)[-1]

    def position(self, path: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `path`, or of the last value on the path that exists.

        `of_key` returns the position of the last key instead of its value.
        """
        nodes = self._list_nodes(path)
        if of_key and 0 < len(path) <= len(nodes) and path[-1] in (keys := nodes[len(path) - 1].keys):
            return keys[str(path[-1])]
        return nodes[-1].line, nodes[-1].column

    def _list_nodes(self, path: Sequence[str | int]) -> list[Node]:
        """Return this node and those on the path that exist."""
        nodes: list[Node] = [self]
        for step in path:
            if step not in nodes[-1].children:
                break
            nodes.append(nodes[-1].children[step])
        return nodes


def load_yaml(text: str, *, words_below: str = "", file: str = "") -> Node:
    """Read exactly one YAML document. Raises YAMLError for anything else, and for text that readers disagree about.

    Refused: duplicate keys, keys that are not text, tags, a second document, and plain scalars such as `yes`, `1e3`,
    `0o644`, or `12:30`. Anchors, aliases, and merge keys are expanded. Below the top-level key `words_below`, words
    such as `off` are text. `file` is the name that the nodes have of the text.
    """
    unprintable = find_unprintable(text)
    if unprintable:
        line, column, character = unprintable
        raise YAMLError(f"not a text file: it holds the character {character}", line, column)
    try:
        return Composer(text, words_below, file).document()
    except yaml.MarkedYAMLError as error:
        problem, line, column, is_tab = syntax_problem(error, text)
        message = "a tab cannot indent YAML: use spaces" if is_tab else f"not valid YAML: {problem}"
        raise YAMLError(message, line, column) from None


def find_unprintable(text: str) -> tuple[int, int, str] | None:
    """Return line, column, and Python's form of the first character that no YAML text can hold."""
    found = _UNPRINTABLE.search(text)
    if not found:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return line, found.start() - text.rfind("\n", 0, found.start()), repr(found[0])


def plain_scalar(text: str) -> str | None:
    """Return the text of a document that is one plain scalar, without its comment; None for any other text."""
    try:
        events = list(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError:
        return None
    scalars: list[Any] = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    if len(events) != len(("stream", "document", "scalar", "document", "stream")) or not scalars:
        return None
    scalar = scalars[0]
    return None if scalar.style or scalar.tag or scalar.anchor else str(scalar.value)


def syntax_problem(error: yaml.MarkedYAMLError, text: str) -> tuple[str, int, int, bool]:
    """Return the words of the parser, line, column, and whether a tab that indents is what it cannot read."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    tabbed = next((n for n in (line, line - 1) if 0 <= n < len(lines) and re.match(r" *\t", lines[n])), None)
    problem = ", ".join(part for part in (error.context, error.problem) if part)
    # Only the names of tag handles are quoted, by the parser that is written in Python: one may begin a password.
    problem = re.sub(r"(tag handle) .*", r"\1", problem)
    if tabbed is not None:
        return problem, tabbed + 1, lines[tabbed].index("\t") + 1, True
    return problem, line + 1, column + 1, False


class Composer:
    """Builds nodes from parser events. PyYAML's composer accepts duplicate keys, and refuses an anchor used twice.

    go_yaml.py has the dialect that accepts what Go accepts.
    """

    max_depth = MAX_DEPTH

    def __init__(self, text: str, words_below: str = "", file: str = "") -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._words_below = words_below
        self._file = file
        self._are_words_text = False
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node:
        """Return the one document of the text. Raises YAMLError."""
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise YAMLError("the file is empty", 1, 1)
        root = self._node(next(self._events), 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _error_at(after, "a second document begins here: keep one to a file")
        return root

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if depth > self.max_depth:
            raise self._too_deep(event)
        if isinstance(event, yaml.ScalarEvent):
            node = self._new(self._scalar(event), event)
        else:
            self._check_tag(event)
            node = (self._mapping if isinstance(event, yaml.MappingStartEvent) else self._sequence)(event, depth)
        self._check_size(node, event)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _new(self, value: Any, event: Any) -> Node:
        line, column = at_event(event)
        return Node(value, line, column, file=self._file)

    def _too_deep(self, event: Any) -> YAMLError:
        return _error_at(event, f"nested more than {self.max_depth} levels deep")

    def _check_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            raise _error_at(event, _unsupported(event.tag))

    def _check_size(self, node: Node, event: Any) -> None:
        if node.size > MAX_NODES:
            raise _error_at(event, f"more than {MAX_NODES} values once aliases are expanded")

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            raise _error_at(
                event, "no anchor of this name ends before this alias: put the value in quotes if it is text"
            )
        return node

    def _sequence(self, start: Any, depth: int) -> Node:
        node = self._new([], start)
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            child = self._node(event, depth + 1)
            node.children[len(node.value)] = child
            node.value.append(child.value)
            node.size += child.size
        return node

    def _mapping(self, start: Any, depth: int) -> Node:
        node = self._new({}, start)
        merged: list[Node] = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style:
                merged += self._merge_sources(self._node(next(self._events), depth + 1), event)
                continue
            key = self._key(event, node)
            node.keys[key] = at_event(event)
            if depth == 0:
                self._are_words_text = key == self._words_below
            _add_child(node, key, self._node(next(self._events), depth + 1))
        for source in merged:
            for name, place in source.keys.items():
                if name not in node.keys:
                    node.keys[name] = place
                    _add_child(node, name, source.children[name])
        return node

    def _merge_sources(self, node: Node, event: Any) -> list[Node]:
        sources = list(node.children.values()) if isinstance(node.value, list) else [node]
        if not all(isinstance(source.value, dict) for source in sources):
            raise self._bad_merge(event)
        return sources

    def _bad_merge(self, event: Any) -> YAMLError:
        return _error_at(event, "<< merges mappings only: give it an alias of one, or a list of such")

    def _scalar(self, event: Any) -> Any:
        is_word = self._are_words_text and not event.tag and event.value.lower() in _WORDS
        return event.value if is_word else _scalar(event)

    def _key(self, event: Any, node: Node) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _error_at(event, "a key must be text")
        key = self._scalar(event)
        if not isinstance(key, str):
            raise _error_at(event, f"a key must be text: write {quote(event.value)} with quotes")
        if key in node.keys:
            raise _error_at(
                event, f'the key "{show_key(key)}" stands here already, on line {node.keys[key][0]}: keep one of them'
            )
        return key


def _add_child(node: Node, key: str, child: Node) -> None:
    node.children[key] = child
    node.value[key] = child.value
    node.size += child.size


def _scalar(event: Any) -> Any:
    text = event.value
    if event.tag in _TEXT_TAGS or (event.tag is None and not event.implicit[0]):
        return text
    if event.tag is not None:
        raise _error_at(event, _unsupported(event.tag))
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text) and -_INT64 <= int(text) < _INT64:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _AMBIGUOUS.fullmatch(text):
        raise _error_at(event, _ambiguity(text))
    return Unquoted(text) if may_refer(text) else text


def _ambiguity(text: str) -> str:
    meant = _WORDS.get(text.lower())
    if meant:
        return f"ambiguous YAML value {text}: write {meant} for a boolean, or {quote(text)} for a string"
    # The value is not repeated: it may be a password.
    return "ambiguous YAML value (a number, a time, or a string): put it in quotes, or write a plain number"


def at_event(event: Any) -> tuple[int, int]:
    """Return line and column of an event, from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1


def _error_at(event: Any, message: str) -> YAMLError:
    return YAMLError(message, *at_event(event))


def _unsupported(tag: str) -> str:
    # A password that begins with ! is read as a tag.
    name = tag.replace("tag:yaml.org,2002:", "!!")
    shown = f"tag {name} is" if name.startswith("!!") else "value begins with a tag, which is"
    return f"the {shown} not supported: remove it, or put the value in quotes if it is text"
