"""The container images that the cluster needs, made here, since it can pull from nowhere.

`registry:3` is what docs call the official image: the registry of the same version, a shell, and the files that the
chart or a person relies on. Its digest is another one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import certifi

from registry_gitops.values import RegistryValues
from tests.e2e.bed.place import PROGRAMS, TOOLS, Place
from tests.e2e.bed.processes import Processes
from tests.e2e.bed.waiting import BedProblem

PAUSE = "localhost/pause:1"
"""What the sandbox of each Pod runs."""

REGISTRY = ("docker.io/library/registry:3", "docker.io/library/registry:3.1.1")

S3 = "localhost/s3:1"
"""versitygw, to be started by a shell that makes the buckets."""

REDIS = "localhost/redis:1"
"""redis-server, from this machine's Debian."""

_KUBECTL = RegistryValues().garbage_collection.kubectl_image
KUBECTL = f"{_KUBECTL.registry}/{_KUBECTL.repository}:{_KUBECTL.tag}"
"""What the chart's Job takes for kubectl and a shell."""

OCI = "application/vnd.oci.image"

ENTRYPOINT = """\
#!/bin/sh
set -e
case "$1" in
  *.yaml|*.yml) set -- registry serve "$@" ;;
  serve|garbage-collect|help|-*) set -- registry "$@" ;;
esac
exec "$@"
"""

CONFIGURATION = """\
version: 0.1
log: {fields: {service: registry}}
storage:
  cache: {blobdescriptor: inmemory}
  filesystem: {rootdirectory: /var/lib/registry}
http:
  addr: :5000
  headers: {X-Content-Type-Options: [nosniff]}
health:
  storagedriver: {enabled: true, interval: 10s, threshold: 3}
"""

USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"


class Layer:
    """Files of an image, as a tar; folders come with the files in them."""

    def __init__(self) -> None:
        self._data = io.BytesIO()
        self._tar = tarfile.TarFile(fileobj=self._data, mode="w", format=tarfile.PAX_FORMAT)
        self._folders: set[str] = set()

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a folder of root's, once."""
        if path.strip("/") and path not in self._folders:
            self._add(path, tarfile.DIRTYPE, mode)
            self._folders.add(path)

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a file of root's."""
        self._add(path, tarfile.REGTYPE, mode, content)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(path, tarfile.SYMTYPE, 0o777, target=target)

    def finish(self) -> bytes:
        """Return the tar."""
        self._tar.close()
        return self._data.getvalue()

    def _add(self, path: str, kind: bytes, mode: int, content: bytes = b"", target: str = "") -> None:
        self.folder(path.rpartition("/")[0])
        info = tarfile.TarInfo(path.strip("/"))
        info.type, info.mode, info.size, info.linkname = kind, mode, len(content), target
        self._tar.addfile(info, io.BytesIO(content))


def make(place: Place, processes: Processes) -> None:
    """Give containerd the images. It is running."""
    write_image(place.images / "pause.tar", [PAUSE], _pause(), {"Entrypoint": ["/pause"], "User": "65535:65535"})
    configuration = {
        "Entrypoint": ["/entrypoint.sh"],
        "Cmd": ["/etc/distribution/config.yml"],
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "OTEL_TRACES_EXPORTER=none"],
        "ExposedPorts": {"5000/tcp": {}},
        "Volumes": {"/var/lib/registry": {}},
    }
    write_image(place.images / "registry.tar", REGISTRY, _registry(), configuration)
    write_image(place.images / "s3.tar", [S3], _s3(), {"Entrypoint": ["/bin/versitygw"]})
    write_image(place.images / "redis.tar", [REDIS], _redis(), {"Entrypoint": ["/bin/redis-server"]})
    write_image(place.images / "kubectl.tar", [KUBECTL], _kubectl(), {"Entrypoint": ["/bin/sh"]})
    processes.check()
    for file in sorted(place.images.glob("*.tar")):
        done = ctr("images", "import", str(file))
        if done.returncode != 0:
            raise BedProblem(f"containerd does not take {file.name}: {done.stderr.strip()}")


