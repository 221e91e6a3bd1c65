"""A Helm chart: its metadata, its values and their schema, and its sub-charts, as Helm loads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Final

from registry_gitops.documents import Path, SourceFile, YAMLDocument, read_documents
from registry_gitops.validation.charts.chart_files import ChartFiles, open_chart
from registry_gitops.validation.charts.merging import Values, copy_values, merge_maps

_NUMBER: Final = r"(0|[1-9][0-9]*)"
_PRE_RELEASE: Final = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION: Final = (
    rf"v?{_NUMBER}(\.{_NUMBER}){{0,2}}(-{_PRE_RELEASE}(\.{_PRE_RELEASE})*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
_MAX_DEPTH: Final = 10
"""Sub-charts in sub-charts; more are a circle of links."""


class ChartError(Exception):
    """A chart that Helm cannot load: where, why, and what to change."""

    def __init__(self, document: YAMLDocument, message: str, remedy: str, path: Path = ()) -> None:
        super().__init__(message)
        self.document = document
        self.message = message
        self.remedy = remedy
        self.path = path

    @classmethod
    def at(cls, source: SourceFile, message: str, remedy: str, line: int = 1, column: int = 1) -> ChartError:
        """Return the error for a text that cannot be read."""
        from registry_gitops.codec import Node

        document = YAMLDocument(source, source.text, 1, None, _root=Node(None, line, column))
        return cls(document, message, remedy)


@dataclass(frozen=True)
class ChartDependency:
    """One entry of `dependencies` in Chart.yaml."""

    name: str
    alias: str = ""
    repository: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    imports: tuple[tuple[str, str], ...] = ()
    """Tables that the parent takes from the values of the sub-chart: their path there, and in the parent."""

    @property
    def key(self) -> str:
        """The key of the sub-chart's values in those of the parent."""
        return self.alias or self.name

    @property
    def is_local(self) -> bool:
        """Whether Flux looks for it in the repository only."""
        return not self.repository or self.repository.startswith("file://")


@dataclass(eq=False)
class HelmChart:
    """One chart. Its values are the defaults: those of values.yaml."""

    files: ChartFiles
    name: str
    version: str
    metadata: YAMLDocument
    values: Values
    defaults: tuple[YAMLDocument, ...]
    """The documents of values.yaml."""
    schema_text: str = ""
    """The text of values.schema.json, which is JSON, or "" if there is none."""
    dependencies: list[ChartDependency] = field(default_factory=list)
    subcharts: list[HelmChart] = field(default_factory=list)
    missing: list[ChartDependency] = field(default_factory=list)
    """Dependencies that are not in `charts/`: Flux downloads them, or finds them in the repository."""

    def copy(self) -> HelmChart:
        """Return a copy that can be changed."""
        subcharts = [subchart.copy() for subchart in self.subcharts]
        values, missing = copy_values(self.values), [*self.missing]
        return replace(self, values=values, dependencies=[*self.dependencies], subcharts=subcharts, missing=missing)

    def find_subchart(self, dependency: ChartDependency) -> HelmChart | None:
        """Return a copy of the sub-chart that a dependency names, under its alias."""
        for subchart in self.subcharts:
            if subchart.name == dependency.name:
                return replace(subchart.copy(), name=dependency.key)
        return None


def load_chart(path: FilePath) -> HelmChart:
    """Return the chart at a path: a directory, or a package. Raises ChartError for what Helm cannot load."""
    try:
        return read_chart_files(open_chart(path))
    except (OSError, ValueError) as error:
        raise ChartError.at(SourceFile(str(path), ""), "the chart cannot be read", "restore the file") from error


def read_chart_files(files: ChartFiles, depth: int = 0) -> HelmChart:
    """Return the chart that the files are. Raises ChartError for what Helm cannot load."""
    metadata = _read_metadata(files)
    values: Values = {}
    defaults = tuple(_read_mappings(files, "values.yaml"))
    for document in defaults:
        values = merge_maps(values, document.value)
    chart = HelmChart(
        files=files,
        name=metadata.value["name"],
        version=metadata.value["version"],
        metadata=metadata,
        values=copy_values(values),
        defaults=defaults,
        schema_text=_read_schema(files),
        dependencies=list(_dependencies(metadata.value)),
    )
    if depth < _MAX_DEPTH:
        chart.subcharts = [read_chart_files(each, depth + 1) for each in files.subcharts() if _is_chart(each)]
    have = {subchart.name for subchart in chart.subcharts}
    chart.missing = [each for each in chart.dependencies if each.name not in have and each.key not in have]
    return chart


