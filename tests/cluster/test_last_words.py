"""The last words of a container's log."""

from __future__ import annotations

from registry_gitops.cluster.status.causes.pod import last_words


def test_of_a_log_the_last_line_about_an_error_counts_for_usage_may_follow_it() -> None:
    log = "starting\nconfiguration error: invalid loglevel\nUsage:\n  registry serve <config> [flags]\n\n"
    assert last_words(log) == "configuration error: invalid loglevel"
    assert last_words("one\ntwo\n") == "two"
    assert last_words("") == ""
