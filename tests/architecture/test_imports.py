"""Imports run one way through the rooms, and a room that must stay light stays light."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PACKAGE = Path(__file__).parents[2] / "registry_gitops"

# Package -> packages that it may import, besides COMMON, which all but the registry may import.
MAY_IMPORT = {
    "registry": set(),
    "cluster": {"report"},
    "model": set(),
    "codec": set(),
    "report": {"model"},
    "smoke": {"report"},
    "values": {"model"},
    "manifests": {"model"},
    "deployment": {"codec", "manifests", "model", "values"},
    "facts": {"deployment", "values"},
    "rules": {"deployment", "facts", "values"},
    "render": {"codec", "deployment", "facts", "manifests", "rules", "values"},
    "schema": {"codec", "deployment", "model", "values"},
    "starter": {"codec", "deployment", "facts", "render", "schema"},
    "target": {"cluster", "deployment", "facts", "smoke"},
    "cli": {
        "cluster",
        "codec",
        "deployment",
        "registry",
        "render",
        "report",
        "rules",
        "schema",
        "smoke",
        "starter",
        "target",
        "values",
    },
}
COMMON = {"amounts", "errors", "findings", "masking", "version"}
# Package -> top-level modules that it may import, if not just COMMON.
TOP: dict[str, set[str]] = {
    "registry": set(),
    "render": COMMON | {"assets"},
    "starter": COMMON | {"assets", "filenames"},
    "cli": COMMON | {"filenames", "htpasswd"},
}

# A push and a pull, so that whatever is imported late has been.
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
    import time; time.sleep(0.2)
print(sorted(name for name in sys.modules if name.startswith("registry_gitops") and ".registry" not in name))
"""


def imports(path: Path) -> set[str]:
    """Dotted names of our own modules that a file imports, wherever in the file it does."""
    return {name for name in all_imports(path) if name.split(".")[0] == "registry_gitops"}


def all_imports(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def rooms_of(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.count(".")}


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - {"_templates"}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room} | TOP.get(room, COMMON)
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / room).rglob("*.py")
        for name in imports(path)
        if not rooms_of({name}) <= allowed
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("yaml", {"codec"}),
        ("typer", {"cli"}),
        ("requests", {"smoke"}),
        # kubectl, and the programs that hold a user's passwords (docker-credential-...).
        ("subprocess", {"cluster", "smoke"}),
    ],
)
def test_a_library_is_used_in_its_rooms_only(library: str, rooms: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == library)
    }
    assert users <= rooms


def test_importing_the_package_or_its_command_line_loads_no_models() -> None:
    heavy = {"pydantic", "yaml", "rich"}
    code = f"import sys, registry_gitops, registry_gitops.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"


def test_the_registry_imports_the_standard_library_and_nothing_else() -> None:
    allowed = sys.stdlib_module_names | {"registry_gitops"}
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / "registry").rglob("*.py")
        for name in all_imports(path)
        if name.split(".")[0] not in allowed | ({"bcrypt"} if path.name == "authentication.py" else set())
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
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['registry_gitops', 'registry_gitops.version']\n"
    assert "garbage collected" in done.stderr
