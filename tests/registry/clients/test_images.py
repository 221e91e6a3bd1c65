"""crane, oras, regctl and skopeo push to us and pull from us, and every byte arrives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.registry.clients.programs import CLIENTS, TAG, Registry, User, run
from tests.support.oci_content import PLATFORMS, Blob, artifact, image, index, layout_lacks, write_layout
from tests.support.oci_http import Repository

pytestmark = pytest.mark.tools

KIB = 1024
MIB = 1024 * KIB
_random = Random("clients")

CONTENT = {
    "image": image(_random, KIB, 300 * KIB, 5 * MIB),
    "index": index(image(_random, 20 * KIB), image(_random, 2 * MIB, KIB, platform=PLATFORMS[1])),
    "artifact": artifact(_random, 70 * KIB),
    "docker image": image(_random, KIB, 100 * KIB, docker=True),
    "docker list": index(
        image(_random, KIB, docker=True), image(_random, 9 * KIB, docker=True, platform=PLATFORMS[1]), docker=True
    ),
}

CASES = [
    (client, kind)
    for client in CLIENTS
    for kind in CONTENT
    # To skopeo an OCI image layout holds OCI images: see the copy of Docker's below.
    if not (client == "skopeo" and kind.startswith("docker"))
]


def there_and_back(user: User, content: Blob, folder: Path, name: str) -> None:
    """Push a layout, look at what the registry has, pull it, and look at what the client got."""
    write_layout(folder / "ours", TAG, content)
    user.push(folder / "ours", name)

    repository = Repository(user.registry.url, name, user.registry.login, user.registry.authority)
    assert repository.manifest(TAG) == (content.media_type, content.content)
    assert repository.lacks(content) == []

    user.pull(name, folder / "pulled")
    assert layout_lacks(folder / "pulled", content) == []


@pytest.mark.parametrize(("client", "kind"), CASES)
def test_over_plain_http_what_is_pushed_is_pulled(
    client: str, kind: str, plain: Registry, home: Path, tmp_path: Path
) -> None:
    there_and_back(User(CLIENTS[client], plain, home), CONTENT[kind], tmp_path, f"{client}/{kind.replace(' ', '-')}")


@pytest.mark.parametrize("kind", ["docker image", "docker list"])
def test_skopeo_copies_docker_images_from_one_repository_to_another(kind: str, plain: Registry, home: Path) -> None:
    content = CONTENT[kind]
    Repository(plain.url, "skopeo/from").push(content, TAG)
    images = [f"docker://{plain.host}/skopeo/{name}:{TAG}" for name in ("from", "to")]
    flags = ["--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false"]
    run(["skopeo", "copy", "--insecure-policy", *flags, *images], plain, home)
    copied = Repository(plain.url, "skopeo/to")
    assert copied.manifest(TAG) == (content.media_type, content.content)
    assert copied.lacks(content) == []


@pytest.mark.parametrize("client", CLIENTS)
def test_over_tls_who_has_logged_in_pulls_what_was_pushed(
    client: str, guarded: Registry, home: Path, tmp_path: Path
) -> None:
    user = User(CLIENTS[client], guarded, home)
    user.log_in()
    there_and_back(user, CONTENT["index"], tmp_path, f"team/{client}")


@pytest.mark.parametrize("client", CLIENTS)
def test_who_has_not_logged_in_is_turned_away(client: str, guarded: Registry, home: Path, tmp_path: Path) -> None:
    write_layout(tmp_path / "ours", TAG, CONTENT["artifact"])
    with pytest.raises(AssertionError, match=r"(?i)unauthorized|authentication required|credential not found"):
        User(CLIENTS[client], guarded, home).push(tmp_path / "ours", "team/nobody")
