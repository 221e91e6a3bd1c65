"""A real API server without a cluster: etcd and kube-apiserver on loopback, for what a dry run accepts and refuses.

By hand: `python -m tests.support.api_server [CRD FILE OR FOLDER ...]` starts one, prints its kubeconfig, and keeps it
until Ctrl-C. Its programs are those of `make e2e`.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
import yaml

from tests.support.certificate import make_certificate
from tests.support.listening import HOST, Listening, free_port
from tests.support.tools import built

TOKEN = "admin"
SECONDS_TO_BE_READY = 180
WITHOUT = ("NamespaceLifecycle", "PodSecurity", "Priority", "ServiceAccount")
"""Admission plugins that refuse an object for what else is in the cluster: there is nothing else."""

_JSON = {"Content-Type": "application/json"}
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


class ApiServer:
    """etcd and an API server that knows the definitions of `crds`; a context manager.

    While it runs: `url`, and `kubeconfig` for `kubectl --dry-run=server`.
    """

    def __init__(self, crds: Iterable[Path] = ()) -> None:
        self._crds = [file for path in crds for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
        self._resources: dict[str, dict[str, Mapping[str, Any]]] = {}
        self.url = ""

    def refusal(self, manifest: Mapping[str, Any]) -> str | None:
        """Return why the server refuses an object in a dry run, or None.

        It is created with strict fields, as by kubectl, and applied by server-side apply, as by Flux. An object without
        a namespace goes to `default`. A kind that the server does not know is a refusal.
        """
        url = self._url_of(manifest)
        if url is None:
            return f"no such kind: {manifest['apiVersion']} {manifest['kind']}"
        body, dry = json.dumps(manifest, ensure_ascii=False).encode(), {"dryRun": "All"}
        done = self._session.post(url, params={**dry, "fieldValidation": "Strict"}, data=body, headers=_JSON)
        name = manifest["metadata"].get("name") if done.ok else None
        if name:
            flux = {"fieldManager": "kustomize-controller", "force": "true"}
            done = self._session.patch(f"{url}/{name}", params={**dry, **flux}, data=body, headers=_APPLY)
        return None if done.ok else str(done.json()["message"])

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="registry-gitops-api-server-")))
            etcd = stack.enter_context(Listening(self._etcd))
            self._certificate = make_certificate(self._folder)
            self._etcd_url = etcd.url
            server = stack.enter_context(Listening(self._api_server))
            self.url = server.url.replace("http:", "https:")
            self._session = stack.enter_context(requests.Session())
            # `verify` of a session gives way to REQUESTS_CA_BUNDLE, and a proxy is nothing for loopback.
            self._session.trust_env = False
            self._session.verify = str(self._certificate.certificate)
            self._session.headers["Authorization"] = f"Bearer {TOKEN}"
            self.kubeconfig = self._write_kubeconfig()
            self._wait_until_ready()
            self._create_definitions()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def _etcd(self, port: int) -> list[str | Path]:
        url = f"http://{HOST}:{port}"
        return [
            *(built("cluster/bin/hyperkube"), "etcd", f"--data-dir={self._folder / 'etcd'}", "--log-level=warn"),
            *(f"--listen-client-urls={url}", f"--advertise-client-urls={url}"),
            *(f"--listen-peer-urls=http://{HOST}:{free_port()}", "--unsafe-no-fsync"),
        ]

    def _api_server(self, port: int) -> list[str | Path]:
        tokens = self._folder / "tokens.csv"
        tokens.write_text(f"{TOKEN},admin,admin,system:masters\n", encoding="ascii")
        certificate, key = self._certificate.certificate, self._certificate.key
        return [
            *(built("cluster/bin/hyperkube"), "kube-apiserver", f"--etcd-servers={self._etcd_url}"),
            *(f"--bind-address={HOST}", f"--advertise-address={HOST}", f"--secure-port={port}"),
            *(f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}", f"--token-auth-file={tokens}"),
            # It does not start without keys for the tokens of service accounts, of which it has none.
            *(f"--service-account-key-file={certificate}", f"--service-account-signing-key-file={key}"),
            f"--service-account-issuer=https://{HOST}",
            "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/108",
            *("--authorization-mode=RBAC", "--allow-privileged=true"),
            f"--disable-admission-plugins={','.join(WITHOUT)}",
            # It cannot be the `kubernetes` Service of a cluster from loopback.
            "--endpoint-reconciler-type=none",
        ]

    def _write_kubeconfig(self) -> Path:
        """Write a kubeconfig of the administrator. JSON is YAML."""
        cluster = {"server": self.url, "certificate-authority": str(self._certificate.certificate)}
        kubeconfig = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "alone", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "alone", "context": {"cluster": "alone", "user": "admin"}}],
            "current-context": "alone",
        }
        file = self._folder / "kubeconfig"
        file.write_text(json.dumps(kubeconfig), encoding="utf-8")
        return file

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the API server is not ready after {SECONDS_TO_BE_READY} s")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return self._session.get(f"{self.url}/readyz").ok
        except requests.ConnectionError:
            return False

    def _create_definitions(self) -> None:
        url = f"{self.url}/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        names = []
        for file in self._crds:
            for definition in filter(None, yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)):
                done = self._session.post(url, json=definition)
                if not done.ok:
                    raise RuntimeError(f"{file.name}: {done.json()['message']}")
                names.append(definition["metadata"]["name"])
        deadline = time.monotonic() + SECONDS_TO_BE_READY
        while waiting := [name for name in names if not self._is_established(f"{url}/{name}")]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"these definitions are not established: {', '.join(waiting)}")
            time.sleep(0.1)

    def _is_established(self, url: str) -> bool:
        conditions = self._session.get(url).json().get("status", {}).get("conditions", ())
        return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)

    def _url_of(self, value: Mapping[str, Any]) -> str | None:
        version = value["apiVersion"]
        base = f"{self.url}/{'apis' if '/' in version else 'api'}/{version}"
        if version not in self._resources:
            found = self._session.get(base)
            listed = found.json()["resources"] if found.ok else ()
            self._resources[version] = {each["kind"]: each for each in listed if "/" not in each["name"]}
        resource = self._resources[version].get(value["kind"])
        if resource is None:
            return None
        metadata = value.get("metadata")
        namespace = (metadata.get("namespace") if isinstance(metadata, dict) else None) or "default"
        return "/".join([base, *(["namespaces", namespace] if resource["namespaced"] else []), resource["name"]])


def main(arguments: list[str]) -> int:
    """Run a server until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ApiServer([Path(name) for name in arguments] or [built("cluster/crds")]) as server:
        kubectl = f"kubectl --kubeconfig {server.kubeconfig}"
        print(f"{kubectl} create --dry-run=server --validate=strict -f FILE", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
