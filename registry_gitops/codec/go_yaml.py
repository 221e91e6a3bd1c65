"""YAML text to plain data with positions, read as Go reads it: sigs.k8s.io/yaml, which kubectl, Flux, and Helm use.

The parser is libyaml, of which Go's is a translation: both accept the same syntax.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import yaml

from registry_gitops.codec.go_scalars import key_text, resolve_scalar
from registry_gitops.codec.yaml_loader import Composer, Node, YAMLError, at_event, find_unprintable, syntax_problem
from registry_gitops.masking import show_key

_Parser: Any = vars(yaml.cyaml)["CParser"] if yaml.__with_libyaml__ else None
"""The parser of libyaml, if PyYAML was built with it."""


class Positions(Protocol):
    """Where the values of a document stand."""

    def position(self, path: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `path`, or of the last value on the path that exists."""
        ...


class GoYAMLError(YAMLError):
    """What Go refuses in a document, and the rule that tells of it."""

    def __init__(self, rule_id: str, message: str, remedy: str, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.rule_id = rule_id
        self.remedy = remedy


def compose_yaml(text: str) -> tuple[Node | None, list[GoYAMLError]]:
    """Return the first document of a text, None if it has none, and what Go refuses in it although it can be read on.

    Of a key that is set twice, the last value counts. Raises GoYAMLError for a text that cannot be read.
    """
    unprintable = find_unprintable(text)
    if unprintable:
        line, column, code = unprintable
        raise GoYAMLError(
            "control-character", f"the character {code} is not allowed in YAML", "Remove the character", line, column
        )
    composer = _GoComposer(text)
    try:
        root = composer.first_document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text) from None
    except yaml.YAMLError:  # of the reader, which knows no lines
        raise GoYAMLError("syntax-error", "not valid YAML", "Write YAML", 1, 1) from None
    return root, composer.problems


@lru_cache(maxsize=8)  # Findings of one document follow one another; the trees of all would take 100 MB.
def find_positions(text: str) -> Positions:
    """Return the positions of a document that is YAML. Raises GoYAMLError if only the fast reader can read it.

    libyaml's own tree is three times as fast as ours, but has no positions of aliases, and knows no merge keys.
    """
    if _Parser and "&" not in text:
        with contextlib.suppress(yaml.YAMLError):
            return _Tree(_TreeParser(text).get_single_node())
    root, _ = compose_yaml(text)
    return root or Node(None, 1, 1)


if _Parser:

    class _TreeParser(_Parser):  # type: ignore[misc]
        """Builds the tree of a text in C, without the types of its scalars, which a position does not need."""

        def resolve(self, kind: object, value: object, implicit: object) -> str:
            return ""

        def descend_resolver(self, node: object, index: object) -> None: ...

        def ascend_resolver(self) -> None: ...


