"""Content pushed and fetched with nothing but HTTP, so that what a client made of it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests

from tests.support.oci_content import DOCKER_IMAGE, DOCKER_LIST, IMAGE, INDEX, Blob

SECONDS = 30
"""For how long a client waits for an answer; one whose connection hangs has to notice it before a story ends."""

# distribution does not give out an OCI manifest to who says that anything will do.
ACCEPT = {"Accept": ", ".join((IMAGE, INDEX, DOCKER_IMAGE, DOCKER_LIST))}


@dataclass(frozen=True)
class Repository:
    """A repository of the registry at `url`. What the registry refuses is a `requests.HTTPError`."""

    url: str
    name: str
    login: tuple[str, str] | None = None
    authority: Path | None = None
    """The certificate to trust, over TLS."""

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """One request below the repository; `path` may also be a Location. To a GET, 404 is an answer, no error."""
        answer = requests.request(
            method,
            urljoin(f"{self.url}/v2/{self.name}/", path),
            auth=self.login,
            verify=str(self.authority) if self.authority else True,
            timeout=SECONDS,
            **more,  # type: ignore[arg-type]
        )
        if method != "GET" or answer.status_code != requests.codes.not_found:
            answer.raise_for_status()
        return answer

    def push(self, content: Blob, *tags: str) -> None:
        """Push all of it, and let these tags name it."""
        for each in content.walk():
            if each.is_manifest:
                self.put_manifest(each, each.digest)
            else:
                self.push_blob(each)
        for tag in tags:
            self.put_manifest(content, tag)

    def put_manifest(self, manifest: Blob, reference: str) -> None:
        """Put a manifest whose parts are there."""
        headers = {"Content-Type": manifest.media_type}
        self.ask("PUT", f"manifests/{reference}", data=manifest.content, headers=headers)

    def push_blob(self, blob: Blob) -> None:
        """Push one blob, as most clients do: POST and PUT."""
        place = self.ask("POST", "blobs/uploads/").headers["Location"]
        separator = "&" if "?" in place else "?"
        headers = {"Content-Type": "application/octet-stream"}
        self.ask("PUT", f"{place}{separator}digest={blob.digest}", data=blob.content, headers=headers)

    def manifest(self, reference: str) -> tuple[str, bytes] | None:
        """Media type and bytes of a manifest; None where there is none."""
        answer = self.ask("GET", f"manifests/{reference}", headers=ACCEPT)
        return (answer.headers["Content-Type"], answer.content) if answer.ok else None

    def blob(self, digest: str) -> bytes | None:
        """The bytes of a blob; None where there is none."""
        answer = self.ask("GET", f"blobs/{digest}")
        return answer.content if answer.ok else None

    def lacks(self, content: Blob) -> list[str]:
        """The digests of what the registry does not have as it is in `content`, media types of manifests included."""
        return [
            each.digest
            for each in content.walk()
            if (
                self.manifest(each.digest) != (each.media_type, each.content)
                if each.is_manifest
                else self.blob(each.digest) != each.content
            )
        ]

    def tags(self) -> list[str]:
        """The tags, in the registry's order; none where it knows no such repository."""
        answer = self.ask("GET", "tags/list")
        return list(answer.json()["tags"] or []) if answer.ok else []
