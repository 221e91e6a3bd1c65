"""The node pulls images from the registry and runs them. What is written and run stands in docs/nodes.md."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.bed.images import Layer, write_image
from tests.e2e.bed.node import Node
from tests.e2e.bed.place import PROGRAMS
from tests.e2e.cluster import Cluster, until
from tests.e2e.fleet import Fleet
from tests.support.certificate import make_certificate
from tests.support.nginx import Nginx
from tests.support.tools import ROOT, tool

pytestmark = pytest.mark.node

PAGE = (ROOT / "docs" / "nodes.md").read_text("utf-8")
HOSTS = dict(re.findall(r"certs\.d/([^/`]+)/hosts\.toml`:\n\n```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
"""What the page writes for each host."""
RUN, SECRET, ACCOUNT = re.findall(r"^```sh\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
LOOKUP, X509, NO_LOGIN = re.findall(r"^\| `(.*?)` \| \D", PAGE.partition("## When it fails")[2], re.MULTILINE)
SERVICE = "docker-registry.docker-registry.svc:5000"
INGRESS = "registry.example.com"
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet) -> None:
    fleet.init()
    (values,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    fleet.commit("Add the registry", **yaml.safe_load(values))
    fleet.follow(wait=False)
    fleet.ready()


@pytest.fixture(scope="module")
def host(fleet: Fleet) -> str:
    """The page's name of the Service, in the Namespace that the registry has here."""
    return in_namespace(fleet, SERVICE)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """The node, which forgets at the end what it was told and what it has pulled: a bed may be used again."""
    node = Node.of(os.environ["E2E_BED"])
    yield node
    for folder in node.registry_hosts.iterdir():
        shutil.rmtree(folder)
    node.ctr("images", "remove", *(name for name in node.images() if "/team/hello" in name))


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Iterator[str]:
    """A Namespace for what is run from the registry."""
    name = "e2e-node-pull-pods"
    cluster.kubectl("create", "namespace", name)
    # Only then Pods may be made there.
    until("ServiceAccount of the Namespace", lambda: cluster.get("serviceaccount", "default", name))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def in_namespace(fleet: Fleet, text: str) -> str:
    """A text of the page for the Namespace that the registry has here."""
    return text.replace(".docker-registry.svc", f".{fleet.namespace}.svc")


def kubectl(cluster: Cluster, namespace: str, command: str) -> None:
    """Run a command of the page."""
    program, *words = shlex.split(command)
    assert program == "kubectl"
    cluster.kubectl(*words, "--namespace", namespace)


