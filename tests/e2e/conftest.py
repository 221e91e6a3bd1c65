"""What the scenarios ask for: a cluster, a Git server, a repository of their own; and the cluster's word on failure."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from random import Random

import pytest

from registry_gitops.registry import ReferenceRegistry
from tests.e2e import charts
from tests.e2e.cluster import Cluster, NoCluster
from tests.e2e.fleet import Fleet
from tests.e2e.git_server import GitServer
from tests.e2e.page import Terminal
from tests.support.oci_content import Blob, image, write_layout

collect_ignore = ["bed"]
"""Its tests start beds of their own: `make e2e-endings`."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "disruptive: stops what other scenarios need; runs alone, after them")
    config.addinivalue_line("markers", "crowded: starts many registries at once, which others would have to wait for")
    config.addinivalue_line("markers", "long: waits for minutes, so it starts before the others")
    config.addinivalue_line("markers", "node: reaches the machine of the node, which only our own test bed lets it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long scenarios first; on somebody else's cluster, leave out what needs its node, and say so."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if os.environ.get("E2E_BED"):
        return
    for item in items:
        if item.get_closest_marker("node"):
            item.add_marker(pytest.mark.skip(reason="needs the node itself: `make e2e` brings one"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The cluster, with Flux, for the whole run; without one it ends here."""
    try:
        found = Cluster.of(os.environ)
    except NoCluster as problem:
        pytest.exit(str(problem), returncode=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(found.kubeconfig))
        yield found


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the Git repositories."""
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="session")
def git_server(cluster: Cluster, repositories: Path) -> Iterator[GitServer]:
    """Serves the repositories where the cluster's Flux can reach them."""
    with GitServer(repositories, cluster.address) as server:
        yield server


@pytest.fixture(scope="module")
def fleet(
    request: pytest.FixtureRequest, cluster: Cluster, git_server: GitServer, repositories: Path
) -> Iterator[Fleet]:
    """A repository for the tests of one file, named after it: they are one story, told in order."""
    name = re.sub(r"[^a-z0-9]+", "-", Path(str(request.path)).stem.removeprefix("test_"))
    with Fleet(cluster, git_server, repositories, f"e2e-{name}") as one:
        yield one


@pytest.fixture(scope="session")
def published(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the folder of charts in a registry that the cluster reaches, with our chart in it."""
    folder = tmp_path_factory.mktemp("published")
    with ReferenceRegistry(folder / "registry", (cluster.address, 0)) as registry:
        yield charts.push(registry, "charts")


@pytest.fixture(scope="module")
def terminal(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """An operator's, in a folder that has an image `hello-world`, as if it had been pulled."""
    folder = tmp_path_factory.mktemp("operator")
    write_layout(folder / "hello-world", "1", image(Random("hello"), 1000))
    with Terminal(fleet, folder) as one:
        yield one


@pytest.fixture(scope="module")
def pushed() -> Blob:
    """An image of two layers, for a test to push and for those after it to find again."""
    return image(Random(4), 3000, 70_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and call.when != "teardown" and isinstance(item, pytest.Function):
        found = item.funcargs.get("cluster")
        if isinstance(found, Cluster):
            report.sections += list(words_of(found))
    return report


def words_of(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """What the cluster has to say, as titles and texts: Flux's objects, Pods, events, and the logs of our own bed."""
    flux = "gitrepository,ocirepository,helmrepository,helmchart,kustomization,helmrelease"
    yield "Flux", cluster.kubectl_does("get", flux, "-A").stdout
    yield "Pods", cluster.kubectl_does("get", "pods,pvc,deploy,rs", "-A", "-o", "wide").stdout
    yield "events", cluster.kubectl_does("get", "events", "-A", "--sort-by=.lastTimestamp").stdout[-8000:]
    if cluster.bed:
        from tests.e2e.bed import logs

        yield "logs of the test bed", logs.tail(cluster.bed, 20)
