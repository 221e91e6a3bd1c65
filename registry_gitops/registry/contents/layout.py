"""The path of everything on the disk: distribution's layout, below `<root>/docker/registry/v2`.

Upstream: distribution, registry/storage/paths.go. Two additions, which distribution ignores: `_referrers` maps a
manifest to those that refer to it, and `acknowledged` is the journal of an upload.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.registry.contents.identifiers import Digest

BLOBS: Final = "blobs"
REPOSITORIES: Final = "repositories"


def blob_path(digest: Digest) -> str:
    """The directory of a blob or manifest."""
    return f"blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}"


def blob_data_path(digest: Digest) -> str:
    """The content of a blob or manifest."""
    return f"blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}/data"


def repository_path(name: str) -> str:
    """The directory of a repository. It also contains the repositories below it."""
    return f"repositories/{name}"


def manifests_path(name: str) -> str:
    """The directory that makes its parent a repository, for the catalog."""
    return f"repositories/{name}/_manifests"


def layers_path(name: str) -> str:
    """The directory of the links to the blobs of a repository: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_layers"


def layer_path(name: str, digest: Digest) -> str:
    """The directory of the link that puts a blob into a repository."""
    return f"repositories/{name}/_layers/{digest.algorithm}/{digest.hex}"


def revisions_path(name: str) -> str:
    """The directory of the links to the manifests of a repository: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_manifests/revisions"


def revision_path(name: str, digest: Digest) -> str:
    """The directory of the link that puts a manifest into a repository."""
    return f"repositories/{name}/_manifests/revisions/{digest.algorithm}/{digest.hex}"


def tags_path(name: str) -> str:
    """The directory whose entries are the tags of a repository."""
    return f"repositories/{name}/_manifests/tags"


def tag_path(name: str, tag: str) -> str:
    """The directory of a tag."""
    return f"repositories/{name}/_manifests/tags/{tag}"


def tag_current_path(name: str, tag: str) -> str:
    """The link to the manifest that a tag names now."""
    return f"repositories/{name}/_manifests/tags/{tag}/current/link"


def tag_index_path(name: str, tag: str, digest: Digest) -> str:
    """The link to a manifest that a tag names, or has named."""
    return f"repositories/{name}/_manifests/tags/{tag}/index/{digest.algorithm}/{digest.hex}/link"


def subjects_path(name: str) -> str:
    """The directory of the manifests that others refer to: `<algorithm>/<hex>`, see `referrers_path`."""
    return f"repositories/{name}/_referrers"


def referrers_path(name: str, subject: Digest) -> str:
    """The directory of the links to the manifests whose subject is `subject`: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_referrers/{subject.algorithm}/{subject.hex}"


def uploads_path(name: str) -> str:
    """The directory of the upload sessions of a repository: `<id>`."""
    return f"repositories/{name}/_uploads"


def upload_path(name: str, identifier: str) -> str:
    """The directory of an upload session."""
    return f"repositories/{name}/_uploads/{identifier}"


def upload_data_path(name: str, identifier: str) -> str:
    """The bytes of an upload received so far."""
    return f"repositories/{name}/_uploads/{identifier}/data"


def upload_journal_path(name: str, identifier: str) -> str:
    """The journal of an upload, see upload_journal.py. Distribution ignores it."""
    return f"repositories/{name}/_uploads/{identifier}/acknowledged"


def upload_started_path(name: str, identifier: str) -> str:
    """The time at which distribution began an upload. Uploads of this registry have no such file."""
    return f"repositories/{name}/_uploads/{identifier}/startedat"
