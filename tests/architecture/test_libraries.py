"""A library is used in its packages only, and what must stay light stays light."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.modules import MODULES, PACKAGE, all_imports, part_of

# A push and a pull, so that whatever is imported late has been; and until its standard input is closed, collections.
ROUND_TRIP: Final = """
import sys
sys.path.insert(0, {root!r})
from http.client import HTTPConnection
from registry_gitops.registry import ReferenceRegistry, text_log
with ReferenceRegistry({folder!r}, access_log=text_log(sys.stderr), gc_interval=0.05) as registry:
    connection = HTTPConnection(*registry.address)
    for method, path, body, status in {requests!r}:
        connection.request(method, path, body)
        response = connection.getresponse()
        assert response.status == status, response.read()
        response.read()
    import select
    select.select([sys.stdin], [], [], 30)
print(sorted(name for name in sys.modules if name.startswith("registry_gitops") and ".registry" not in name))
"""


def libraries_of(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {name.split(".")[0] for name in all_imports(path)}


@pytest.mark.parametrize(
    ("library", "packages"),
    [
        ("yaml", {"codec"}),
        ("typer", {"cli"}),
        ("yaml_rs", {"documents"}),
        ("requests", {"smoke"}),
        # kubectl, git, kustomize, Helm, and the programs that hold a user's passwords (docker-credential-...).
        ("subprocess", {"cluster", "diff", "git_repository", "smoke", "validation"}),
    ],
)
def test_a_library_is_used_in_its_packages_only(library: str, packages: set[str]) -> None:
    users = {part_of(module) for module, path in MODULES.items() if library in libraries_of(path)}
    assert users <= packages


def test_importing_the_package_or_its_command_line_loads_no_models() -> None:
    heavy = {"pydantic", "yaml", "rich"}
    code = f"import sys, registry_gitops, registry_gitops.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_the_registry_imports_the_standard_library_and_nothing_else() -> None:
    allowed = sys.stdlib_module_names | {"registry_gitops"}
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {library}"
        for path in (PACKAGE / "registry").rglob("*.py")
        for library in libraries_of(path) - allowed - ({"bcrypt"} if path.name == "authentication.py" else set())
    }
    assert wrong == set()


def test_the_registry_pushes_pulls_and_collects_where_nothing_is_installed(tmp_path: Path) -> None:
    digest = f"sha256:{hashlib.sha256(b'content').hexdigest()}"
    index = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    requests = [
        ("POST", f"/v2/app/blobs/uploads/?digest={digest}", b"content", 201),
        ("GET", f"/v2/app/blobs/{digest}", None, 200),
        ("PUT", "/v2/app/manifests/1", index, 201),
        ("GET", "/v2/app/manifests/1", None, 200),
        ("GET", "/v2/app/tags/list", None, 200),
        ("GET", f"/v2/app/referrers/{digest}", None, 200),
        ("GET", "/v2/_catalog", None, 200),
        ("GET", "/healthz", None, 200),
        ("DELETE", "/v2/app/manifests/1", None, 202),
    ]
    code = ROUND_TRIP.format(root=str(PACKAGE.parent), folder=str(tmp_path), requests=requests)
    # Without site-packages: -S, and without what the environment says: -I.
    arguments = [sys.executable, "-I", "-S", "-c", code]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stderr
        written = ""
        while "garbage collected" not in written and (line := process.stderr.readline()):
            written += line
        output, rest = process.communicate(timeout=180)
    assert process.returncode == 0, written + rest
    assert output == "['registry_gitops', 'registry_gitops.version']\n"
    assert "garbage collected" in written


@pytest.mark.parametrize("arguments", [["validate", "namespace.yaml"], ["validate", "."]])
def test_a_validation_that_finds_nothing_loads_no_models(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "namespace.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: images\n")
    heavy = {"pydantic", "typer", "yaml", "rich"}
    loaded = f"print(sorted({heavy} & set(sys.modules)))"
    code = f"import sys; from registry_gitops.cli import main; main({arguments}); {loaded}"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert found.stdout.splitlines()[-1] == "[]"
