"""The library calls behind `init`: what they return, write, and refuse. The texts are tested by way of the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_gitops import InputError, load
from registry_gitops.starter import create_files, starter_files


def test_starter_files_create_a_config_file_that_loads(tmp_path: Path) -> None:
    create_files(starter_files(tmp_path, "git", name="images"), tmp_path)
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
def test_starter_files_refuses_what_no_deployment_can_have_and_names_the_key(
    tmp_path: Path, options: dict[str, Any], key: str
) -> None:
    with pytest.raises(InputError) as caught:
        starter_files(tmp_path, options.pop("source", "git"), **options)
    assert [finding.location.key for finding in caught.value.findings] == [key]


def test_create_files_writes_nothing_if_one_file_exists(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="already exists"):
        create_files({"a": "1", "b": "2"}, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
