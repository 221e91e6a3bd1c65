"""`smoke --expect`, and the promises of a config file: what is compared, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry import ReferenceRegistry
from registry_gitops.smoke import PROMISE_WORDS, Expectations
from registry_gitops.smoke.promise_words import parse_promises
from tests.cli.running import Run
from tests.registry.api.basic_auth import line


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceRegistry() as registry:
        yield registry.url


def test_words_are_promises_by_their_names() -> None:
    assert parse_promises(["login, no-delete", "tls"]) == {"login": True, "delete": False, "tls": True}
    assert parse_promises(["cache"]) == {"cache": True, "push": False}
    assert parse_promises(()) == {}
    assert Expectations(**parse_promises(PROMISE_WORDS)).relative_urls is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--expect", "logn"), 'unknown word "logn": did you mean login?'),
        (("--expect", "no-delet"), 'unknown word "no-delet": did you mean no-delete?'),
        (("--expect", "login,"), 'unknown word "": write one of login, anonymous-pull'),
        (("--expect", "delete,no-delete"), "delete and no-delete exclude each other"),
        (("--expect", "delete", "--expect", "no-delete"), "delete and no-delete exclude each other"),
    ],
)
def test_wrong_word_is_refused(cli: Run, url: str, words: tuple[str, ...], message: str) -> None:
    done = cli("smoke", url, *words)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.split())


def test_difference_from_what_is_expected_is_a_failed_check(cli: Run, url: str) -> None:
    checks = ("--check", "promised-login", "--check", "promised-deletion")
    done = cli("smoke", url, "--expect", "login,delete", *checks)
    assert done.code == 1
    assert "--expect promises a login, but without credentials GET /v2/ returned 200" in " ".join(done.out.split())
    assert "Set `auth.htpasswd.enabled` to true" in " ".join(done.out.split())
    assert cli("smoke", url, "--expect", "no-login,delete", *checks).code == 0


def test_config_file_promises_at_another_url(cli: Run, url: str, tmp_path: Path) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text("values:\n  auth:\n    htpasswd:\n      enabled: true\n      existingSecret: users\n")
    done = cli("smoke", config, "--url", url, "--check", "promised-login")
    assert done.code == 1
    assert "registry.yaml promises a login" in done.out
    shown = " ".join(done.out.split())
    assert "In registry.yaml, `auth.htpasswd.enabled` is already as it should be." in shown
    assert "another registry or an old Pod is behind this address" in shown
    assert cli("smoke", config, "--url", url, "--expect", "no-login", "--check", "promised-login").code == 0


def test_login_that_nobody_promised_is_said_if_nothing_can_be_checked(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "users").write_text(line("me", "correct-horse"))
    (tmp_path / "registry.yaml").write_text("name: images")
    with ReferenceRegistry(htpasswd=tmp_path / "users") as registry:
        done = cli("smoke", "registry.yaml", "--url", registry.url)
    assert done.code == 3
    assert "returned 401, and no credentials were given. registry.yaml promises that no login is needed." in done.err


def test_nothing_is_compared_without_promises(cli: Run, url: str) -> None:
    done = cli("smoke", url, "--check", "promised-login", "-o", "json")
    assert done.code == 0
    assert "nothing was promised: pass a config file, or --expect" in done.out