class _Tree:
    """The tree of libyaml, walked down a path only."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def position(self, path: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `path`, or of the last value on the path that exists."""
        key = node = self._root
        for step in path:
            found = _child(node, step)
            if found is None:
                key = node
                break
            key, node = found
        return at_event(key if of_key else node)


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    """Return the nodes of the key and the value at a step; for an item of a list, the item twice."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and (key.value == step or _is_other_text(key, step)):
                return key, value
    return None


def _is_other_text(key: Any, step: str | int) -> bool:
    """Whether a key such as `on` has the text of the step for Go."""
    return not key.style and isinstance(step, str) and key_text(resolve_scalar(key.value, "")) == step


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> GoYAMLError:
    problem, line, column, is_tab = syntax_problem(error, text)
    if is_tab:
        return GoYAMLError("tab-indent", "a tab cannot indent YAML", "Indent with spaces", line, column)
    if "maximum nesting depth" in problem:  # libyaml has a bound of its own since PyYAML 6.0.4
        return GoYAMLError("too-deep", "nested too deeply", "Use fewer levels of brackets or lists", line, column)
    remedy = next((words for part, words in _REMEDIES.items() if part in problem), "Correct the syntax")
    return GoYAMLError("syntax-error", f"not valid YAML: {problem}", remedy, line, column)


_REMEDIES = {
    "mapping values are not allowed": 'Put a text with ": " in quotes, or correct the indentation',
    "could not find expected ':'": "Put a colon and a space after the key, or correct the indentation",
    "did not find expected key": "Correct the indentation, or put the value in quotes",
    "did not find expected '-' indicator": "Indent all items of the list alike",
    "block sequence entries are not allowed": "Begin the list on a line of its own",
    "cannot start any token": "Put the value in quotes",
    "unexpected end of stream": "Close the quote or the bracket",
    "did not find expected ',' or": "Close the bracket, or put the value in quotes",
    "did not find expected alphabetic or numeric character": "Put the value in quotes",
    "escape character": "Write the backslash twice, or use single quotes",
    "found undefined tag handle": "Put a value that begins with ! in quotes",
}
"""Words of libyaml -> what to do."""


class _GoComposer(Composer):
    """Reads scalars, keys, tags, aliases, and merge keys as Go does, and goes on where Go would only not accept."""

    max_depth = 200

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.problems: list[GoYAMLError] = []
        self._open: set[str] = set()
        self._read = 0
        self._aliased = 0

    def first_document(self) -> Node | None:
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), 0)
        next(self._events)  # the document ends
        next(self._events)  # raises for a text that goes on with no new document
        return root

    def _node(self, event: Any, depth: int) -> Node:
        self._read += 1
        anchor = event.anchor
        if not anchor or isinstance(event, yaml.AliasEvent):
            return super()._node(event, depth)
        self._anchors.pop(anchor, None)
        self._open.add(anchor)
        node = super()._node(event, depth)
        self._open.discard(anchor)
        return node

    def _too_deep(self, event: Any) -> YAMLError:
        return _error(
            event, "too-deep", f"nested more than {self.max_depth} levels deep", "Use fewer levels of brackets or lists"
        )

    def _check_tag(self, event: Any) -> None:
        """Accept each tag of a mapping or a list: Go ignores them."""

    def _check_size(self, node: Node, event: Any) -> None:
        """Accept each size: an alias is what makes a small text large."""

    def _alias(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None and event.anchor in self._open:
            raise _error(event, "alias-bomb", "the alias is inside of the value that it stands for", "Remove the alias")
        if node is None:
            raise _error(
                event,
                "syntax-error",
                "no anchor of this name stands before the alias",
                "Put a text that begins with * in quotes, or define the anchor in this document",
            )
        self._aliased += node.size
        if _is_bomb(self._aliased, self._read + self._aliased):
            message = "aliases make more values of this document than Go reads"
            raise _error(event, "alias-bomb", message, "Write the values out, or use fewer aliases")
        return node

    def _scalar(self, event: Any) -> Any:
        value = self._resolved(event)
        if isinstance(value, float) and not abs(value) < float("inf"):
            message = "the number is infinite or not a number, which JSON cannot express"
            self.problems.append(
                _error(event, "syntax-error", message, "Put a text in quotes, or write a finite number")
            )
            return None
        return value

    def _resolved(self, event: Any) -> Any:
        if event.tag in ("!!binary", "tag:yaml.org,2002:binary"):
            try:
                return base64.b64decode(event.value, validate=True).decode("utf-8", "replace")
            except (binascii.Error, ValueError):
                raise _error(event, "syntax-error", "the value of !!binary is not base64", "Remove the tag") from None
        if event.tag == "!" or not (event.tag or event.implicit[0]):
            return event.value
        value = resolve_scalar(event.value, event.tag or "")
        if value is NotImplemented:
            raise _error(event, "syntax-error", "the value is not of the type of its tag", "Remove the tag")
        return value

    def _key(self, event: Any, node: Node) -> str:
        if isinstance(event, yaml.AliasEvent):
            value = self._alias(event).value
        else:
            value = self._resolved(event) if isinstance(event, yaml.ScalarEvent) else None
        key = key_text(value)
        if key is None:
            message = "a key is a mapping, a list, or empty"
            remedy = "Write the key as text; put a template such as {{ ... }} in quotes"
            raise _error(event, "syntax-error", message, remedy)
        if key in node.keys:
            shown = show_key(key)
            above = at_event(event)[0] - node.keys[key][0]
            first = "on this line" if not above else f"{above} line{'s' * (above > 1)} above"
            message = f'the key "{show_key(key)}" is set twice, the first time {first}'
            self.problems.append(_error(event, "duplicate-key", message, f"Keep one of the two values of {shown}"))
        return key

    def _bad_merge(self, event: Any) -> YAMLError:
        return _error(
            event, "syntax-error", "<< merges mappings only", "Give << an alias of a mapping, or a list of such"
        )


def _is_bomb(aliased: int, total: int) -> bool:
    """Whether Go refuses a document with so many values below aliases: `unmarshal` of go.yaml.in/yaml/v2."""
    low, high = 400_000, 4_000_000
    share = 0.99 - 0.89 * (min(max(total, low), high) - low) / (high - low)
    return aliased > 100 and total > 1000 and aliased / total > share


def _error(event: Any, rule_id: str, message: str, remedy: str) -> GoYAMLError:
    return GoYAMLError(rule_id, message, remedy, *at_event(event))