def ctr(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask containerd, in the namespace where the kubelet has its images and containers."""
    return subprocess.run([PROGRAMS / "ctr", "-n", "k8s.io", *arguments], capture_output=True, text=True)


def write_image(file: Path, names: Sequence[str], layer: Layer, configuration: Mapping[str, object]) -> None:
    """Write an image of one layer as an OCI layout in a tar file, as `ctr images import` takes it."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    here = {"architecture": machine, "os": "linux"}
    data = layer.finish()
    config = _json({**here, "config": configuration, "rootfs": {"type": "layers", "diff_ids": [_digest(data)]}})
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": _descriptor("config.v1+json", config),
            "layers": [_descriptor("layer.v1.tar", data)],
        }
    )
    described = {**_descriptor("manifest.v1+json", manifest), "platform": here}
    named = [{**described, "annotations": {"io.containerd.image.name": name}} for name in names]
    index = _json({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": named})
    layout = Layer()
    layout.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    layout.file("index.json", index)
    for blob in (config, data, manifest):
        layout.file(f"blobs/sha256/{_digest(blob).partition(':')[2]}", blob)
    file.write_bytes(layout.finish())


def _pause() -> Layer:
    layer = Layer()
    layer.file("/pause", (PROGRAMS / "pause").read_bytes(), 0o755)
    return layer


def _registry() -> Layer:
    layer = Layer()
    layer.file("/bin/registry", (TOOLS / "registry").read_bytes(), 0o755)
    layer.file("/entrypoint.sh", ENTRYPOINT.encode(), 0o755)
    layer.file("/etc/distribution/config.yml", CONFIGURATION.encode())
    layer.file("/etc/passwd", USERS.encode())
    layer.file("/etc/ssl/certs/ca-certificates.crt", Path(certifi.where()).read_bytes())
    layer.folder("/tmp", 0o1777)
    layer.folder("/var/lib/registry")
    _add_busybox(layer)
    return layer


def _s3() -> Layer:
    layer = Layer()
    layer.file("/bin/versitygw", (TOOLS / "versitygw").read_bytes(), 0o755)
    _add_busybox(layer)
    return layer


def _kubectl() -> Layer:
    layer = Layer()
    layer.file("/bin/kubectl", (Path(sys.executable).parent / "kubectl").read_bytes(), 0o755)
    _add_busybox(layer)
    return layer


def _redis() -> Layer:
    layer = Layer()
    program = _program_behind(TOOLS / "redis-server")
    layer.file("/bin/redis-server", program.read_bytes(), 0o755)
    for path, file in _libraries(program):
        layer.file(path, file.read_bytes(), 0o755)
    return layer


def _add_busybox(layer: Layer) -> None:
    busybox = TOOLS / "busybox"
    listed = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    layer.file("/bin/busybox", _program_behind(busybox).read_bytes(), 0o755)
    for name in sorted({*listed} - {"busybox"}):
        layer.link(f"/bin/{name}", "busybox")


def _libraries(program: Path) -> Iterator[tuple[str, Path]]:
    """Yield what a dynamic program of Debian's loads: the path in an image, and the file here.

    The loader stands where the program names it; all others where the loader looks by itself.
    """
    unpacked = ":".join(str(folder) for folder in sorted(program.parent.parent.glob("lib/*-linux-*")))
    environment = {**os.environ, "LD_LIBRARY_PATH": unpacked}
    listed = subprocess.run(["ldd", program], env=environment, check=True, capture_output=True, text=True).stdout
    for name, path in re.findall(r"^\t(\S+)(?: => (\S+))? \(", listed, re.MULTILINE):
        if path:
            yield f"/lib/{name}", Path(path)
        elif name.startswith("/"):
            yield name, Path(name)


def _program_behind(tool: Path) -> Path:
    """Return the program itself: what tools/debian.py has unpacked is started by a script."""
    program = tool.resolve()
    if program.read_bytes()[:2] == b"#!":
        (program,) = (found for found in program.parent.glob(f"**/bin/{tool.name}") if found.is_file())
    return program


def _descriptor(kind: str, data: bytes) -> dict[str, object]:
    return {"mediaType": f"{OCI}.{kind}", "digest": _digest(data), "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
