"""The last words of a container's log."""

from __future__ import annotations

from registry_gitops.cluster.status.causes.pod import find_error_line


def test_of_a_log_the_last_line_about_an_error_counts_for_usage_may_follow_it() -> None:
    log = "starting\nconfiguration error: invalid loglevel\nUsage:\n  registry serve <config> [flags]\n\n"
    assert find_error_line(log) == "configuration error: invalid loglevel"
    assert find_error_line("one\ntwo\n") == "two"
    assert find_error_line("") == ""
