"""The node cannot start the Pod: its network, its container runtime, or its mounts fail."""

from __future__ import annotations

from typing import Any, Final

from .state import Change, State, changed, edit, event, recorded, replicas, waiting, without

_SANDBOX: Final = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
    '"b6385006e8b3eedeaa1fd60e3e69afc9fb758a27666c93708a9211b3c988ab34": '
)
_TIMEOUT: Final = (
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: "
    "timed out waiting for the condition"
)
_VOLUME: Final = "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/volume"
_CONFIG: Final = 'MountVolume.SetUp failed for volume "config" : object "registry"/"registry" not registered'


def starting(title: str, report: str, cause: str, *changes: Change, **expected: Any) -> State:
    """Return the state of a Pod that a node has not started yet, after some events."""
    return State(title, report, changed("secret-missing", without("Event"), *changes), (cause,), **expected)


def no_sandbox(title: str, report: str, message: str, **expected: Any) -> State:
    """Return the state of a Pod that gets no sandbox."""
    failed = event("Pod", "FailedCreatePodSandBox", message)
    return starting(title, report, "pod-not-started", failed, never=("values.",), **expected)


def no_mount(title: str, report: str, message: str, reason: str = "FailedMount", **expected: Any) -> State:
    """Return the state of a Pod whose volume is not mounted: the newest event only tells that it takes long."""
    told = event("Pod", reason, message, ago=120)
    late = event("Pod", "FailedMount", _TIMEOUT, ago=20)
    return starting(title, report, "volume-not-mounted", told, late, **{"never": ("existingClaim",), **expected})


def restarted(pod: dict[str, Any]) -> None:
    """Let the containers of a Pod have ended with their node, as the kubelet reports them after its restart."""
    for state in pod["status"]["containerStatuses"]:
        ended = {"exitCode": 255, "reason": "Unknown", "finishedAt": state["lastState"]["terminated"]["finishedAt"]}
        state.update(ready=False, started=False, state={"terminated": ended}, lastState={})


