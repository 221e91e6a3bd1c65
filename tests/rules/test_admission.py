"""What examples in files show badly: sizes, the syntax of quantities and schedules, and objects of other types."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.validation import ValidationOptions, examine


def rules_found(text: str, folder: Path, rule: str) -> list[str]:
    file = folder / "objects.yaml"
    file.write_text(text, "utf-8")
    return [found.id for found in examine([str(file)], ValidationOptions(only=frozenset({rule}))).findings]


@pytest.mark.parametrize(("characters", "expected"), [(2**20, []), (2**20 + 1, ["data-too-large"])])
def test_config_map_over_1_mebibyte_is_an_error(characters: int, expected: list[str], tmp_path: Path) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {'a' * characters}\n"
    assert rules_found(text, tmp_path, "data-too-large") == expected


@pytest.mark.parametrize(("characters", "expected"), [(2**20, []), (2**20 + 1, ["data-too-large"])])
def test_secret_over_1_mebibyte_is_an_error(characters: int, expected: list[str], tmp_path: Path) -> None:
    text = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  a: {'a' * characters}\n"
    assert rules_found(text, tmp_path, "data-too-large") == expected


def test_size_of_a_config_map_is_counted_in_bytes(tmp_path: Path) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {'ä' * (2**19 + 1)}\n"
    assert rules_found(text, tmp_path, "data-too-large") == ["data-too-large"]


@pytest.mark.parametrize("size", ["1", "1.5Gi", ".5Gi", "1.", "100m", "1e3", "1E3", "2E", "1e-1", "+1Ki", "5k"])
def test_quantity_of_kubernetes_is_accepted(size: str, tmp_path: Path) -> None:
    assert rules_found(claim(size), tmp_path, "invalid-quantity") == []


@pytest.mark.parametrize(
    "size", ["1K", "1KB", "10GB", "1,5Gi", "1 Gi", "Gi", ".", "1gi", "1e", "1Gi5", "0x10", "-1", "0"]
)
def test_other_text_is_no_quantity_of_a_claim(size: str, tmp_path: Path) -> None:
    assert rules_found(claim(size), tmp_path, "invalid-quantity") == ["invalid-quantity"]


def claim(size: str) -> str:
    return (
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: a\nspec:\n  accessModes: [ReadWriteOnce]\n"
        f'  resources:\n    requests:\n      storage: "{size}"\n'
    )


@pytest.mark.parametrize("later", ["${PORT}", "ENC[AES256_GCM,data:aaaa,type:str]"])
def test_value_that_is_decided_later_is_accepted(later: str, tmp_path: Path) -> None:
    text = (
        f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {later}\n  labels:\n    a: {later}\n"
        f"spec:\n  type: {later}\n"
        f"  clusterIP: {later}\n  ports:\n    - port: 80\n      targetPort: {later}\n      protocol: {later}\n"
    )
    assert examine([str(write(text, tmp_path))]).findings == ()


def write(text: str, folder: Path) -> Path:
    file = folder / "objects.yaml"
    file.write_text(text, "utf-8")
    return file