def _is_chart(files: ChartFiles) -> bool:
    return files.read("Chart.yaml") is not None


def _read_metadata(files: ChartFiles) -> YAMLDocument:
    documents = list(_read_mappings(files, "Chart.yaml"))
    if not documents:
        source = SourceFile(f"{files.name}/Chart.yaml", "")
        raise ChartError.at(source, "Chart.yaml is empty, so Helm cannot load the chart", "write name and version")
    document = documents[0]
    _check_metadata(document)
    more = next(_read_mappings(files, "requirements.yaml"), None)
    if more and "dependencies" in more.value:
        document.value["dependencies"] = more.value["dependencies"]
    return document


def _check_metadata(document: YAMLDocument) -> None:
    """Raise ChartError for what Helm's Metadata.Validate refuses."""
    value = document.value
    for key in ("name", "version"):
        # Go reads a number into a text, such as version: 1.2.
        if isinstance(value.get(key), int | float):
            value[key] = str(value[key])
        if not isinstance(value.get(key), str) or not value[key]:
            message = f"Chart.yaml has no {key}, so Helm cannot load the chart"
            raise ChartError(document, message, f"write {key}: and a text", (key,))
    if not re.fullmatch(_VERSION, value["version"]):
        message = "version is no semantic version, so Helm cannot load the chart"
        raise ChartError(document, message, "write a version such as 1.2.3", ("version",))
    if "/" in value["name"] or value["name"] in (".", ".."):
        raise ChartError(document, "name is no file name, so Helm cannot load the chart", "remove the /", ("name",))
    if value.get("type") not in (None, "", "application", "library"):
        message = "type is neither application nor library, so Helm cannot load the chart"
        raise ChartError(document, message, "write application", ("type",))
    keys: set[str] = set()
    for index, dependency in enumerate(_dependencies(value)):
        if dependency.key in keys:
            message = f"two dependencies have the name or alias {dependency.key}, so Helm cannot load the chart"
            raise ChartError(document, message, "give one of them another alias", ("dependencies", index))
        keys.add(dependency.key)


def _dependencies(metadata: Values) -> Iterator[ChartDependency]:
    listed = metadata.get("dependencies")
    for item in listed if isinstance(listed, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            continue
        tags, imports = item.get("tags"), item.get("import-values")
        yield ChartDependency(
            name=item["name"],
            alias=_text(item, "alias"),
            repository=_text(item, "repository"),
            condition=_text(item, "condition"),
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            imports=tuple(_imports(imports)) if isinstance(imports, list) else (),
        )


def _imports(listed: list[Any]) -> Iterator[tuple[str, str]]:
    for item in listed:
        if isinstance(item, str):
            yield f"exports.{item}", "."
        elif isinstance(item, dict):
            yield str(item.get("child")), str(item.get("parent"))


def _text(item: Values, key: str) -> str:
    value = item.get(key)
    return str(value) if isinstance(value, str) else ""


def _read_mappings(files: ChartFiles, name: str) -> Iterator[YAMLDocument]:
    """Yield the documents of a YAML file, which are mappings. Raises ChartError."""
    source = _source(files, name)
    if source is None:
        return
    try:
        for document in read_documents(source):
            if not isinstance(document.value, dict):
                message = f"{name} is no mapping, so Helm cannot load the chart"
                raise ChartError.at(source, message, "write keys with values", document.first_line)
            yield document
    except ValueError as error:  # YAMLError, which is not imported: that takes 15 ms
        message = f"{name} cannot be read, so Helm cannot load the chart: {error}"
        raise ChartError.at(source, message, "correct the YAML", *position_of(error)) from None


def _read_schema(files: ChartFiles) -> str:
    source = _source(files, "values.schema.json")
    if source is None:
        return ""
    try:
        json.loads(source.text)
    except ValueError as error:
        message = "values.schema.json is no JSON, so Helm refuses all values"
        raise ChartError.at(source, message, "correct the JSON", *position_of(error)) from None
    return source.text


def _source(files: ChartFiles, name: str) -> SourceFile | None:
    shown = f"{files.name}/{name}"
    try:
        text = files.read(name)
    except ValueError:
        raise ChartError.at(SourceFile(shown, ""), f"{name} is no text in UTF-8", "restore the file") from None
    return None if text is None else SourceFile(shown, text)


def position_of(error: ValueError) -> tuple[int, int]:
    """Return line and column of an error of a reader of YAML, or of JSON."""
    line, column = (getattr(error, name, 1) for name in ("line", "column"))
    return getattr(error, "lineno", line), getattr(error, "colno", column)