STATES: Final[tuple[State, ...]] = (
    recorded(
        "no-such-runtime",
        "the RuntimeClass names a runtime that the node does not have",
        "pod-not-started",
        says=('no runtime for "kata" is configured',),
        remedy=("`values.runtimeClassName`",),
    ),
    recorded(
        "kubelet-silent",
        "the kubelet does not start the Pod, and reports nothing",
        "pod-not-started",
        says=("the kubelet of node node-3 has not started the Pod",),
        remedy=("`kubectl describe node node-3`",),
        never=("values.",),
    ),
    recorded(
        "nfs-helper-missing",
        "the node cannot mount NFS",
        "volume-not-mounted",
        says=("the node does not have the program that mounts the volume",),
        remedy=("nfs-common",),
        never=("values.",),
    ),
    recorded(
        "local-path-missing",
        "the directory of the local volume does not exist",
        "volume-not-mounted",
        remedy=("create the directory on node node",),
        never=("values.",),
    ),
    recorded(
        "csi-driver-missing",
        "the CSI driver of the volume is not on the node",
        "volume-not-mounted",
        remedy=("repair the CSI driver that the message names",),
        never=("values.",),
    ),
    no_sandbox(
        "Calico's credentials have expired",
        "https://github.com/projectcalico/calico/issues/5712",
        f'{_SANDBOX}plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: '
        "Unauthorized",
        says=("the credentials of the network plugin (CNI) are not valid any more",),
        remedy=("restart the Pod of the network plugin", "--field-selector spec.nodeName=e2e`"),
    ),
    no_sandbox(
        "Calico does not run on the node",
        "https://github.com/kubernetes/kubernetes/issues/62451",
        'Failed create pod sandbox: rpc error: code = Unknown desc = NetworkPlugin cni failed to set up pod "docker-'
        'registry-86f4d74b45-kgjbk_docker-registry" network: stat /var/lib/calico/nodename: no such file or directory: '
        "check that the calico/node container is running and has mounted /var/lib/calico/",
        says=("the network plugin (CNI) does not run on the node",),
        remedy=("repair the network plugin of node e2e",),
    ),
    no_sandbox(
        "Calico cannot reach the API server",
        "https://github.com/projectcalico/calico/issues/6546",
        f'{_SANDBOX}plugin type="calico" failed (add): error getting ClusterInformation: Get '
        '"https://10.96.0.1:443/apis/'
        'crd.projectcalico.org/v1/clusterinformations/default": dial tcp 10.96.0.1:443: i/o timeout',
        says=("cannot reach the API server from the node",),
        remedy=("check kube-proxy",),
    ),
    no_sandbox(
        "Flannel does not run on the node",
        "https://github.com/flannel-io/flannel/issues/2232",
        f'(combined from similar events): {_SANDBOX}plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: '
        "open "
        "/run/flannel/subnet.env: no such file or directory",
        says=("the network plugin (CNI) does not run on the node",),
    ),
    no_sandbox(
        "Cilium does not run on the node",
        "https://github.com/cilium/cilium/issues/40312",
        f'{_SANDBOX}plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: failed to create cilium '
        "agent "
        'client after 30.000000 seconds timeout: Get "http://localhost/v1/config": dial unix '
        "/var/run/cilium/cilium.sock: connect: no such file or directory\nIs the agent running?",
        says=("the network plugin (CNI) does not run on the node",),
    ),
    no_sandbox(
        "Cilium has no IP address left",
        "https://github.com/cilium/cilium/issues/10627",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up sandbox container "
        '"3948297ee605" '
        'network for pod "docker-registry": networkPlugin cni failed to set up pod "docker-registry" network: unable '
        "to "
        "allocate IP via local cilium agent: [POST /ipam][502] postIpamFailure  range is full",
        says=("no IP address is free for the Pod",),
        remedy=("free IP addresses",),
    ),
    no_sandbox(
        "the AWS VPC CNI has no IP address left",
        "https://github.com/aws/karpenter-provider-aws/issues/3989",
        f'{_SANDBOX}plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to '
        "container",
        says=("no IP address is free for the Pod",),
        remedy=("enlarge the subnet",),
    ),
    no_sandbox(
        "the AWS VPC CNI does not run on the node",
        "https://github.com/aws/amazon-vpc-cni-k8s/issues/59",
        f'{_SANDBOX}plugin type="aws-cni" name="aws-cni" failed (add): add cmd: Error received from AddNetwork gRPC '
        "call: "
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp '
        '127.0.0.1:50051: connect: connection refused"',
        says=("the network plugin (CNI) does not run on the node",),
    ),
    no_sandbox(
        "the agent of the Azure CNI does not run on the node",
        "https://github.com/Azure/azure-container-networking/blob/master/cni/network/invoker_cns.go",
        f'{_SANDBOX}plugin type="azure-vnet" failed (add): IPAM Invoker Add failed with error: Failed to get IP '
        "address "
        'from CNS: http request failed: Post "http://localhost:10090/network/requestipconfigs": dial tcp '
        "127.0.0.1:10090: "
        "connect: connection refused",
        says=("the network plugin (CNI) does not run on the node",),
    ),
    State(
        "the node was restarted, and the network plugin has not",
        "https://github.com/flannel-io/flannel/issues/2437",
        changed(
            "crash-loop",
            edit("Pod", restarted),
            event(
                "Pod",
                "FailedCreatePodSandBox",
                f"{_SANDBOX}plugin type='flannel' failed (add): failed to load flannel 'subnet.env' file: open "
                "/run/flannel/subnet.env: no such file or directory. Check the flannel pod log for this node.",
            ),
        ),
        ("pod-not-started",),
        says=("the network plugin (CNI) does not run on the node",),
        never=("exits on start",),
    ),
    no_sandbox(
        "the range of the node has no IP address left",
        "https://github.com/kubernetes/test-infra/issues/13039",
        f"{_SANDBOX}failed to allocate for range 0: no IP addresses available in range set: 10.60.28.1-10.60.28.254",
        says=("no IP address is free for the Pod",),
    ),
    no_sandbox(
        "the bridge has the address of an earlier Pod network",
        "https://github.com/kubernetes/kubernetes/issues/39557",
        f'{_SANDBOX}plugin type="bridge" failed (add): failed to set bridge addr: "cni0" already has an IP address '
        "different "
        "from 10.244.1.1/24",
        remedy=("delete the bridge",),
    ),
    no_sandbox(
        "the network plugin fails for a reason that no phrase knows",
        "https://github.com/danm-cni/danm/issues/256",
        f'{_SANDBOX}plugin type="danm" failed (add): netplugin failed with no error message',
        says=("the network plugin (CNI) of the node fails", "netplugin failed with no error message"),
    ),
    starting(
        "the node has no network plugin",
        "https://github.com/rancher/rke2/issues/4476",
        "pod-not-started",
        event(
            "Pod",
            "NetworkNotReady",
            "network is not ready: container runtime network not ready: NetworkReady=false "
            "reason:NetworkPluginNotReady "
            "message:Network plugin returns error: cni plugin not initialized",
        ),
        says=("the node has no network plugin (CNI)",),
        never=("values.",),
    ),
    no_sandbox(
        "the disk of the node is full",
        "https://github.com/containerd/containerd/issues/1546",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd task: failed to "
        "create "
        'shim task: OCI runtime create failed: container_linux.go:265: "no space left on device": unknown',
        says=("the disk of the node is full",),
        remedy=("free space on the disk of node e2e",),
    ),
    no_sandbox(
        "the node cannot pull the sandbox image",
        "https://github.com/rootless-containers/usernetes/issues/240",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "
        '"registry.k8s.io/pause:3.9": failed to pull image "registry.k8s.io/pause:3.9": failed to pull and unpack '
        "image "
        '"registry.k8s.io/pause:3.9": failed to resolve reference "registry.k8s.io/pause:3.9": failed to do request: '
        "Head "
        '"https://registry.k8s.io/v2/pause/manifests/3.9": dial tcp: lookup registry.k8s.io: i/o timeout',
        says=("the sandbox image of its container runtime",),
        remedy=("the configuration of containerd",),
    ),
    no_sandbox(
        "the node has no processes left",
        "https://github.com/kubernetes/kubernetes/issues/104531",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to start sandbox container task: "
        "fork/exec "
        "/usr/bin/containerd-shim-runc-v2: resource temporarily unavailable: unknown",
        says=("short of processes",),
    ),
    no_sandbox(
        "the container runtime of the node does not respond",
        "https://github.com/containerd/containerd/issues/4604",
        "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded",
        remedy=("restart the container runtime on node e2e",),
    ),
    no_sandbox(
        "the container runtime fails for a reason that no phrase knows",
        "https://github.com/containerd/containerd/issues/1546",
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to mount rootfs: something new",
        says=("the node cannot create the sandbox of the Pod", "something new"),
    ),
    no_mount(
        "the NFS server does not respond, and the newest event does not say so",
        "https://github.com/huggingface/dataset-viewer/issues/270",
        'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nMounting command: mount\nMounting '
        "arguments: -t nfs 10.0.30.134:/fsx /var/lib/kubelet/pods/5088f644-f128-4b8c-b7e3-a9058904ac8e/volumes/"
        "kubernetes.io~nfs/nfs\nOutput: mount.nfs: Connection timed out",
        says=("the node cannot reach the server of the volume", "mount.nfs: Connection timed out"),
        remedy=("node e2e",),
    ),
    no_mount(
        "the node does not have the program that mounts NFS",
        "https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/104",
        'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nMounting command: mount\nMounting '
        "arguments: -t nfs 172.16.16.254:/mnt/nfs /var/lib/kubelet/pods/e48b2217-2220-414b-a9ca-05e71f11c98b/volumes/"
        "kubernetes.io~nfs/nfs\nOutput: mount: wrong fs type, bad option, bad superblock on 172.16.16.254:/mnt/nfs, "
        "missing codepage or helper program, or other error (for several filesystems (e.g. nfs, cifs) you might need a "
        "/sbin/mount.<type> helper program)",
        remedy=("nfs-common",),
        never=("fsck",),
    ),
    no_mount(
        "the NFS server denies access",
        "https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/336",
        'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 Output: mount.nfs: access denied by '
        "server while mounting 10.0.30.134:/fsx",
        remedy=("allow the address of node e2e",),
    ),
    no_mount(
        "the NFS server does not have the directory",
        "https://github.com/kubernetes-retired/external-storage/issues/555",
        'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32 Output: mount.nfs: mounting '
        "10.0.30.134:/fsx failed, reason given by server: No such file or directory",
        remedy=("create the directory on that server",),
    ),
    no_mount(
        "the CSI driver does not run on the node",
        "https://github.com/ceph/ceph-csi/issues/710",
        'MountVolume.MountDevice failed for volume "pvc-5d317451-01f2-11ea-b95f-eeeeeeeeeeee" : driver name '
        "rbd.csi.ceph.com not found in the list of registered CSI drivers",
        says=("the driver of the volume does not run on the node",),
        remedy=("--field-selector spec.nodeName=e2e`",),
    ),
    no_mount(
        "the controller of the CSI driver does not run",
        f"{_VOLUME}/csi/csi_attacher.go",
        'AttachVolume.Attach failed for volume "pvc-5d317451" : timed out waiting for external-attacher of '
        "ebs.csi.aws.com "
        "CSI driver to attach volume vol-025c36d2cda510ab7",
        "FailedAttachVolume",
        remedy=("repair the controller of the CSI driver",),
    ),
    no_mount(
        "the node has as many volumes as it can attach",
        "https://github.com/hetznercloud/csi-driver/issues/240",
        'AttachVolume.Attach failed for volume "pvc-5d317451" : rpc error: code = Internal desc = failed to publish '
        "volume: "
        "maximum number of volumes already attached to the server (resource_limit_exceeded)",
        "FailedAttachVolume",
        remedy=("add a node",),
    ),
    no_mount(
        "the file system of the volume is damaged",
        "https://github.com/kubernetes/mount-utils/blob/v0.36.4/mount_linux.go",
        "MountVolume.MountDevice failed for volume \"pvc-5d317451\" : rpc error: code = Internal desc = 'fsck' found "
        "errors "
        "on device /dev/sdb but could not correct them: fsck from util-linux 2.36",
        remedy=("restore the volume from a backup",),
    ),
    no_mount(
        "the volume does not let the kubelet change groups",
        f"{_VOLUME}/csi/csi_mounter.go",
        'MountVolume.SetUp failed for volume "pvc-5d317451" : applyFSGroup failed for vol nfs-1: lchown '
        "/var/lib/kubelet/pods/x/volumes/kubernetes.io~csi/pvc-5d317451/mount: operation not permitted",
        remedy=("`values.podSecurityContext.fsGroup: null`",),
    ),
    no_mount(
        "the disk of the volume was deleted",
        "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/v1.40.0/pkg/cloud/cloud.go",
        'AttachVolume.Attach failed for volume "pvc-5d317451" : rpc error: code = NotFound desc = Instance "i-0c4e" or '
        "volume: api error InvalidVolume.NotFound: The volume 'vol-025c36d2cda510ab7' does not exist.",
        "FailedAttachVolume",
        says=("the storage system does not have the volume any more",),
        remedy=("restore it from a snapshot or a backup",),
    ),
    no_mount(
        "the driver of the volume hangs",
        "https://github.com/kubernetes-csi/csi-driver-nfs/issues/439",
        'MountVolume.SetUp failed for volume "pvc-5d317451" : rpc error: code = DeadlineExceeded desc = context '
        "deadline "
        "exceeded",
        says=("does not respond in time",),
        remedy=("--field-selector spec.nodeName=e2e`",),
    ),
    no_mount(
        "the disk of the node is full, so that nothing can be mounted",
        "https://github.com/jupyterhub/mybinder.org-user-guide/issues/283",
        'MountVolume.SetUp failed for volume "config" : mkdir /var/lib/kubelet/pods/x: no space left on device',
        says=("the disk of the node is full",),
    ),
    no_mount(
        "the kubelet does not get the ConfigMap",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/util/manager/watch_based_manager.go",
        'MountVolume.SetUp failed for volume "config" : failed to sync configmap cache: timed out waiting for the '
        "condition",
        remedy=("wait",),
    ),
    no_mount(
        "the volume is being detached",
        f"{_VOLUME}/csi/csi_attacher.go",
        'AttachVolume.Attach failed for volume "pvc-5d317451" : volume attachment is being deleted',
        "FailedAttachVolume",
        remedy=("`kubectl get volumeattachments`",),
    ),
    no_mount(
        "a volume with many files gets another group",
        f"{_VOLUME}/volume_linux.go",
        "Setting volume ownership for x/volumes/kubernetes.io~csi/pvc-1/mount, processed 240000 files.",
        "VolumePermissionChangeInProgress",
        remedy=("wait", "`values.podSecurityContext.fsGroupChangePolicy: OnRootMismatch`"),
    ),
    no_mount(
        "a mount fails for a reason that no phrase knows",
        f"{_VOLUME}/util/operationexecutor/operation_generator.go",
        'MountVolume.MountDevice failed for volume "pvc-5d317451" : rpc error: code = Internal desc = something new',
        says=("something new",),
        never=("values.", "not in time"),
    ),
    starting(
        "a mount takes long, and no event tells why",
        "https://github.com/kubernetes-sigs/nfs-subdir-external-provisioner/issues/138",
        "volume-not-mounted",
        event("Pod", "FailedMount", _CONFIG, ago=150),
        event("Pod", "FailedMount", _TIMEOUT, ago=20),
        says=("no event tells why", "unmounted volumes=[data]"),
        never=("values.",),
    ),
    State(
        "the network failed at first, and the image is being pulled now",
        "https://github.com/aws/amazon-vpc-cni-k8s/issues/3066",
        changed(
            "ready",
            replicas(0),
            waiting("ContainerCreating"),
            event("Pod", "FailedCreatePodSandBox", f"{_SANDBOX}failed to assign an IP address to container", ago=150),
            event("Pod", "Pulling", 'Pulling image "docker.io/library/registry:3.1.1"', ago=100, type_="Normal"),
        ),
        ("in-progress",),
    ),
)
