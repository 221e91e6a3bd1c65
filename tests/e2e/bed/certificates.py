"""Who is who in the cluster: one authority, a certificate for each program, and the kubeconfigs that name them.

Kubernetes takes a client's name and groups from its certificate (CN and O), and RBAC grants rights to those.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.bed import network
from tests.e2e.bed.place import TOOLS, Place

CLIENTS = {
    "admin": "/O=system:masters/CN=admin",
    "apiserver-kubelet-client": "/O=system:masters/CN=apiserver-kubelet-client",
    "controller-manager": "/CN=system:kube-controller-manager",
    "kubelet": f"/O=system:nodes/CN=system:node:{network.NODE_NAME}",
    "proxy": "/CN=system:kube-proxy",
    "scheduler": "/CN=system:kube-scheduler",
}

SERVERS = {
    "apiserver": [
        "IP:127.0.0.1",
        f"IP:{network.NODE}",
        f"IP:{network.API_SERVICE}",
        "DNS:kubernetes",
        "DNS:kubernetes.default",
        "DNS:kubernetes.default.svc",
        f"DNS:kubernetes.default.svc.{network.DOMAIN}",
    ],
    "kubelet-server": [f"IP:{network.NODE}", f"DNS:{network.NODE_NAME}"],
}

_NEW = ("req", "-x509", "-config", "/dev/null", "-days", "2", "-nodes")
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
_SIGNS = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
_SIGNED = ("-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature")


def make(place: Place) -> None:
    """Make them all: NAME.crt, NAME.key and NAME.conf, `ca.crt`, and `sa.key` and `sa.pub` for service accounts."""
    folder = place.certificates
    _openssl(folder, *_NEW, *_KEY, *_SIGNS, "-subj", "/CN=e2e", "-keyout", "ca.key", "-out", "ca.crt")
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(_service_account_keys, folder)]
        for name, subject in CLIENTS.items():
            done.append(pool.submit(_sign, folder, name, subject, "extendedKeyUsage=clientAuth"))
            _write_kubeconfig(folder, name)
        for name, names in SERVERS.items():
            extensions = ("extendedKeyUsage=serverAuth", f"subjectAltName={','.join(names)}")
            done.append(pool.submit(_sign, folder, name, f"/CN={name}", *extensions))
        for each in done:
            each.result()


def _sign(folder: Path, name: str, subject: str, *extensions: str) -> None:
    options = [word for extension in extensions for word in ("-addext", extension)]
    authority = ("-CA", "ca.crt", "-CAkey", "ca.key")
    files = ("-keyout", f"{name}.key", "-out", f"{name}.crt")
    _openssl(folder, *_NEW, *_KEY, *_SIGNED, *options, *authority, "-subj", subject, *files)


def _service_account_keys(folder: Path) -> None:
    """Make the pair that the tokens of service accounts are signed and checked with."""
    _openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "sa.key")
    _openssl(folder, "pkey", "-in", "sa.key", "-pubout", "-out", "sa.pub")


def _write_kubeconfig(folder: Path, name: str) -> None:
    """Write a client's kubeconfig. JSON is YAML."""
    cluster = {"server": f"https://{network.NODE}:6443", "certificate-authority": str(folder / "ca.crt")}
    user = {"client-certificate": str(folder / f"{name}.crt"), "client-key": str(folder / f"{name}.key")}
    kubeconfig: Mapping[str, object] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": name}}],
        "current-context": "e2e",
    }
    (folder / f"{name}.conf").write_text(json.dumps(kubeconfig, indent=1), encoding="utf-8")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([TOOLS / "openssl", *arguments], cwd=folder, check=True, capture_output=True)
