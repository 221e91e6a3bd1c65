"""The distribution-spec's own program finds nothing to complain about, and skips nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bcrypt
import pytest

from tests.support.certificate import make_certificate
from tests.support.conformance import Verdict, judge
from tests.support.oci_registry import ServedRegistry
from tests.support.registry import RealRegistry
from tests.support.tools import ToolProblem

pytestmark = pytest.mark.tools

SPARSE = {"OCI_DATA_SPARSE": "true"}
# A registry that does not mount blobs of repositories that are not named is asked 4 questions fewer, and skips 2.
ALL_OF_DEV = Verdict(passed=1032, failed=0, skipped=0, disabled=0)
# To cancel an upload is in `dev` only.
ALL_OF_1_1 = Verdict(passed=860, failed=0, skipped=0, disabled=2)


@pytest.mark.parametrize("root", ["on disk", "in memory"])
def test_all_of_the_coming_version_with_sparse_images(root: str, tmp_path: Path) -> None:
    with ServedRegistry(tmp_path / "root" if root == "on disk" else None) as served:
        verdict = judge(served.url, tmp_path / "results", settings=SPARSE)
    assert verdict == ALL_OF_DEV, str(verdict)


def test_all_of_version_1_1(tmp_path: Path) -> None:
    with ServedRegistry(tmp_path / "root") as served:
        verdict = judge(served.url, tmp_path / "results", version="1.1")
    assert verdict == ALL_OF_1_1, str(verdict)


def test_all_of_it_over_tls_with_a_login(tmp_path: Path) -> None:
    tls = make_certificate(tmp_path)
    htpasswd = tmp_path / "htpasswd"
    htpasswd.write_text(f"ada:{bcrypt.hashpw(b'secret', bcrypt.gensalt(4)).decode()}\n")
    login = {"OCI_USERNAME": "ada", "OCI_PASSWORD": "secret", "SSL_CERT_FILE": str(tls.certificate)}
    options = ("--htpasswd", htpasswd, "--tls-cert", tls.certificate, "--tls-key", tls.key)
    with ServedRegistry(tmp_path / "root", *options) as served:
        verdict = judge(served.url, tmp_path / "results", settings=SPARSE | login)
    assert verdict == ALL_OF_DEV, str(verdict)


def test_the_judge_names_what_a_registry_fails(tool: Callable[[str], Path], tmp_path: Path) -> None:
    config = "version: 0.1\nstorage: {filesystem: {}}\nhttp: {addr: any}\n"
    with RealRegistry(tool("registry"), config) as real:
        verdict = judge(real.url, tmp_path)
    assert verdict.failed > 0
    assert any("empty/referrers" in line and line.startswith("failure") for line in verdict.complaints)


def test_a_judge_that_was_set_up_wrongly_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(ToolProblem, match="unsupported config version"):
        judge("http://127.0.0.1:1", tmp_path, version="0.9")
