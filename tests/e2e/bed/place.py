"""Where one bed keeps what it has, and which programs it runs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.tools import STORE

BASE = Path("/var/tmp")
"""Where the folders of beds are: on a disk, not in memory, as image layers and volumes go there."""

PREFIX = "registry-gitops-e2e-"
"""How the folder and the control group of every bed begin."""

PROGRAMS = STORE / "cluster" / "bin"
TOOLS = STORE / "bin"


def search_path() -> str:
    """Return our PATH, with the built tools and the programs of this Python's environment (kubectl) found first."""
    return os.pathsep.join(map(str, (TOOLS, PROGRAMS, Path(sys.executable).parent, os.environ.get("PATH", os.defpath))))


@dataclass(frozen=True)
class Place:
    """The folder of one bed. Everything that the bed writes is in it, or in memory."""

    folder: Path

    @property
    def name(self) -> str:
        """Name of the bed: of its folder and of its control groups."""
        return self.folder.name

    @property
    def lock(self) -> Path:
        """Held by the launcher for as long as the bed is in use."""
        return self.folder / "lock"

    @property
    def enter(self) -> Path:
        """A script that runs a command in the bed, for people."""
        return self.folder / "enter"

    @property
    def configuration(self) -> Path:
        """Configuration files of the cluster's programs."""
        return self._sub("configuration")

    @property
    def certificates(self) -> Path:
        """Keys, certificates, and the kubeconfigs that name them."""
        return self._sub("certificates")

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.certificates / "admin.conf"

    @property
    def images(self) -> Path:
        """Container images, as OCI layouts in tar files."""
        return self._sub("images")

    @property
    def logs(self) -> Path:
        """NAME.log of each program."""
        return self._sub("logs")

    @property
    def processes(self) -> Path:
        """NAME.json of each program that was started."""
        return self._sub("processes")

    @property
    def registry_hosts(self) -> Path:
        """containerd's folder of registries, HOST/hosts.toml each; read at each pull, empty at first."""
        return self._sub("certs.d")

    @property
    def temporary(self) -> Path:
        """TMPDIR and HOME of the cluster's programs."""
        return self._sub("tmp")

    @property
    def volumes(self) -> Path:
        """What PersistentVolumes hold."""
        return self._sub("volumes")

    @property
    def var_lib(self) -> Path:
        """/var/lib as the bed sees it."""
        return self._sub("var-lib")

    @property
    def var_log(self) -> Path:
        """/var/log as the bed sees it."""
        return self._sub("var-log")

    @property
    def sysctl(self) -> Path:
        """What the bed sees of the settings of the whole machine's kernel."""
        return self._sub("sysctl")

    def _sub(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


def scenarios(place: Place) -> dict[str, str]:
    """Return the environment by which scenarios find the cluster of a bed."""
    return {"E2E_KUBECONFIG": str(place.kubeconfig), "E2E_BED": str(place.folder)}
