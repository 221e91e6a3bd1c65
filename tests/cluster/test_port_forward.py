"""The real kubectl: against an API that takes it as far as it listens, and where there is no way."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from registry_gitops.cluster import Kubectl, PortForwardError, port_forward

from .api import cluster, write_config

pytestmark = [pytest.mark.tools, pytest.mark.usefixtures("kubeconfig")]


def refusal(target: str = "svc/docker-registry", context: str | None = None) -> str:
    kubectl = Kubectl(context)
    with pytest.raises(PortForwardError) as caught, port_forward("docker-registry", target, "http", kubectl=kubectl):
        raise AssertionError("there is a way")
    return str(caught.value)


def listens(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def test_port_forward_listens_on_a_free_port_while_the_block_runs(kubeconfig: Path) -> None:
    with cluster(kubeconfig):
        with (
            port_forward("docker-registry", "svc/docker-registry", "http", kubectl=Kubectl("here")) as one,
            port_forward("docker-registry", "svc/docker-registry", 5000) as other,
        ):
            assert one != other
            assert listens(one)
            assert listens(other)
        assert not listens(one)
        assert not listens(other)


def test_ctrl_c_ends_the_block_before_kubectl(kubeconfig: Path) -> None:
    # As a terminal does it: the whole group of processes is interrupted, of which the test run is to survive.
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        code = 1
        try:
            with cluster(kubeconfig), port_forward("docker-registry", "svc/docker-registry", "http") as address:
                try:
                    os.killpg(0, signal.SIGINT)
                    signal.pause()
                except KeyboardInterrupt:
                    time.sleep(0.5)  # in which kubectl would end, had it been interrupted too
                    code = 0 if listens(address) else 2
        finally:
            os._exit(3 if code == 0 and listens(address) else code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_port_forward_names_a_missing_service(kubeconfig: Path) -> None:
    with cluster(kubeconfig):
        assert refusal("svc/docker-registr") == (
            'kubectl port-forward failed: services "docker-registr" not found: '
            "check the namespace, and the name of the Service: `kubectl get services`"
        )


def test_port_forward_suggests_to_wait_for_a_pod(kubeconfig: Path) -> None:
    with cluster(kubeconfig, "Pending"):
        assert refusal() == (
            "no Pod runs (unable to forward port because pod is not running. Current status=Pending): "
            "`--wait 2m` waits for it"
        )


def test_context_that_does_not_exist_is_named(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal(context="staging") == (
        'kubectl port-forward failed: context "staging" does not exist: '
        "`kubectl config get-contexts` lists the contexts"
    )


def test_cluster_that_refuses_connections_is_named_by_its_address(kubeconfig: Path) -> None:
    write_config(kubeconfig, "http://127.0.0.1:1")
    assert refusal() == (
        "kubectl port-forward failed: The connection to the server 127.0.0.1:1 was refused: "
        "check the context, and that the cluster runs"
    )
