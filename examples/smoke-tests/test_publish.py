"""The tests of `publish`, against a real registry."""

import json

from publish import MANIFEST, publish


def test_a_text_can_be_pulled_by_its_tag(registry_url, registry_client):
    publish(registry_url, "team/notes", "1.0", "all is well\n")
    manifest = registry_client.request("GET", "/v2/team/notes/manifests/1.0", headers={"Accept": MANIFEST})
    (layer,) = json.loads(manifest.body)["layers"]
    assert registry_client.request("GET", f"/v2/team/notes/blobs/{layer['digest']}").body == b"all is well\n"


def test_publishing_again_moves_the_tag(registry_url, registry_client):
    first = publish(registry_url, "team/notes", "2.0", "first\n")
    second = publish(registry_url, "team/notes", "2.0", "second\n")
    response = registry_client.request("HEAD", "/v2/team/notes/manifests/2.0", headers={"Accept": MANIFEST})
    assert first != second == response.headers["Docker-Content-Digest"]
