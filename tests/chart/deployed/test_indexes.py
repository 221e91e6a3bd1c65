"""The registry that the chart deploys accepts the indexes that clients push, and refuses images that lack a layer."""

from __future__ import annotations

import json
from random import Random

import pytest
import requests

from registry_gitops.values import RegistryValues
from tests.chart.deployed.conftest import Pod
from tests.support.oci_content import DOCKER_LIST, IMAGE, INDEX, LAYER, Blob, image
from tests.support.oci_http import Repository

LAYER_OF_CACHE = Blob(LAYER, b"a cached layer")
CONFIG_OF_CACHE = Blob("application/vnd.buildkit.cacheconfig.v0", b'{"layers":[],"records":[]}')


def index(media_type: str, *entries: Blob) -> Blob:
    body = {"schemaVersion": 2, "mediaType": media_type, "manifests": [each.descriptor() for each in entries]}
    return Blob(media_type, json.dumps(body).encode(), entries)


@pytest.mark.parametrize("media_type", [INDEX, DOCKER_LIST], ids=["OCI", "Docker"])
def test_cache_of_buildkit_can_be_pushed_and_pulled(pod: Pod, media_type: str) -> None:
    cache = index(media_type, LAYER_OF_CACHE, CONFIG_OF_CACHE)
    with pod(RegistryValues()) as url:
        repository = Repository(url, "team/cache")
        repository.push(cache, "buildcache")
        assert repository.manifest("buildcache") == (media_type, cache.content)
        assert repository.lacks(cache) == []


def test_index_without_the_image_of_a_platform_can_be_pushed(pod: Pod) -> None:
    here, elsewhere = image(Random(1), 10), image(Random(2), 10)
    with pod(RegistryValues()) as url:
        repository = Repository(url, "team/app")
        repository.push(here)
        repository.put_manifest(index(INDEX, here, elsewhere), "1.0")
        assert repository.tags() == ["1.0"]


def test_image_without_a_layer_is_refused(pod: Pod) -> None:
    broken = image(Random(1), 10)
    with pod(RegistryValues()) as url, pytest.raises(requests.HTTPError, match="400"):
        Repository(url, "team/app").put_manifest(broken, "1.0")
    assert broken.media_type == IMAGE
