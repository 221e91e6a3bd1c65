"""A HelmRelease of our chart: the conflicts of its values, and the rules for deployments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from registry_gitops.assets import read_chart
from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.findings import Finding
from registry_gitops.repository import FluxRepository
from registry_gitops.validation.charts.chart_files import ArchiveFiles
from registry_gitops.validation.charts.chart_source import OCI_REPOSITORY
from registry_gitops.validation.charts.helm_chart import HelmChart, read_chart_files
from registry_gitops.validation.charts.rendered_release import is_rendered
from registry_gitops.validation.locating import Located

if TYPE_CHECKING:
    from registry_gitops.deployment import RegistryDeployment

_NAME: Final = "docker-registry"

_OF_CONFIG_FILE: Final = frozenset({"values-from", "pod-security"})
"""Rules whose findings hold for a config file only: they need all values, or the rendered Namespace."""


def is_ours(chart: HelmChart) -> bool:
    """Whether a chart is ours, of this version: it has our schema."""
    return chart.name == _NAME and chart.schema_text == our_chart().schema_text


@cache
def our_chart() -> HelmChart:
    """Return our chart, as this version has it."""
    return read_chart_files(ArchiveFiles(_NAME, {path: text.encode() for path, text in read_chart().items()}))


def has_our_chart(release: Manifest, repository: FluxRepository) -> bool:
    """Whether a HelmRelease was rendered by us, and takes our chart of this version from a registry."""
    sources = (release.get("spec", "chart", "spec", "sourceRef", "kind"), release.get("spec", "chartRef", "kind"))
    if not any(each in ("HelmRepository", "OCIRepository") for each in sources) or not is_rendered(release, repository):
        return False
    versions = [release.get("spec", "chart", "spec", "version")]
    for source in repository.find(OCI_REPOSITORY, release.namespace, str(release.get("spec", "chartRef", "name"))):
        versions += source.mapping("spec", "ref").values()
    minor = our_chart().version.rpartition(".")[0]
    return all(version is None or minor in str(version) for version in versions)


def check_our_release(release: Manifest, repository: FluxRepository) -> Iterator[Located]:
    """Yield the conflicts of the values of a HelmRelease of our chart; without any, what rules for deployments find."""
    # Imported here, because only a HelmRelease of our chart needs the models: they take 200 ms.
    from pydantic import ValidationError

    from registry_gitops.deployment import describe_errors

    config = _config(release)
    if config is None:
        return
    try:
        deployment = _load(config)
    except ValidationError as error:
        for finding in describe_errors(error, data=config):
            if finding.location.key.startswith("values"):
                yield _located("chart-values", finding, release)
        return
    yield from _lint(deployment, release, repository)


def explain_refusals(refused: Iterable[Located], release: Manifest) -> Iterator[Located]:
    """Yield what the schema of our chart refuses, in the words of our models, which know what a value is for."""
    from pydantic import ValidationError

    from registry_gitops.deployment import describe_errors

    words: dict[Path, Located] = {}
    config = _config(release)
    try:
        _load(config or {})
    except ValidationError as error:
        found = (_located("chart-values", each, release) for each in describe_errors(error, data=config))
        words = {each.problem.path: each for each in found if each.problem.remedy != _REMEDY}
    for each in refused:
        other = words.get(each.problem.path)
        is_same = other is not None and each.subject is release and not each.problem.on_key
        yield other if other is not None and is_same else each


def _load(config: Mapping[str, Any]) -> RegistryDeployment:
    from registry_gitops.deployment import RegistryDeployment

    return RegistryDeployment.model_validate(config, by_alias=True, by_name=False)


def _lint(deployment: RegistryDeployment, release: Manifest, repository: FluxRepository) -> Iterator[Located]:
    from registry_gitops.rules import RULES, lint

    searches = {rule.id: rule.manifest for rule in RULES if rule.manifest and release.group_kind in rule.kinds}
    for finding in lint(deployment, allow=_OF_CONFIG_FILE):
        found = _located(finding.id, finding, release)
        search = searches.get(finding.id)
        if not search or found.problem.path not in {problem.path for problem in search(release, repository)}:
            yield found


def _located(rule_id: str, finding: Finding, release: Manifest) -> Located:
    message, _, remedy = finding.message.partition(": ")
    problem = Problem(_path(finding.location.key, release), message, remedy or _REMEDY, severity=finding.severity)
    return Located(rule_id, release, problem)


_REMEDY: Final = "change the values"


def _config(release: Manifest) -> dict[str, Any] | None:
    """Return the HelmRelease as a config file has it, or None if its values cannot be told from the text."""
    from registry_gitops.codec import YAMLError, load_yaml

    try:
        value = load_yaml(release.document.text).value
    except YAMLError:
        return None
    for step in release.path:
        value = value[step]
    spec = value["spec"]
    if "ENC[" in release.document.text and _has_encrypted(spec):
        return None
    options = ("releaseName", "targetNamespace", "timeout", "interval", "valuesFrom", "install", "upgrade")
    return {
        "name": release.name or _NAME,
        "namespace": release.namespace or _NAME,
        "release": {key: spec[key] for key in options if key in spec},
        "values": spec.get("values") or {},
    }


def _has_encrypted(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_encrypted, value.values()))
    if isinstance(value, list):
        return any(map(_has_encrypted, value))
    return isinstance(value, str) and value.startswith("ENC[")


def _path(key: str, release: Manifest) -> Path:
    """Return the path in the HelmRelease of a key of a config file: values.tolerations[0].key."""
    section, _, rest = key.partition(".")
    if section == "values":
        return ("spec", "values", *_steps(release.mapping("spec", "values"), rest))
    if section == "release":
        return ("spec", *_steps(release.mapping("spec"), rest))
    return ("metadata", section) if section in ("name", "namespace") else ("spec",)


def _steps(value: Any, key: str) -> Path:
    """Return the steps to a key, as far as they exist."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        name = f"[{step}]" if isinstance(step, int) else step
        rest = key.removeprefix(name)
        if key.startswith(name) and (not rest or rest[0] in ".["):
            return (step, *_steps(child, rest.removeprefix(".")))
    return ()
