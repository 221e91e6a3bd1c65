"""The test bed itself: its programs are the pinned ones, its node does what scenarios ask, and it misses nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bed import cgroups, leftovers, logs, requirements
from tests.e2e.bed.node import Node
from tests.e2e.bed.place import BASE, PREFIX, PROGRAMS, TOOLS, Place
from tests.e2e.cluster import Cluster
from tools.build import pinned

pytestmark = pytest.mark.node

MODULES = {
    "age-keygen": "filippo.io/age",
    "bridge": "github.com/containernetworking/plugins",
    "containerd": "github.com/containerd/containerd/v2",
    "containerd-shim-runc-v2": "github.com/containerd/containerd/v2",
    "coredns": "github.com/coredns/coredns",
    "ctr": "github.com/containerd/containerd/v2",
    "helm-controller": "github.com/fluxcd/helm-controller",
    "host-local": "github.com/containernetworking/plugins",
    "hyperkube": "k8s.io/kubernetes",
    "kustomize-controller": "github.com/fluxcd/kustomize-controller",
    "sops": "github.com/getsops/sops/v3",
    "source-controller": "github.com/fluxcd/source-controller",
}
"""The Go module that each program is of. `pause` is ours."""


@pytest.fixture
def gone() -> Iterator[Place]:
    """A bed that has ended, and left nothing."""
    place = Place(BASE / f"{PREFIX}test-{os.getpid()}")
    yield place
    cgroups.remove(place.name)


@pytest.mark.parametrize("program", MODULES)
def test_a_program_is_of_the_pinned_version(program: str) -> None:
    module = MODULES[program]
    assert f"\t{module}\t{pinned('cluster', module)}\t".encode() in (PROGRAMS / program).read_bytes()


def test_every_program_has_a_test_of_its_version() -> None:
    assert {file.name for file in PROGRAMS.iterdir()} == {*MODULES, "pause"}


def test_the_cluster_says_that_it_is_the_pinned_kubernetes(cluster: Cluster) -> None:
    assert f"Server Version: {pinned('cluster', 'k8s.io/kubernetes')}\n" in cluster.kubectl("version")


@pytest.mark.parametrize("name", ["nft", "runc"])
def test_what_is_debians_starts(name: str) -> None:
    said = subprocess.run([TOOLS / name, "--version"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"\b[0-9]+\.[0-9]+", said)


def test_the_node_has_the_image_of_the_registry_under_both_of_its_names() -> None:
    names = Node.of(os.environ["E2E_BED"]).images()
    assert {"docker.io/library/registry:3", "docker.io/library/registry:3.1.1"} <= {*names}


def test_logs_show_each_program() -> None:
    said = logs.tail(Path(os.environ["E2E_BED"]), 3)
    assert {"containerd", "etcd", "kube-apiserver", "kubelet", "source-controller"} <= {
        *re.findall("^== (.*)", said, re.M)
    }
    assert len(said.splitlines()) < 5 * said.count("== ")


def test_the_kernels_settings_of_the_machine_are_not_those_of_the_bed() -> None:
    """The kubelet has set this one to 10, and would have done so for the whole machine."""
    assert Path("/proc/sys/kernel/panic").read_text().strip() == "10"
    assert (Place(Path(os.environ["E2E_BED"])).sysctl / "kernel.panic").read_text().strip() == "10"


def test_nothing_is_found_of_a_bed_that_has_left_nothing(gone: Place) -> None:
    assert leftovers.find(gone, set()) == []


def test_a_process_that_is_left_is_found(gone: Place) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(gone.folder)]) as process:
        try:
            while not (found := leftovers.find(gone, set())):
                assert process.poll() is None
            (said,) = found
            assert said.startswith(f"process {process.pid}: ")
            assert said.endswith(str(gone.folder))
        finally:
            process.kill()


def test_a_process_that_is_left_in_a_namespace_is_found(gone: Place) -> None:
    with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as process:
        try:
            ours = leftovers.namespaces_of(os.getpid())
            while not (other := leftovers.namespaces_of(process.pid) - ours):
                assert process.poll() is None
            (said,) = leftovers.find(gone, other)
            assert said.startswith(f"process {process.pid}: ")
        finally:
            process.kill()


def test_a_folder_a_mount_and_control_groups_that_are_left_are_found(gone: Place) -> None:
    gone.folder.mkdir()
    cgroups.make(gone.name)
    subprocess.run(["mount", "-t", "tmpfs", "left", gone.folder], check=True)
    try:
        mount, *groups, folder = leftovers.find(gone, set())
    finally:
        subprocess.run(["umount", gone.folder], check=True)
        gone.folder.rmdir()
    assert (mount, folder) == (f"mount {gone.folder}", f"folder {gone.folder}")
    assert groups == [f"control group {hierarchy / gone.name}" for hierarchy in cgroups.hierarchies()]


def test_a_bed_in_use_is_none_that_was_left() -> None:
    bed = Place(Path(os.environ["E2E_BED"]))
    assert leftovers.in_use(bed)
    leftovers.remove_all()
    assert bed.kubeconfig.exists()


def test_all_that_a_machine_lacks_is_said_at_once_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert requirements.met()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(requirements, "BUILT", (PROGRAMS / "hyperkube", PROGRAMS / "absent"))
    monkeypatch.setattr(requirements, "MEMORY", 2**60)
    monkeypatch.setattr(requirements, "DISK", 2**60)
    assert not requirements.met()
    first, *lines, last = capsys.readouterr().err.splitlines()
    assert first == "A cluster cannot run here:"
    subjects = {line.strip().partition(":")[0] for line in lines}
    assert subjects == {*requirements.PACKAGES, ".tools/cluster/bin/absent", "memory", "disk", "root on Linux"}
    assert all("; " in line or "run it as" in line for line in lines), "no remedy"
    assert "E2E_KUBECONFIG" in last


def test_a_kernel_without_a_feature_is_told_from_one_that_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "RULES", "table ip probe { chain c { no such rule } }")
    (line,) = requirements.missing()
    assert re.fullmatch(r"nftables: .*syntax error.*; the kernel needs the module; load it with modprobe", line)
