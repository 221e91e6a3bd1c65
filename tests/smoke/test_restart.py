"""The image that must survive a restart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry_gitops.errors import InputError
from registry_gitops.registry import ReferenceRegistry
from registry_gitops.report import Outcome
from registry_gitops.smoke import Options, RestartImage, connect, push_restart_image, run_checks
from registry_gitops.smoke.checks.persistence import kept_after_restart


def test_image_that_survives_a_restart_is_found_and_deleted(tmp_path: Path) -> None:
    with ReferenceRegistry(tmp_path / "root") as registry, connect(registry.url) as client:
        push_restart_image(client).write(tmp_path / "state")
    restart = RestartImage.read(tmp_path / "state")
    with ReferenceRegistry(tmp_path / "root") as registry, connect(registry.url) as client:
        report = run_checks(client, [kept_after_restart], options=Options(restart=restart))
        again = run_checks(client, [kept_after_restart], options=Options(restart=restart))
    assert report.checks[0].outcome is Outcome.PASSED
    assert report.leftovers == ("the name of the empty repository registry-gitops/smoke",)
    assert again.checks[0].outcome is Outcome.FAILED


def test_check_fails_if_the_restart_lost_the_image() -> None:
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        restart = push_restart_image(client)
    with ReferenceRegistry() as registry, connect(registry.url) as client:
        report = run_checks(client, [kept_after_restart], options=Options(restart=restart))
    (finding,) = report.findings
    assert report.checks[0].outcome is Outcome.FAILED
    assert restart.tag in finding.message
    assert "persistence.enabled" in finding.remedy


def state(repository: object = "team/smoke", run_id: object = "0a1b", version: str = "v1") -> str:
    return json.dumps({"apiVersion": f"registry-gitops/restart/{version}", "repository": repository, "run_id": run_id})


def test_read_returns_what_a_run_before_the_restart_wrote(tmp_path: Path) -> None:
    (tmp_path / "state").write_text(state(), "utf-8")
    assert RestartImage.read(tmp_path / "state") == RestartImage("team/smoke", "0a1b")


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", '{"apiVersion": "other/v1"}', "[]", '"x"', "\N{SNOWMAN}", state(version="v2")),
        *map(state, ("", "UPPER", "../../v2", "a b", "a?n=1", "a" * 241, None, 1, ["a"])),
        *(state(run_id=run_id) for run_id in ("", "a/b", "../x", "a\n", "a" * 65, None, 1)),
    ],
)
def test_read_refuses_a_foreign_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "state").write_text(text, "utf-8")
    with pytest.raises(InputError, match="is not what --before-restart writes"):
        RestartImage.read(tmp_path / "state")


def test_read_and_write_report_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        RestartImage.read(tmp_path / "state")
    with pytest.raises(InputError, match="cannot be written"):
        RestartImage("a", "b").write(tmp_path / "none" / "state")
