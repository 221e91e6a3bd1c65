"""A GitOps repository: a work tree to commit in, and the two objects by which Flux applies a folder of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.cli.running import Outcome, process
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.git_server import GitServer

SYSTEM = "flux-system"
"""Namespace of Flux's own objects."""

FOLDER = "apps/docker-registry"
"""Where in the repository the registry is described and rendered."""

_RETRY = {"strategy": {"name": "RetryOnFailure", "retryInterval": "5s"}}

IMPATIENT = {"timeout": "20s", "install": _RETRY, "upgrade": _RETRY}
"""`release:` of a description whose release is to fail: Flux gives each try up soon, and is soon back."""

_GIT = {
    "GIT_AUTHOR_NAME": "e2e",
    "GIT_AUTHOR_EMAIL": "e2e@example.com",
    "GIT_COMMITTER_NAME": "e2e",
    "GIT_COMMITTER_EMAIL": "e2e@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


class Fleet:
    """A Git repository with one registry in it, which Flux reads; a context manager.

    `name` is that of the repository, of its GitRepository and Kustomization, and of the Namespace that the registry
    gets: one for each test, so that tests do not meet. Everything is gone from the cluster at the end of the block.
    """

    def __init__(self, cluster: Cluster, git: GitServer, root: Path, name: str) -> None:
        self.cluster = cluster
        self.name = name
        self.url = f"{git.url}/{name}.git"
        self.tree = root / "trees" / name
        self._bare = root / f"{name}.git"

    @property
    def namespace(self) -> str:
        """Namespace of the registry."""
        return self.name

    @property
    def folder(self) -> Path:
        """The registry's folder in the work tree."""
        return self.tree / FOLDER

    @property
    def description(self) -> Path:
        """The registry's registry.yaml."""
        return self.folder / "registry.yaml"

    def __enter__(self) -> Self:
        self.tree.mkdir(parents=True)
        git(self.tree.parent, "init", "-q", "--bare", "-b", "main", str(self._bare))
        git(self.tree, "init", "-q", "-b", "main")
        git(self.tree, "remote", "add", "origin", str(self._bare))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def cli(self, *arguments: str | Path, code: int = 0, said: str | None = None) -> Outcome:
        """Run `registry-gitops` in the work tree; it has to end with `code`. `said` is its stdin."""
        outcome = process(*arguments, folder=self.tree, input=said)
        assert outcome.code == code, f"registry-gitops {' '.join(map(str, arguments))}: {outcome}"
        return outcome

    def init(self, *options: str) -> None:
        """Let `registry-gitops init` write the description; it names our GitRepository in place of flux-system."""
        self.cli("init", FOLDER, "--namespace", self.namespace, *options)
        text = self.description.read_text()
        self.description.write_text(text.replace("\n  name: flux-system\n", f"\n  name: {self.name}\n"))

    def describe(self, **changes: Any) -> None:
        """Change the description: `values={"image": {"tag": "3"}}` is merged into what it says."""
        said = yaml.safe_load(self.description.read_text())
        self.description.write_text(yaml.safe_dump(merged(said, changes), sort_keys=False))

    def render(self, *options: str) -> None:
        """Let `registry-gitops render` write the manifests."""
        self.cli("render", self.description, *options)

    def push(self, message: str) -> str:
        """Commit all that is in the work tree, push it, and give the commit's id."""
        git(self.tree, "add", "--all")
        git(self.tree, "commit", "-q", "-m", message)
        git(self.tree, "push", "-q", "origin", "main")
        return git(self.tree, "rev-parse", "HEAD").strip()

    def commit(self, message: str, *, allow: str | None = None, **changes: Any) -> str:
        """Change the description, render it, commit and push, and give the commit's id. `allow` is a rule to ignore."""
        if changes:
            self.describe(**changes)
        self.render(*(("--allow", allow) if allow else ()))
        return self.push(message)

    def follow(self, path: str = "apps", *, wait: bool = True, suffix: str = "", **options: Any) -> None:
        """Have Flux apply a folder of the repository, as `flux bootstrap` would. New commits are seen in seconds.

        `options` are more of the spec of the Kustomization. One with a suffix in its name is left to the story.
        """
        flux = {"namespace": SYSTEM, "name": self.name}
        source = {"kind": "GitRepository", "name": self.name}
        self.cluster.apply(
            {
                "apiVersion": "source.toolkit.fluxcd.io/v1",
                "kind": "GitRepository",
                "metadata": flux,
                "spec": {"interval": "2s", "url": self.url, "ref": {"branch": "main"}},
            },
            {
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
                "kind": "Kustomization",
                "metadata": {**flux, "name": self.name + suffix},
                "spec": {
                    "interval": "1h",
                    "retryInterval": "5s",
                    "timeout": "1m",
                    "prune": True,
                    "wait": wait,
                    "path": f"./{path}",
                    "sourceRef": source,
                    **options,
                },
            },
        )

    def deploy(self, **changes: Any) -> None:
        """Describe the default deployment with some changes, and wait until it is ready."""
        self.init()
        self.commit("Add a registry", **changes)
        self.follow(wait=False)
        self.ready()

    def release(self) -> dict[str, Any] | None:
        """The HelmRelease."""
        return self.cluster.get("helmrelease", "docker-registry", self.namespace)

    def applied(self) -> str:
        """Revision that the Kustomization has applied: `main@sha1:...`, empty where it has applied none."""
        found = self.cluster.get("kustomization", self.name, SYSTEM)
        return str((found or {}).get("status", {}).get("lastAppliedRevision", ""))

    def pods(self) -> list[dict[str, Any]]:
        """The registry's Pods, without any that is on its way out."""
        found = self.cluster.select("pods", self.namespace, "app.kubernetes.io/name=docker-registry")
        return [each for each in found if "deletionTimestamp" not in each["metadata"]]

    def ready(self, seconds: float = 180) -> dict[str, Any]:
        """Wait until the newest commit is applied and the HelmRelease is Ready with it, and give the HelmRelease."""
        commit = git(self.tree, "rev-parse", "HEAD").strip()
        until("application of the newest commit", lambda: commit in self.applied(), seconds)

        def release() -> dict[str, Any] | None:
            found = self.release()
            return found if is_ready(found) else None

        return until("HelmRelease that is Ready", release, seconds)

    def reconcile(self, kind: str, name: str, namespace: str) -> None:
        """Have Flux look at an object at once, as `flux reconcile` does."""
        stamp = f"reconcile.fluxcd.io/requestedAt={os.urandom(8).hex()}"
        self.cluster.kubectl("annotate", "--overwrite", "-n", namespace, kind, name, stamp)

    def remove(self) -> None:
        """Have Flux remove all that it has applied, then the objects by which it did, and the Namespace."""
        # Our own bed goes as a whole, so nobody waits there.
        how = ("--ignore-not-found", "--timeout=90s", f"--wait={str(self.cluster.bed is None).lower()}")
        for kind in ("kustomization", "gitrepository"):
            self.cluster.kubectl("delete", kind, self.name, "-n", SYSTEM, *how)
        self.cluster.kubectl("delete", "namespace", self.namespace, *how)


def merged(old: Any, new: Any) -> Any:
    """`old` with the keys of `new` set, in maps of maps too; a key that is None goes."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    both = {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return {key: value for key, value in both.items() if value is not None}


def git(folder: Path, *words: str) -> str:
    """What git prints."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env={**os.environ, **_GIT}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout
