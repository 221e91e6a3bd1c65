"""Publishes a text as an OCI artifact, with nothing but the standard library."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urljoin
from urllib.request import Request, urlopen

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def publish(registry: str, repository: str, tag: str, text: str) -> str:
    """Push `text` to the registry at this URL as REPOSITORY:TAG, and return the digest of its manifest."""
    place = f"{registry}/v2/{repository}"
    config = {"mediaType": "application/vnd.oci.empty.v1+json", **_push(place, b"{}")}
    layer = {"mediaType": "text/plain", **_push(place, text.encode())}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "text/plain"}
    body = json.dumps(manifest | {"config": config, "layers": [layer]}).encode()
    _send("PUT", f"{place}/manifests/{tag}", body, MANIFEST)
    return _digest(body)


def _push(place: str, content: bytes) -> dict[str, object]:
    begun = f"{place}/blobs/uploads/"
    location = urljoin(begun, _send("POST", begun, b""))
    join = "&" if "?" in location else "?"
    _send("PUT", f"{location}{join}digest={_digest(content)}", content)
    return {"digest": _digest(content), "size": len(content)}


def _send(method: str, url: str, body: bytes, media_type: str = "application/octet-stream") -> str:
    request = Request(url, body, {"Content-Type": media_type}, method=method)  # noqa: S310 - the caller's own URL
    with urlopen(request) as response:  # noqa: S310
        return str(response.headers.get("Location", ""))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