def push(fleet: Fleet, folder: Path, tag: str, *options: str) -> str:
    """Push an image that no other test has as team/hello, and give its digest. What it runs is `pause`."""
    layer = Layer()
    layer.file("/pause", (PROGRAMS / "pause").read_bytes(), 0o755)
    layer.file("/tag", tag.encode())
    write_image(folder / "image.tar", ["hello"], layer, {"Entrypoint": ["/pause"], "User": "65535:65535"})
    with fleet.cluster.forward(fleet.namespace) as address:
        words = ("copy", "--insecure-policy", "--dest-tls-verify=false", f"--digestfile={folder}/digest", *options)
        source, target = f"oci-archive:{folder}/image.tar", f"docker://{address}/team/hello:{tag}"
        done = subprocess.run([tool("skopeo"), *words, source, target], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    return (folder / "digest").read_text()


def container(cluster: Cluster, namespace: str, pod: str) -> dict[str, Any]:
    """The status of a Pod's container; empty before it has one."""
    found = cluster.get("pod", pod, namespace) or {}
    statuses: list[dict[str, Any]] = found.get("status", {}).get("containerStatuses", [{}])
    return statuses[0]


def wait_for_run(cluster: Cluster, namespace: str, pod: str, image: str, digest: str) -> None:
    """Wait until the Pod runs that very image."""
    until("Pod that runs", lambda: "running" in container(cluster, namespace, pod).get("state", {}))
    assert container(cluster, namespace, pod)["imageID"] == f"{image}@{digest}"


def run(cluster: Cluster, namespace: str, pod: str, image: str) -> None:
    """Make a Pod of an image of the repository team/hello."""
    cluster.kubectl("run", pod, "--namespace", namespace, f"--image={image}")


def has_pull_secret(cluster: Cluster, namespace: str) -> bool:
    """Whether the API server gives a new Pod the Secret of its account: it looks at accounts in a cache."""
    dry = ("run", "dry", f"--namespace={namespace}", "--image=dry", "--dry-run=server", "-o", "json")
    return bool(json.loads(cluster.kubectl(*dry))["spec"].get("imagePullSecrets"))


def refusal(cluster: Cluster, namespace: str, pod: str) -> str:
    """Wait until the image of a Pod cannot be pulled, and give the reason."""

    def reason() -> str:
        return str(container(cluster, namespace, pod).get("state", {}).get("waiting", {}).get("message", ""))

    return until("image that cannot be pulled", reason)


def test_the_node_pulls_from_the_service_once_it_is_told_where_that_is(
    fleet: Fleet, cluster: Cluster, node: Node, pods: str, host: str, tmp_path: Path
) -> None:
    digest = push(fleet, tmp_path, "1")
    run(cluster, pods, "too-early", f"{host}/team/hello:1")
    assert LOOKUP in refusal(cluster, pods, "too-early")
    (node.registry_hosts / host).mkdir()
    (node.registry_hosts / host / "hosts.toml").write_text(HOSTS[SERVICE])
    kubectl(cluster, pods, in_namespace(fleet, RUN))
    wait_for_run(cluster, pods, "hello", f"{host}/team/hello", digest)
    assert f"{host}/team/hello:1" in node.images()


def test_the_node_pulls_from_an_ingress_once_it_is_given_the_authority(
    fleet: Fleet, cluster: Cluster, node: Node, pods: str, tmp_path: Path
) -> None:
    digest = push(fleet, tmp_path, "2")
    made = make_certificate(tmp_path)
    with Nginx(tmp_path, "http://10.96.0.50:5000", tls=made) as ingress:
        folder = node.registry_hosts / INGRESS
        folder.mkdir()
        # Nothing resolves that name here.
        text = HOSTS[INGRESS].replace(f"https://{INGRESS}", ingress.url)
        (folder / "hosts.toml").write_text(re.sub("^ca = .*$", "", text, flags=re.MULTILINE))
        run(cluster, pods, "distrustful", f"{INGRESS}/team/hello:2")
        assert X509 in refusal(cluster, pods, "distrustful")
        (folder / "ca.crt").write_bytes(made.certificate.read_bytes())
        (folder / "hosts.toml").write_text(text)
        run(cluster, pods, "from-ingress", f"{INGRESS}/team/hello:2")
        wait_for_run(cluster, pods, "from-ingress", f"{INGRESS}/team/hello", digest)


def test_the_node_pulls_from_a_registry_with_users_once_the_pod_brings_a_password(
    fleet: Fleet, cluster: Cluster, pods: str, host: str, tmp_path: Path
) -> None:
    made = fleet.cli("htpasswd", "ci", "--namespace", fleet.namespace, "--password-stdin", said=PASSWORD)
    (fleet.folder / "users.yaml").write_text(made.out)
    secret = {"enabled": True, "existingSecret": "docker-registry-users"}
    fleet.commit(
        "Ask for a password", values={"auth": {"htpasswd": secret}}, kustomization={"resources": ["users.yaml"]}
    )
    fleet.ready()
    digest = push(fleet, tmp_path, "3", f"--dest-creds=ci:{PASSWORD}")
    run(cluster, pods, "stranger", f"{host}/team/hello:3")
    assert NO_LOGIN in refusal(cluster, pods, "stranger")
    kubectl(cluster, pods, in_namespace(fleet, SECRET).replace("$PASSWORD", PASSWORD))
    kubectl(cluster, pods, ACCOUNT)
    until("Pod that gets the Secret of its account", lambda: has_pull_secret(cluster, pods))
    run(cluster, pods, "friend", f"{host}/team/hello:3")
    wait_for_run(cluster, pods, "friend", f"{host}/team/hello", digest)
