"""Secrets that SOPS encrypts in Git: the command that `import` prints encrypts them, and Flux decrypts with `flux`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from registry_gitops.cluster.status import CauseId
from registry_gitops.findings import Severity
from tests.e2e.cluster import Cluster
from tests.e2e.fleet import FOLDER, SYSTEM, Fleet
from tests.e2e.status import cause, ready_without_causes
from tests.support.oci_content import Blob
from tests.support.oci_http import Repository
from tests.support.tools import built

LOGIN = ("ci", "correct horse battery staple")
USERS = f"{FOLDER}/docker-registry-users.sops.yaml"


class Keys:
    """The age key of the cluster's Flux, and one that it does not have. The tree is that of the story."""

    def __init__(self, directory: Path, tree: Path) -> None:
        self._tree = tree
        self._environment = {**os.environ, "SOPS_AGE_KEY_FILE": str(directory / "known.agekey")}
        self._environment["PATH"] = f"{built('cluster/bin')}{os.pathsep}{os.environ['PATH']}"
        self.public: dict[str, str] = {}
        self.private: dict[str, str] = {}
        for name in ("known", "other"):
            file = directory / f"{name}.agekey"
            self.run(f"age-keygen -o {file}")
            self.private[name] = file.read_text()
            self.public[name] = self.run(f"age-keygen -y {file}").strip()

    def encrypt_for(self, *names: str) -> None:
        """Write the `.sops.yaml` of the repository: as in many, it has a rule for files of this name only."""
        keys = ",".join(self.public[name] for name in names)
        rule = {"path_regex": r"apps/.*\.sops\.ya?ml", "age": keys}
        (self._tree / ".sops.yaml").write_text(yaml.safe_dump({"creation_rules": [rule]}))

    def run(self, command: str) -> str:
        """What a command of the shell prints, with SOPS and age on PATH, and the key that Flux has."""
        shell = ["bash", "-euc", command]
        done = subprocess.run(shell, cwd=self._tree, env=self._environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def keys(fleet: Fleet, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """The key that Flux has is in a Secret of its namespace, as Flux's documentation creates it."""
    made = Keys(tmp_path_factory.mktemp("keys"), fleet.tree)
    metadata = {"name": f"{fleet.name}-age", "namespace": SYSTEM}
    data = {"age.agekey": made.private["known"]}
    cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
    return made


def old_release(fleet: Fleet) -> dict[str, Any]:
    """A HelmRelease of the community's chart, with a user in its values."""
    secret = yaml.safe_load(fleet.cli("htpasswd", LOGIN[0], "--password-stdin", said=LOGIN[1]).out)
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": "docker-registry", "namespace": fleet.namespace},
        "spec": {
            "chart": {
                "spec": {"chart": "docker-registry", "sourceRef": {"kind": "HelmRepository", "name": "twuni"}},
            },
            "values": {
                "secrets": {"htpasswd": next(iter(secret["stringData"].values()))},
                "persistence": {"enabled": True, "size": "1Gi"},
            },
        },
    }


@pytest.fixture(scope="module", autouse=True)
def _deployed(fleet: Fleet, keys: Keys) -> None:
    """The registry after the import, with the command of its report, and a Flux Kustomization that decrypts."""
    keys.encrypt_for("known")
    (fleet.tree / "old.yaml").write_text(json.dumps(old_release(fleet)))
    report = fleet.cli("import", "old.yaml", "--output-dir", FOLDER).out
    (command,) = (line for line in report.splitlines() if line.startswith("  sops encrypt "))
    keys.run(command)
    (fleet.tree / "old.yaml").unlink()
    fleet.describe(
        namespace={"name": fleet.namespace, "create": True},
        source={"name": fleet.name},
        kustomization={"resources": [Path(USERS).name]},
        flux={"name": f"{fleet.name}-registry", "retryInterval": "2s", "clusters": ["home"]},
    )
    assert "flux-decryption" in fleet.cli("render", fleet.description, "--check", code=1).err
    fleet.commit("Add a registry with a user", flux={"decryption": {"secretRef": {"name": f"{fleet.name}-age"}}})
    fleet.follow("clusters/home")
    fleet.ready()


def test_git_has_no_password_and_validate_accepts_the_encrypted_secret(fleet: Fleet) -> None:
    assert sorted(path.name for path in fleet.folder.iterdir() if "users" in path.name) == [Path(USERS).name]
    assert "$2" not in (fleet.tree / USERS).read_text()
    fleet.cli("validate", ".", "--fail-on", "warning")


def test_registry_lets_in_the_user_of_the_decrypted_secret(fleet: Fleet, cluster: Cluster, pushed: Blob) -> None:
    with cluster.forward(fleet.namespace) as address:
        Repository(f"http://{address}", "app", LOGIN).push(pushed, "1")
        with pytest.raises(requests.HTTPError, match="401"):
            Repository(f"http://{address}", "app", (LOGIN[0], "wrong")).tags()
    ready_without_causes(fleet)


def test_file_for_a_key_that_flux_does_not_have_is_named_with_the_command(fleet: Fleet, keys: Keys) -> None:
    keys.encrypt_for("other")
    keys.run(f"sops updatekeys --yes {USERS}")
    fleet.push("Encrypt for another key")
    saying = "none of the keys of SOPS that the Kustomization has decrypts a file"
    found = cause(fleet, CauseId.APPLY_FAILED, saying, Severity.WARNING)
    assert f"({fleet.name}-age)" in found.remedy
    assert "`sops updatekeys FILE`" in found.remedy


def test_registry_is_current_again_after_the_command(fleet: Fleet, cluster: Cluster, keys: Keys, pushed: Blob) -> None:
    keys.encrypt_for("known", "other")
    other = keys.private["other"].splitlines()[-1]
    keys.run(f"SOPS_AGE_KEY={other} sops updatekeys --yes {USERS}")
    fleet.push("Encrypt for the key that Flux has, too")
    fleet.ready()
    ready_without_causes(fleet)
    with cluster.forward(fleet.namespace) as address:
        assert Repository(f"http://{address}", "app", LOGIN).lacks(pushed) == []
