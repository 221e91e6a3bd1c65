"""Logs and messages of the cluster come out without credentials."""

from __future__ import annotations

import pytest

from registry_gitops.cluster.status.causes.pod import last_words
from registry_gitops.cluster.status.masking import masked


@pytest.mark.parametrize(
    "text",
    [
        "dial redis://user:hunter2@cache:6379: refused",
        "password: hunter2",
        'password="hunter2", user="me"',
        "REGISTRY_REDIS_PASSWORD=hunter2",
        "storage: s3: secretkey: hunter2",
        '{"secret": "hunter2"}',
        "authorization: Basic hunter2",
        "Authorization: Bearer hunter2",
        "token=hunter2&scope=pull",
        "accountkey: 'hunter2'",
    ],
)
def test_a_credential_is_masked(text: str) -> None:
    assert "hunter2" not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        'secret "docker-registry-users" not found',
        'MountVolume.SetUp failed for volume "htpasswd" : secret "users" not found',
        "http://127.0.0.1:8080/v2/",
        "invalid loglevel warning Must be one of [error, warn, info, debug]",
    ],
)
def test_what_only_speaks_of_one_stays(text: str) -> None:
    assert masked(text) == text


def test_of_a_log_the_last_line_about_an_error_counts_for_usage_may_follow_it() -> None:
    log = "starting\nconfiguration error: invalid loglevel\nUsage:\n  registry serve <config> [flags]\n\n"
    assert last_words(log) == "configuration error: invalid loglevel"
    assert last_words("one\ntwo\n") == "two"
    assert last_words("") == ""
