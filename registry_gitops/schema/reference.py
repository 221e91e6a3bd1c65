"""The reference of the chart's values as a Markdown page, generated from the models."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.codec import dump_yaml
from registry_gitops.schema.explanation import Explanation, explain_key, explain_tree

_HEAD = """\
# Values of the chart `docker-registry`

<!-- Generated from the models in registry_gitops/values: `make generate`. -->

Use these keys under `values:` in `registry.yaml`, or in the values of a Helm release. The defaults are the documented
deployment. `registry-gitops explain values.KEY` prints the same on a terminal.
"""


def values_reference() -> str:
    """Return the text of docs/values.md."""
    fields = [(field, _below(field)) for field in explain_key("values").fields]
    single = _table([field for field, below in fields if not below])
    sections = (f"\n## {field.key}\n\n{field.description}\n\n{_table(below)}" for field, below in fields if below)
    return f"{_HEAD}\n{single}{''.join(sections)}"


def _below(field: Explanation) -> list[Explanation]:
    return [leaf for leaf in _leaves(field.path) if leaf.path != field.path]


def _table(fields: list[Explanation]) -> str:
    return "| key | type | default | what it does |\n|---|---|---|---|\n" + "".join(map(_row, fields))


def _leaves(path: str) -> Iterator[Explanation]:
    keys = list(explain_tree(path))
    parents = {key.path.rpartition(".")[0] for key in keys}
    for key in keys:
        if key.path not in parents or key.type.startswith("[]"):
            yield key


def _row(field: Explanation) -> str:
    key = field.path.removeprefix("values.")
    default = "" if field.default is None else f"`{_default(field.default)}`"
    return f"| `{key}` | {_cell(field.type)} | {_cell(default)} | {_cell(field.description)} |\n"


def _default(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return dump_yaml({"value": value}).removeprefix("value: ").strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
