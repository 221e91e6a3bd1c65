"""The tables of the page."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from registry_gitops.deployment import GitSource, HelmSource, OCISource, RegistryDeployment
from registry_gitops.render.readme import needs, settings
from registry_gitops.render.readme.access import Access
from registry_gitops.render.readme.login import Login
from registry_gitops.render.readme.markdown import code, table
from registry_gitops.render.readme.names import Names
from registry_gitops.render.readme.storage import Storage

_PULL, _PUSH, _DELETE = range(3)
_REFUSED = " (refused here)"

_ENDPOINTS = (
    ("GET", "/v2/", "check the API and the credentials", _PULL),
    ("GET", "/v2/_catalog", "list the repositories", _PULL),
    ("GET", "/v2/<name>/tags/list", "list the tags of a repository", _PULL),
    ("GET, HEAD", "/v2/<name>/manifests/<reference>", "fetch a manifest", _PULL),
    ("PUT", "/v2/<name>/manifests/<reference>", "push a manifest", _PUSH),
    ("DELETE", "/v2/<name>/manifests/<reference>", "delete a tag, or a manifest with its tags", _DELETE),
    ("GET, HEAD", "/v2/<name>/blobs/<digest>", "fetch a layer", _PULL),
    ("DELETE", "/v2/<name>/blobs/<digest>", "delete a layer of a repository", _DELETE),
    ("POST", "/v2/<name>/blobs/uploads/", "start an upload, or mount a layer of another repository", _PUSH),
    ("GET", "/v2/<name>/blobs/uploads/<id>", "get the offset of an upload", _PUSH),
    ("PATCH", "/v2/<name>/blobs/uploads/<id>", "upload a chunk", _PUSH),
    ("PUT", "/v2/<name>/blobs/uploads/<id>", "finish an upload", _PUSH),
    ("DELETE", "/v2/<name>/blobs/uploads/<id>", "cancel an upload", _PUSH),
)
"""What distribution v3 serves: method, path, purpose, and what it takes."""


class Tables:
    """Each table as Markdown, "" where there is nothing to list."""

    def __init__(
        self, deployment: RegistryDeployment, names: Names, storage: Storage, access: Access, login: Login
    ) -> None:
        self._deployment = deployment
        self._names = names
        self._storage = storage
        self._access = access
        self._login = login
        self._needs = needs.needs(deployment, names, storage)

    @property
    def files(self) -> str:
        """The files of the folder."""
        return table(("File", "Contents"), self._files())

    def _files(self) -> Iterator[tuple[str, str]]:
        source, name = self._deployment.source, code(self._names.name)
        if self._names.namespace_rendered:
            yield "`namespace.yaml`", f"Namespace {code(self._names.namespace)}, for Pods of the level `restricted`"
        if isinstance(source, HelmSource):
            yield "`helmrepository.yaml`", f"HelmRepository {name}: where Flux finds the chart"
        if isinstance(source, OCISource):
            yield "`ocirepository.yaml`", f"OCIRepository {name}: where Flux finds the chart"
        yield "`helmrelease.yaml`", f"HelmRelease {name}: the chart, and the values of the config file"
        yield "`kustomization.yaml`", "the list of these files, for kustomize and Flux"
        for path in self._deployment.kustomization.resources:
            yield code(path), "yours, from `kustomization.resources`"
        if isinstance(source, GitSource):
            yield "`chart/`", "the Helm chart `docker-registry`"
        yield "`README.md`", "this page"
        yield "`.registry-gitops.sha256`", "checksums, to detect edited files"

    @property
    def objects(self) -> str:
        """The objects in the cluster."""
        return table(("Object", "Namespace", "Purpose"), (*self._of_flux(), *self._of_the_chart()))

    def _of_flux(self) -> Iterator[tuple[str, str, str]]:
        source, name, here = self._deployment.source, code(self._names.name), code(self._names.namespace)
        if self._names.namespace_rendered:
            yield f"Namespace {here}", "", "contains the objects of this directory"
        if isinstance(source, HelmSource):
            yield f"HelmRepository {name}", here, "fetches the chart"
        if isinstance(source, OCISource):
            yield f"OCIRepository {name}", here, "fetches the chart"
        yield f"HelmRelease {name}", here, f"installs the Helm release {code(self._names.release)}"

    def _of_the_chart(self) -> Iterator[tuple[str, str, str]]:
        values, there, full = self._deployment.values, code(self._names.target), code(self._names.full)
        pods = values.replica_count
        yield f"Deployment {full}", there, f"runs the registry in {pods} Pod{'' if pods == 1 else 's'}"
        yield f"Service {full}", there, f"routes to the Pods from port {values.service.ports.http}"
        yield f"ConfigMap {full}", there, "the registry's `config.yml`"
        if self._storage.own_claim:
            yield f"PersistentVolumeClaim {full}", there, "stores the images"
        if values.ingress.enabled:
            yield f"Ingress {full}", there, "routes to the Service from outside the cluster"
        if self._login.inline:
            yield f"Secret {code(f'{self._names.full}-htpasswd')}", there, "the user and the hash of the password"
        if values.service_account.create:
            account = code(values.service_account.name or self._names.full)
            yield f"ServiceAccount {account}", there, "identity of the Pods"

    @functools.cached_property
    def needs(self) -> str:
        """What must exist besides."""
        return table(needs.HEADER, self._needs) if self._needs else ""

    @property
    def needs_secrets(self) -> bool:
        """Whether Secrets are among them."""
        return any(kind_and_name.startswith("Secret ") for kind_and_name, _, _ in self._needs)

    @property
    def settings(self) -> str:
        """The settings in force."""
        return table(settings.HEADER, settings.settings(self._deployment, self._names, self._storage))

    @property
    def endpoints(self) -> str:
        """The API of the registry, as far as this one serves it."""
        return _endpoints(self._access.prefix, self._storage.takes_pushes, self._storage.deletes)


@functools.lru_cache(maxsize=16)
def _endpoints(prefix: str, takes_pushes: bool, deletes: bool) -> str:
    note = {_PULL: "", _PUSH: "" if takes_pushes else _REFUSED, _DELETE: "" if deletes else _REFUSED}
    rows = ((method, f"`{prefix}{path}`", purpose + note[needs]) for method, path, purpose, needs in _ENDPOINTS)
    return table(("Method", "Path", "Purpose"), rows)
