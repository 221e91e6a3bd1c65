"""Sources that Flux cannot fetch any more, while the registry runs on with what was fetched before."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from registry_gitops.registry import ReferenceRegistry
from tests.e2e import charts
from tests.e2e.cluster import Cluster, condition, is_not_ready, is_ready, until
from tests.e2e.fleet import SYSTEM, Fleet
from tests.e2e.recording import record
from tests.e2e.remedies import run
from tests.e2e.status import cause, ready_without_causes
from tests.registry.api.basic_auth import line
from tests.support.authority import Authority, make_authority

NAME = "docker-registry"


class Sources:
    """Registries with the same chart: one that is open, one that wants a login, and one with TLS."""

    def __init__(self, cluster: Cluster, folder: Path, stack: ExitStack) -> None:
        self.authority: Authority = make_authority(folder)
        root, address = folder / "registry", (cluster.address, 0)
        with ReferenceRegistry(root, address) as registry:
            charts.push(registry, "charts")
        (folder / "users").write_text(line("alice", "hunter2"))
        pair = self.authority.sign("server", [f"IP:{cluster.address}"])
        self.open = stack.enter_context(ReferenceRegistry(root, address))
        self.closed = stack.enter_context(ReferenceRegistry(root, address, htpasswd=folder / "users"))
        self.encrypted = stack.enter_context(
            ReferenceRegistry(root, address, tls_cert=pair.certificate, tls_key=pair.key)
        )


def host(registry: ReferenceRegistry) -> str:
    return urlsplit(registry.url).netloc


def url(registry: ReferenceRegistry) -> str:
    return f"oci://{host(registry)}/charts/{NAME}"


@pytest.fixture(scope="module")
def sources(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    with ExitStack() as stack:
        yield Sources(cluster, tmp_path_factory.mktemp("sources"), stack)


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet, sources: Sources) -> None:
    fleet.init("--source", "oci", "--url", url(sources.open))
    fleet.commit("Add a registry", source={"insecure": True, "timeout": "5s"})
    fleet.follow(wait=False)
    fleet.ready()


def change(fleet: Fleet, kind: str, **spec: Any) -> None:
    """Change the spec of a source, as a commit would, or the remedy of one that no commit passes."""
    name, namespace = (fleet.name, SYSTEM) if kind == "gitrepository" else (NAME, fleet.namespace)
    fleet.cluster.kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", json.dumps({"spec": spec}))


def chart_fails(fleet: Fleet, saying: str, id_: CauseId = CauseId.SOURCE_FAILED) -> str:
    """Wait until status tells of the source of the chart, and return the remedy.

    It is a warning until Flux looks at the release again, which it may do at any time; then the release is not ready.
    """
    until("OCIRepository that fails", lambda: is_not_ready(fleet.cluster.get("ocirepository", NAME, fleet.namespace)))

    def remedy() -> str:
        severity = Severity.WARNING if is_ready(fleet.release()) else Severity.ERROR
        return cause(fleet, id_, saying, severity, seconds=5).remedy

    return until(f"status that tells of the source: {saying}", remedy)


def git_fails(fleet: Fleet, saying: str, id_: CauseId = CauseId.GIT_FAILED) -> str:
    """Wait until status warns of the Git repository, and return the remedy."""
    until("GitRepository that fails", lambda: is_not_ready(fleet.cluster.get("gitrepository", fleet.name, SYSTEM)))
    return cause(fleet, id_, saying, Severity.WARNING).remedy


def chart_is_fetched(fleet: Fleet) -> None:
    until("OCIRepository that is ready", lambda: is_ready(fleet.cluster.get("ocirepository", NAME, fleet.namespace)))
    ready_without_causes(fleet)


def secret_command(fleet: Fleet, sources: Sources) -> str:
    return f"flux create secret oci login -n {fleet.namespace} --url {host(sources.closed)}"


def login(fleet: Fleet, sources: Sources, password: str) -> None:
    """Write the Secret with the command of the remedy."""
    run(f"{secret_command(fleet, sources)} --username alice --password {password}")
    fleet.reconcile("ocirepository", NAME, fleet.namespace)


def test_registry_wants_a_login(fleet: Fleet, sources: Sources) -> None:
    change(fleet, "ocirepository", url=url(sources.closed))
    assert "`source.secretRef`" in chart_fails(fleet, "the server wants credentials")
    record(fleet, "registry-wants-login")


def test_secret_does_not_exist(fleet: Fleet, sources: Sources) -> None:
    change(fleet, "ocirepository", secretRef={"name": "login"})
    remedy = chart_fails(fleet, "a Secret that it needs does not exist")
    assert f"`{secret_command(fleet, sources)} --username USER --password PASSWORD`" in remedy
    record(fleet, "registry-secret-missing")


def test_registry_refuses_the_login(fleet: Fleet, sources: Sources) -> None:
    login(fleet, sources, "wrong")
    assert f"renew Secret {fleet.namespace}/login" in chart_fails(fleet, "the server refuses the credentials")
    record(fleet, "registry-refuses-login")


def test_right_login_helps(fleet: Fleet, sources: Sources) -> None:
    login(fleet, sources, "hunter2")
    chart_is_fetched(fleet)


def test_registry_has_the_certificate_of_an_unknown_authority(fleet: Fleet, sources: Sources) -> None:
    change(fleet, "ocirepository", url=url(sources.encrypted), secretRef=None, insecure=False)
    assert "`source.certSecretRef`" in chart_fails(fleet, "Flux does not trust the certificate of the server")
    record(fleet, "registry-of-unknown-authority")


def test_certificate_of_the_authority_helps(fleet: Fleet, sources: Sources) -> None:
    options = ("--from-file", f"ca.crt={sources.authority.certificate}")
    fleet.cluster.kubectl("create", "secret", "generic", "authority", "-n", fleet.namespace, *options)
    change(fleet, "ocirepository", certSecretRef={"name": "authority"})
    chart_is_fetched(fleet)


def test_chart_is_not_signed(fleet: Fleet, sources: Sources) -> None:
    public = ("openssl", "ec", "-in", sources.authority.folder / "ca.key", "-pubout")
    key = subprocess.run(public, capture_output=True, text=True, check=True).stdout
    fleet.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "signers", "namespace": fleet.namespace},
            "stringData": {"cosign.pub": key},
        }
    )
    verify = {"provider": "cosign", "secretRef": {"name": "signers"}}
    change(fleet, "ocirepository", url=url(sources.open), insecure=True, certSecretRef=None, verify=verify)
    remedy = chart_fails(fleet, "its signature is missing", CauseId.SIGNATURE_REFUSED)
    assert "`source.verify`" in remedy
    record(fleet, "chart-not-signed")


def test_the_older_chart_has_run_all_the_time(fleet: Fleet) -> None:
    change(fleet, "ocirepository", verify=None)
    chart_is_fetched(fleet)
    release = fleet.release() or {}
    assert [each["status"] for each in release["status"]["history"]] == ["deployed"]


def test_git_has_no_such_branch(fleet: Fleet) -> None:
    change(fleet, "gitrepository", ref={"branch": "master"})
    remedy = git_fails(fleet, "no such branch or tag")
    assert f"`kubectl edit gitrepository -n {SYSTEM} {fleet.name}`" in remedy
    record(fleet, "branch-missing")


def test_git_has_no_such_commit(fleet: Fleet) -> None:
    change(fleet, "gitrepository", ref={"branch": "main", "commit": "1" * 40})
    git_fails(fleet, "no such commit")
    record(fleet, "commit-missing")


def test_ssh_key_is_missing(fleet: Fleet) -> None:
    ref = {"branch": "main", "commit": None}
    change(fleet, "gitrepository", url="ssh://git@127.0.0.1:1/fleet.git", ref=ref, secretRef={"name": "ssh-key"})
    git_fails(fleet, "a Secret that it needs does not exist")
    record(fleet, "ssh-secret-missing")


def test_right_source_helps(fleet: Fleet) -> None:
    change(fleet, "gitrepository", url=fleet.url, secretRef=None)
    found = until("GitRepository", lambda: is_ready(fleet.cluster.get("gitrepository", fleet.name, SYSTEM)))
    assert found, condition(fleet.cluster.get("gitrepository", fleet.name, SYSTEM))
    ready_without_causes(fleet)
