"""Helm pushes charts to us and pulls them, and oras and regctl do so with files and what refers to them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from tests.registry.clients.programs import Registry, run
from tests.support.helm import CHART
from tests.support.oci_content import artifact, image
from tests.support.oci_http import Repository

pytestmark = pytest.mark.tools

_random = Random("charts")


@pytest.fixture
def package(plain: Registry, home: Path) -> Path:
    """Our chart as a package."""
    run(["helm", "package", CHART, "--destination", home], plain, home)
    (made,) = home.glob("*.tgz")
    return made


def test_a_chart_is_pulled_as_it_was_pushed(plain: Registry, package: Path, home: Path) -> None:
    run(["helm", "push", package, f"oci://{plain.host}/charts", "--plain-http"], plain, home)
    (version,) = Repository(plain.url, "charts/docker-registry").tags()
    assert package.name == f"docker-registry-{version}.tgz"

    place = home / "pulled"
    place.mkdir()
    chart = f"oci://{plain.host}/charts/docker-registry"
    run(["helm", "pull", chart, "--version", version, "--plain-http", "--destination", place], plain, home)
    assert (place / package.name).read_bytes() == package.read_bytes()
    # Helm lists the tags where a range of versions is asked for.
    shown = run(["helm", "show", "chart", chart, "--version", ">=0.0.1", "--plain-http"], plain, home)
    assert f"version: {version}" in shown


def test_over_tls_who_has_logged_in_pushes_a_chart_and_pulls_it(guarded: Registry, package: Path, home: Path) -> None:
    assert guarded.login is not None
    user, password = guarded.login
    run(["helm", "registry", "login", guarded.host, "--username", user, "--password", password], guarded, home)
    run(["helm", "push", package, f"oci://{guarded.host}/charts"], guarded, home)
    place = home / "pulled"
    place.mkdir()
    run(["helm", "pull", f"oci://{guarded.host}/charts/docker-registry", "--destination", place], guarded, home)
    assert (place / package.name).read_bytes() == package.read_bytes()


def test_oras_pushes_a_file_and_finds_what_was_attached_to_it(plain: Registry, home: Path) -> None:
    data = _random.randbytes(123_456)
    (home / "firmware.bin").write_bytes(data)
    (home / "sbom.json").write_text("{}")
    name = f"{plain.host}/oras/files:v1"
    pushed = ["oras", "push", "--plain-http", name, "firmware.bin:application/octet-stream"]
    run(pushed, plain, home)
    attached = ["oras", "attach", "--plain-http", "--artifact-type", "application/vnd.example.sbom", name, "sbom.json"]
    run(attached, plain, home)
    found = json.loads(run(["oras", "discover", "--plain-http", "--format", "json", name], plain, home))
    assert [each["artifactType"] for each in found["referrers"]] == ["application/vnd.example.sbom"]

    run(["oras", "pull", "--plain-http", "--output", "pulled", name], plain, home)
    assert (home / "pulled" / "firmware.bin").read_bytes() == data


def test_regctl_copies_an_image_with_what_refers_to_it(plain: Registry, home: Path) -> None:
    source, target = Repository(plain.url, "regctl/source"), Repository(plain.url, "regctl/target")
    signed = image(_random, 1024)
    signature = artifact(_random, 100, subject=signed)
    source.push(signed, "v1")
    source.push(signature)
    names = [f"{plain.host}/regctl/{name}:v1" for name in ("source", "target")]
    run(["regctl", f"--host=reg={plain.host},tls=disabled", "image", "copy", "--referrers", *names], plain, home)
    assert target.lacks(signed) == []
    assert target.lacks(signature) == []


def test_crane_lists_and_deletes(plain: Registry, home: Path) -> None:
    repository = Repository(plain.url, "crane/many")
    kept, removed = image(_random, 1024), image(_random, 1024)
    repository.push(kept, "1.0", "latest")
    repository.push(removed, "0.9")
    name = f"{plain.host}/crane/many"
    assert run(["crane", "ls", "--insecure", name], plain, home).split() == ["0.9", "1.0", "latest"]
    assert "crane/many" in run(["crane", "catalog", "--insecure", plain.host], plain, home).split()
    assert run(["crane", "digest", "--insecure", f"{name}:latest"], plain, home).strip() == kept.digest
    run(["crane", "delete", "--insecure", f"{name}@{removed.digest}"], plain, home)
    assert run(["crane", "ls", "--insecure", name], plain, home).split() == ["1.0", "latest"]
