"""What every test may ask for: the real tools, and whether golden files are to be rewritten."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import tools
from tests.support.authority import Authority, make_authority
from tests.support.helm import Chart
from tests.support.kill_matrix import pytest_terminal_summary as pytest_terminal_summary
from tests.support.notification_sink import NotificationSink
from tests.support.redis import Redis
from tests.support.registry import RealRegistry
from tests.support.s3 import S3
from tests.support.token_server import TokenServer

# A slow example on a busy machine is no finding. The rest stays as hypothesis has it, in CI (derandomized) and at home.
settings.register_profile("no-deadline", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("no-deadline")

# A shell starts its background jobs with SIGINT ignored. What tests start would inherit that, and ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

E2E = Path(__file__).parent / "e2e"
collect_ignore = [E2E.name]
"""They need a cluster: `make e2e` names them, and then they are collected, with the marker `tools`."""

TOOL_FIXTURES = {
    *("chart", "crds", "envsubst", "goyaml", "kubeconform", "podsecurity", "tool"),
    *("authority", "real_registry", "redis", "redis_with_password", "redis_with_tls", "s3", "token_server"),
}
"""A test that uses one of these, directly or through another fixture, has the marker `tools` without saying so."""

UNMARKED = pytest.StashKey[frozenset[Path]]()
"""See the fixture `unmarked_files`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="rewrite the golden files with what the tests get; read the difference in review",
    )
    parser.addoption(
        "--crash-cycles",
        type=int,
        default=15,
        metavar="N",
        help="how often the registry is killed while images are pushed to it (default: 15)",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        implied = item.get_closest_marker("package_index") or E2E in item.path.parents
        if implied or not TOOL_FIXTURES.isdisjoint(fixtures):
            item.add_marker("tools")
    config.stash[UNMARKED] = frozenset(item.path for item in items if not item.get_closest_marker("tools"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    # A module that needs a tool when it is imported breaks `-m "not tools"`, although its tests are marked.
    tools.unmarked = "an import"
    try:
        return (yield)
    finally:
        tools.unmarked = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    tools.unmarked = None if item.get_closest_marker("tools") else item.nodeid
    tools.beyond_make_test = E2E in item.path.parents
    try:
        return (yield)
    finally:
        tools.unmarked, tools.beyond_make_test = None, True


@pytest.fixture(scope="session")
def unmarked_files(pytestconfig: pytest.Config) -> frozenset[Path]:
    """The files with a test without the marker `tools`, among those that this run has collected, chosen or not."""
    return pytestconfig.stash[UNMARKED]


@pytest.fixture(scope="session")
def update_goldens(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be rewritten (`pytest --update-goldens`)."""
    return bool(pytestconfig.getoption("update_goldens"))


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """`tool("helm")` is the program that `make test` has built; a test that asks for a missing one fails."""
    return tools.tool


@pytest.fixture(scope="session")
def chart() -> Chart:
    """Our chart and the real Helm: `chart.render(replicaCount=1).pod`."""
    return Chart(tools.tool("helm"))


@pytest.fixture(scope="session")
def crds() -> Path:
    """The folder of Flux's CRDs, `GROUP_PLURAL.yaml` each."""
    return tools.built("crds")


@pytest.fixture(scope="session")
def kubeconform() -> Callable[..., list[str]]:
    """See tests/support/tools.py."""
    return tools.kubeconform


@pytest.fixture(scope="session")
def podsecurity() -> Callable[..., list[str]]:
    """See tests/support/tools.py."""
    return tools.podsecurity


@pytest.fixture(scope="session")
def goyaml() -> Iterator[tools.GoYaml]:
    """Go's reading of YAML: `goyaml.read(text).sigs.value`. One process serves all tests."""
    with tools.GoYaml() as readers:
        yield readers


@pytest.fixture(scope="session")
def real_registry() -> Callable[..., RealRegistry]:
    """`with real_registry(config_text, environment={...}, files={...}) as registry:` runs the registry of the chart."""
    return partial(RealRegistry, tools.tool("registry"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that signs for loopback: `authority.sign("registry")`."""
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3 server; each test makes a bucket of its own."""
    with S3() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A redis that needs no password."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="session")
def redis_with_password() -> Iterator[Redis]:
    """A redis with a password that is no plain YAML."""
    with Redis(password="a #password: 'of redis'") as server:
        yield server


@pytest.fixture(scope="session")
def redis_with_tls(authority: Authority) -> Iterator[Redis]:
    """A redis with TLS, by a certificate of `authority`, and a password."""
    with Redis(password="a password", authority=authority) as server:
        yield server


@pytest.fixture(scope="session")
def token_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TokenServer]:
    """A token server with the user `pusher`, whose password is `push`; anonymous clients can pull."""
    with TokenServer(tmp_path_factory.mktemp("token-server"), {"pusher": "push"}) as server:
        yield server


@pytest.fixture
def notification_sink() -> Iterator[NotificationSink]:
    """An endpoint for the registry's notifications."""
    with NotificationSink() as sink:
        yield sink


@pytest.fixture(scope="session")
def envsubst() -> Iterator[tools.Envsubst]:
    """Flux's substitution: `envsubst.text("${A:=1}", A="2")`. One process serves all tests."""
    with tools.Envsubst() as flux:
        yield flux
