"""registry-gitops import: the files that it writes, its exit codes, and what it refuses with nothing written."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from .running import Run, listing

RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: docker-registry
  namespace: registry
spec:
  interval: 15m
  chart:
    spec:
      chart: docker-registry
      sourceRef:
        kind: HelmRepository
        name: twuni
  values:
    persistence:
      enabled: true
    secrets:
      haSharedSecret: not-a-real-secret
"""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "old" / "release.yaml"
    path.parent.mkdir()
    path.write_text(RELEASE, "utf-8")
    return path


def test_import_writes_a_config_file_that_renders(cli: Run, tmp_path: Path, release: Path) -> None:
    done = cli("import", "old", "--output-dir", "new")
    assert done.code == 0
    assert done.out.startswith("HelmRelease (helm.toolkit.fluxcd.io/v2) of the community's docker-registry chart: ")
    assert "Needs a decision" not in done.out
    assert "created new/registry.yaml" in done.err
    assert cli("render", "new/registry.yaml").code == 0
    assert (tmp_path / "new" / "helmrelease.yaml").exists()


def test_import_exits_1_if_a_key_needs_a_decision(cli: Run, release: Path) -> None:
    release.write_text(RELEASE.replace("interval: 15m", "interval: 15m\n  bogus: 1"), "utf-8")
    done = cli("import", "old", "--output-dir", "new")
    assert done.code == 1
    assert "old/release.yaml:8:3: spec.bogus: " in done.out


def test_import_reports_as_json(cli: Run, release: Path) -> None:
    done = cli("import", "old/release.yaml", "--output-dir", "new", "-o", "json")
    report = json.loads(done.out)
    assert report["apiVersion"] == "registry-gitops/import/v1"
    assert report["config"] == "new/registry.yaml"
    size = next(each for each in report["outcomes"] if each["key"] == "spec.values.persistence.enabled")
    assert size == {
        "file": "old/release.yaml",
        "line": 16,
        "column": 7,
        "key": "spec.values.persistence.enabled",
        "fate": "kept",
        "to": ["values.persistence.enabled"],
        "options": [],
        "keys": [],
    }


def test_secret_is_in_a_file_that_git_ignores_and_others_cannot_read(cli: Run, tmp_path: Path, release: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / ".gitignore").write_text("*.log", "utf-8")
    done = cli("import", "old", "--output-dir", "new")
    secret = tmp_path / "new" / "docker-registry-http.plain.yaml"
    assert yaml.safe_load(secret.read_text("utf-8"))["stringData"] == {"http-secret": "not-a-real-secret"}
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert (tmp_path / "new" / ".gitignore").read_text("utf-8") == "*.log\ndocker-registry-http.plain.yaml\n"
    assert "not-a-real-secret" not in done.out + done.err


def test_import_never_overwrites_a_file(cli: Run, tmp_path: Path, release: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "registry.yaml").write_text("name: mine\n", "utf-8")
    (tmp_path / "new" / ".gitignore").write_text("*.log", "utf-8")
    before = dict(listing(tmp_path))
    done = cli("import", "old", "--output-dir", "new")
    assert (done.code, done.out, done.err) == (2, "", "new/registry.yaml: already exists, and is never overwritten\n")
    assert dict(listing(tmp_path)) == before


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "old: has no YAML and no JSON that can be read"),
        ("a: 1\n", "has no registry that is known"),
        ("a: [1\n", "old/release.yaml:2:1"),
        ("\x00", "old/release.yaml"),
        (f"{RELEASE}---\n{RELEASE}", "is one of 2 registries here"),
        (
            RELEASE.replace("name: docker-registry\n  namespace", "name: Docker_Registry\n  namespace"),
            "release.yaml:4:9",
        ),
        ("source: {type: git}\nname: registry\n", "is a config file of registry-gitops already"),
    ],
)
def test_input_that_cannot_be_imported_is_refused(
    cli: Run, tmp_path: Path, release: Path, text: str, error: str
) -> None:
    release.write_text(text, "utf-8")
    done = cli("import", "old", "--output-dir", "new")
    assert (done.code, done.out) == (2, "")
    assert error in done.err
    assert not (tmp_path / "new").exists()


def test_path_that_does_not_exist_is_refused(cli: Run, tmp_path: Path) -> None:
    done = cli("import", "nowhere")
    assert (done.code, done.out) == (2, "")
    assert done.err == "nowhere: cannot read the file: No such file or directory\n"
    assert list(listing(tmp_path)) == []


def test_template_next_to_the_registry_is_told(cli: Run, release: Path) -> None:
    release.with_name("service.yaml").write_text("{{- if .Values.x }}\nkind: Service\n{{- end }}\n", "utf-8")
    done = cli("import", "old", "--output-dir", "new")
    assert done.code == 0
    assert "old/service.yaml was not read: it is a template, and no YAML: render it, and import the result" in done.out
