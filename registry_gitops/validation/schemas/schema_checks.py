"""Compare all documents of a run with the schemas of their kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from registry_gitops.documents import Manifest, Problem, Role, YAMLDocument
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.validation.schemas.extra_schemas import DEFINITION, ExtraSchemas
from registry_gitops.validation.schemas.schema_store import SchemaStore

_FLUX = ".toolkit.fluxcd.io"
_REWRITTEN = (("metadata", "labels"), ("metadata", "annotations"))
"""What the API server refuses if it is not a string, but Flux rewrites: kustomize puts annotations in quotes, and
kustomize-controller replaces labels that are not all strings by its own."""


class SchemaChecks:
    """The comparison of one run with the schemas of its kinds."""

    def __init__(self, repository: FluxRepository, kubernetes_version: str, schemas: Iterable[str] = ()) -> None:
        self._repository = repository
        definitions = (each.value for each in repository.of_kind(DEFINITION))
        self.store = SchemaStore(kubernetes_version, definitions, ExtraSchemas(schemas))
        self.unknown_kinds = self._count_unknown_kinds()
        """The kinds of the run that have no schema, with their groups -> how many objects have it."""

    def check_manifest(self, manifest: Manifest) -> Iterator[tuple[str, Problem]]:
        """Yield what the schema of an object refuses of it, each with the id of its rule."""
        schema = self.store.find(manifest.api_version, manifest.kind)
        for rule_id, problem in schema.check(manifest.value) if schema else ():
            # A rule in CEL is a warning if another field would satisfy it.
            if rule_id == "missing-field" or problem.severity is Severity.WARNING:
                if severity := self._severity_of_missing_field(manifest):
                    yield rule_id, problem._replace(severity=severity)
            elif rule_id == "null-field":
                if self._severity_of_missing_field(manifest):
                    yield rule_id, problem
            elif problem.path[:2] in _REWRITTEN and not _is_rendered(manifest):
                yield rule_id, problem._replace(severity=Severity.WARNING)
            else:
                yield rule_id, problem

    def check_documents(self) -> Iterator[tuple[str, YAMLDocument, Problem]]:
        """Yield what is wrong with patches and with files of kustomize, which are no objects."""
        for document in self._repository.documents:
            yield from ((rule_id, document, problem) for rule_id, problem in self._of_document(document))

    def _count_unknown_kinds(self) -> dict[str, int]:
        counts = Counter((each.api_version, each.kind, each.group_kind) for each in self._repository.manifests)
        unknown: Counter[str] = Counter()
        for (api_version, kind, group_kind), count in counts.items():
            if self.store.find(api_version, kind) is None:
                unknown[group_kind] += count
        return unknown

    def _severity_of_missing_field(self, manifest: Manifest) -> Severity | None:
        """Return how much a missing field matters; None if a patch can add it, or if nothing applies the object.

        Of the objects of Flux in a file it is a warning: a Flux Kustomization of another repository often patches
        interval, prune, or sourceRef into all of them.
        """
        if _is_rendered(manifest):
            return Severity.ERROR
        if not self._repository.is_applied(manifest) or any(self._repository.patches_for(manifest)):
            return None
        if manifest.group.endswith(_FLUX) and self._repository.is_left_out(manifest):
            return None
        return Severity.WARNING if manifest.group.endswith(_FLUX) else Severity.ERROR

    def _of_document(self, document: YAMLDocument) -> Iterator[tuple[str, Problem]]:
        """Yield what is wrong with a patch, or with a file of kustomize, which are no objects."""
        value = document.value
        if document.role is Role.PATCH:
            if isinstance(value, dict) and (schema := self.store.find(*_identity(value))):
                yield from schema.check(value, partial=True)
        elif document.role is Role.KUSTOMIZATION and isinstance(value, dict):
            api_version, kind = _identity(value)
            if schema := self.store.find(api_version or "kustomize.config.k8s.io/v1beta1", kind or "Kustomization"):
                yield from schema.check(value)


def _is_rendered(manifest: Manifest) -> bool:
    """Whether nothing changes the object on its way to the cluster: a stream is what a build wrote."""
    return manifest.document.source.name == "<stdin>"


def _identity(value: dict[str, Any]) -> tuple[str, str]:
    api_version, kind = value.get("apiVersion"), value.get("kind")
    return api_version if isinstance(api_version, str) else "", kind if isinstance(kind, str) else ""
