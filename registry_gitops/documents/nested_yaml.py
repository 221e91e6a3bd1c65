"""Positions in YAML that is the text of a value, such as a config.yml in a ConfigMap."""

from __future__ import annotations

import re
from typing import Any

from registry_gitops.documents.problem import Path


def split_path(value: Any, path: Path) -> tuple[Any, Path]:
    """Return the last value on a path that exists, and the rest of the path."""
    for index, step in enumerate(path):
        if isinstance(value, dict) and step in value:
            value = value[step]
            continue
        if not isinstance(value, list) or not isinstance(step, int) or step >= len(value):
            return value, path[index:]
        value = value[step]
    return value, ()


def position_in_block(
    lines: list[str], line: int, column: int, text: str, path: Path, *, on_key: bool
) -> tuple[int, int] | None:
    """Return the position of `path` in a text that is a literal block, which begins at `line` and `column`.

    None: the text is written in another way, in which its lines are not those of the file, or it is not YAML.
    """
    from registry_gitops.codec import YAMLError, compose_yaml

    if line >= len(lines) or not re.fullmatch(r"\|[+-]?\s*(#.*)?", lines[line - 1][column - 1 :]):
        return None
    try:
        root, _ = compose_yaml(text)
    except YAMLError:
        return None
    if root is None:
        return None
    in_text = root.position(path, of_key=on_key)
    indentation = len(lines[line]) - len(lines[line].lstrip(" "))
    return line + in_text[0], indentation + in_text[1]
