"""The library calls behind `init`: what they return, write, and refuse. The texts are tested by way of the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_gitops import InputError, load
from registry_gitops.starter import StarterOptions, create_files, find_layout, make_starter


def test_make_starter_returns_a_config_file_that_loads(tmp_path: Path) -> None:
    create_files(make_starter(tmp_path, "flat", StarterOptions(name="images")).files, tmp_path)
    assert load(tmp_path / "registry.yaml").name == "images"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"name": "Images"}, "name"),
        ({"namespace": "a b"}, "namespace"),
        ({"source": "oci", "url": "https://example.com"}, "url"),
        ({"source": "helm", "url": "example.com"}, "url"),
        ({"source": "oci"}, "url"),
    ],
)
@pytest.mark.parametrize("layout", ["flat", "monorepo", "per-app"])
def test_make_starter_refuses_what_no_deployment_can_have_and_names_the_key(
    tmp_path: Path, layout: Any, options: dict[str, Any], key: str
) -> None:
    with pytest.raises(InputError) as caught:
        make_starter(tmp_path, layout, StarterOptions(**options))
    assert [finding.location.key for finding in caught.value.findings] == [key]


def test_create_files_writes_nothing_if_one_file_exists(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="already exists"):
        create_files({"a": "1", "b": "2"}, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_create_files_refuses_a_second_config_file_in_a_directory_below(tmp_path: Path) -> None:
    create_files({"apps/base/registry.py": ""}, tmp_path)
    with pytest.raises(InputError, match=r"apps/base/registry\.py: already exists"):
        create_files({"new/registry.yaml": "", "apps/base/registry.yaml": ""}, tmp_path)
    assert not (tmp_path / "new").exists()


def test_create_files_removes_what_it_created_if_a_write_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="nothing was changed"):
        create_files({"a/b/registry.yaml": "", "file/below/registry.yaml": ""}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("path", "layout"),
    [
        ("apps/base", "monorepo"),
        ("kubernetes/apps/media/plex/ks.yaml", "per-app"),
        ("kubernetes/main/apps/media/plex/ks.yaml", "per-app"),
        ("apps/registry", "flat"),
        ("clusters/home/flux-system", "flat"),
    ],
)
def test_find_layout_returns_what_a_directory_shows(tmp_path: Path, path: str, layout: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text("") if path.endswith(".yaml") else (tmp_path / path).mkdir()
    assert find_layout(tmp_path).layout == layout


def test_find_layout_of_a_directory_that_is_missing_is_flat(tmp_path: Path) -> None:
    assert find_layout(tmp_path / "new").layout == "flat"


@pytest.mark.parametrize(
    ("file", "remedy"),
    [
        ("README.md", "such as `registry-gitops init {}/registry`"),
        ("helmrelease.yaml", "or run `registry-gitops import {}`"),
    ],
)
def test_directory_with_files_that_render_would_overwrite_is_refused(tmp_path: Path, file: str, remedy: str) -> None:
    (tmp_path / file).write_text("mine")
    with pytest.raises(InputError) as refused:
        make_starter(tmp_path, "flat", StarterOptions())
    message = "exists, and `registry-gitops render` would have to overwrite it: pass a directory of its own, "
    assert str(refused.value) == f"{tmp_path / file}: {message}{remedy.format(tmp_path)}"
    (tmp_path / ".registry-gitops.sha256").touch()
    assert make_starter(tmp_path, "flat", StarterOptions())
