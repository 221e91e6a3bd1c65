"""The image: a reference that was pasted in one piece is taken apart, and versions that cannot work are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import Image, RegistryValues

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("image", "remedy"),
    [
        ({"repository": "library/registry:3"}, 'write repository: "library/registry", tag: "3"'),
        ({"repository": "ghcr.io/x/y:3.1"}, 'write registry: "ghcr.io", repository: "x/y", tag: "3.1"'),
        ({"repository": "localhost:5000/x"}, 'write registry: "localhost:5000", repository: "x"'),
        ({"repository": "a.example.com:5000/x/y"}, 'write registry: "a.example.com:5000", repository: "x/y"'),
        ({"repository": f"registry@{DIGEST}"}, f'write repository: "registry", digest: "{DIGEST}"'),
        (
            {"repository": f"ghcr.io/x/y:3@{DIGEST}"},
            f'write registry: "ghcr.io", repository: "x/y", tag: "3", digest: "{DIGEST}"',
        ),
        ({"tag": f"3.1.1@{DIGEST}"}, f'write tag: "3.1.1", digest: "{DIGEST}"'),
        ({"tag": DIGEST}, f'write digest: "{DIGEST}"'),
    ],
)
def test_whole_reference_is_refused_with_its_parts(image: dict[str, Any], remedy: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Image.model_validate(image)
    (error,) = caught.value.errors()
    assert error["loc"] == tuple(image)
    assert remedy in error["msg"]


@pytest.mark.parametrize("repository", ["a.b/c", "x/y.z", "mirror/docker.io/library/registry"])
def test_repository_with_dots_is_accepted(repository: str) -> None:
    assert Image(registry="mirror.example.com", repository=repository).repository == repository


@pytest.mark.parametrize("tag", ["", "3", "3.1", "3.1.1", "3.1.1-alpine", "v3.0.0-rc.1", "latest", "edge", "4"])
def test_tag_of_v3_or_later_is_accepted(tag: str) -> None:
    assert RegistryValues(image=Image(tag=tag)).image.tag == tag


def test_digest_beside_a_tag_of_v2_is_refused_too() -> None:
    with pytest.raises(ValidationError, match="older than registry v3"):
        RegistryValues(image=Image(tag="2", digest=DIGEST))


@pytest.mark.parametrize(
    ("resources", "key", "remedy"),
    [
        ({"limits": {"cpu": "50m"}}, "limits.cpu", "set requests.cpu to 50m or less"),
        ({"limits": {"memory": "100Mi"}}, "limits.memory", "set requests.memory to 100Mi or less"),
        ({"requests": {"cpu": 1}}, "requests.cpu", "limits.cpu to 1 or more"),
        ({"requests": {"memory": "1Gi"}}, "requests.memory", "limits.memory to 1Gi or more"),
        (
            {"requests": {"ephemeral-storage": "2Gi"}, "limits": {"ephemeral-storage": "1Gi"}},
            "requests.ephemeral-storage",
            "Kubernetes refuses",
        ),
    ],
)
def test_request_above_its_limit_is_refused_at_the_one_that_was_set(
    resources: dict[str, Any], key: str, remedy: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate({"resources": resources})
    (error,) = caught.value.errors()
    assert ".".join(map(str, error["loc"])) == f"resources.{key}"
    assert remedy in error["msg"]


@pytest.mark.parametrize(
    "resources",
    [{"limits": {"cpu": None}, "requests": {"cpu": 8}}, {"requests": {"cpu": None}, "limits": {"cpu": "1m"}}, {}],
)
def test_request_without_a_limit_is_accepted(resources: dict[str, Any]) -> None:
    RegistryValues.model_validate({"resources": resources})
