"""The node: containerd runs containers, the kubelet runs Pods, kube-proxy leads the addresses of Services to Pods."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.e2e.bed import network
from tests.e2e.bed.control_plane import HYPERKUBE
from tests.e2e.bed.images import PAUSE, ctr
from tests.e2e.bed.kubectl import kubectl
from tests.e2e.bed.place import PROGRAMS, TOOLS, Place
from tests.e2e.bed.processes import Processes
from tests.e2e.bed.waiting import BedProblem, wait_until

CONTAINERD = """\
version = 3
disabled_plugins = [
  # They would make folders in /etc and /opt.
  "io.containerd.internal.v1.opt",
  "io.containerd.nri.v1.nri",
]

[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "{pause}"

[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "{registry_hosts}"

[plugins.'io.containerd.cri.v1.runtime']
  # Where even root may not make a process harder to kill, containers start nevertheless.
  restrict_oom_score_adj = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["{programs}"]
  conf_dir = "{cni}"
  use_internal_loopback = true

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  BinaryName = "{runc}"
"""

# A bridge for the Pods; each gets the next free address, and the node as its way out.
CNI = {
    "cniVersion": "1.0.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge",
            "bridge": "pods0",
            "isGateway": True,
            "hairpinMode": True,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": network.PODS}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        }
    ],
}

HEALTH = "http://127.0.0.1:10248/healthz"
"""The kubelet's word on itself."""


def start_containerd(place: Place, processes: Processes) -> None:
    """Start containerd, and return when it answers."""
    cni = place.configuration / "cni"
    cni.mkdir()
    (cni / "pods.conflist").write_text(json.dumps(CNI), encoding="utf-8")
    file = place.configuration / "containerd.toml"
    paths = {"cni": cni, "programs": PROGRAMS, "registry_hosts": place.registry_hosts, "runc": TOOLS / "runc"}
    file.write_text(CONTAINERD.format(pause=PAUSE, **paths), encoding="utf-8")
    processes.start("containerd", PROGRAMS / "containerd", "--config", file)
    wait_until("containerd answers", lambda: ctr("version").returncode == 0, processes.check)


def start_kubelet(place: Place, processes: Processes) -> None:
    """Start the kubelet and kube-proxy. containerd is running, and so is the API server."""
    kubelet, proxy = place.configuration / "kubelet.json", place.configuration / "kube-proxy.json"
    kubelet.write_text(json.dumps(_kubelet(place), indent=1), encoding="utf-8")
    proxy.write_text(json.dumps(_kube_proxy(place), indent=1), encoding="utf-8")
    kubeconfig = f"--kubeconfig={place.certificates}/kubelet.conf"
    who = (f"--hostname-override={network.NODE_NAME}", f"--node-ip={network.NODE}")
    processes.start("kubelet", HYPERKUBE, "kubelet", f"--config={kubelet}", kubeconfig, *who)
    processes.start("kube-proxy", HYPERKUBE, "kube-proxy", f"--config={proxy}")


def wait_for_node(place: Place, processes: Processes, since: datetime | None = None) -> None:
    """Return when the kubelet, since that time, has called its node ready. Raises BedProblem."""
    wait_until("the node is Ready", lambda: _is_ready(place, since), processes.check)


class Node:
    """The only node of a bed, for tests: what they can do to it from within the bed's namespaces."""

    name = network.NODE_NAME

    def __init__(self, place: Place) -> None:
        self._place = place

    @classmethod
    def of(cls, folder: str) -> Self:
        """The node of the bed in this folder: `Node.of(os.environ["E2E_BED"])`."""
        return cls(Place(Path(folder)))

    @property
    def registry_hosts(self) -> Path:
        """containerd's folder of registries: a HOST/hosts.toml in it holds from the next pull on."""
        return self._place.registry_hosts

    def restart_kubelet(self) -> None:
        """Stop the kubelet, start it again, and return when it has reported the node Ready. Pods go on meanwhile."""
        processes = Processes(self._place)
        # Times of Kubernetes have no fractions.
        since = datetime.now(UTC).replace(microsecond=0)
        processes.restart("kubelet")
        wait_for_node(self._place, processes, since)

    def images(self) -> list[str]:
        """Names of the images that containerd has, with tag or digest."""
        return self.ctr("images", "list", "--quiet").split()

    def ctr(self, *arguments: str) -> str:
        """What containerd's own client prints about the kubelet's images and containers. Raises BedProblem."""
        done = ctr(*arguments)
        if done.returncode != 0:
            raise BedProblem(f"ctr {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def _is_ready(place: Place, since: datetime | None) -> bool:
    try:
        with urllib.request.urlopen(HEALTH, timeout=5):
            pass
    except OSError:
        return False
    text = kubectl(place, "get", "node", network.NODE_NAME, "--ignore-not-found", "--output=json")
    conditions = json.loads(text)["status"]["conditions"] if text else []
    return any(
        each["type"] == "Ready"
        and each["status"] == "True"
        and (since is None or datetime.fromisoformat(each["lastHeartbeatTime"]) >= since)
        for each in conditions
    )


def _kubelet(place: Place) -> dict[str, Any]:
    keys = place.certificates
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {"x509": {"clientCAFile": f"{keys}/ca.crt"}},
        "tlsCertFile": f"{keys}/kubelet-server.crt",
        "tlsPrivateKeyFile": f"{keys}/kubelet-server.key",
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        "clusterDNS": [network.NODE],
        "clusterDomain": network.DOMAIN,
        # The machine's DNS servers are of no use to a Pod: nothing leads there.
        "resolvConf": "",
        # Control groups of our own, so that another kubelet's are left alone; of version 1 too, on older machines.
        "cgroupRoot": f"/{place.name}",
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "enforceNodeAllocatable": [],
        "failSwapOn": False,
        # A full disk of the machine is no reason to throw out Pods and images.
        "evictionHard": dict.fromkeys(("memory.available", "nodefs.available", "imagefs.available"), "0%"),
        "imageGCHighThresholdPercent": 100,
        "makeIPTablesUtilChains": False,
        "volumePluginDir": "/var/lib/kubelet/volume-plugins",
        "nodeStatusUpdateFrequency": "4s",
        "syncFrequency": "5s",
    }


def _kube_proxy(place: Place) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": f"{place.certificates}/proxy.conf"},
        "mode": "nftables",
        "clusterCIDR": network.PODS,
        "hostnameOverride": network.NODE_NAME,
        # The machine's limits of connection tracking stay as they are.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "metricsBindAddress": "127.0.0.1:10249",
    }
