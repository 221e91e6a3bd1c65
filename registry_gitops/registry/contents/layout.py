"""Where things are: distribution's layout, as paths below `<root>/docker/registry/v2`.

Upstream: distribution, registry/storage/paths.go. Two additions, which distribution steps over: `_referrers`, the
answer to "who refers to this manifest", so that nothing has to be searched for it; and `acknowledged` in an upload.
"""

from __future__ import annotations

from typing import Final

from registry_gitops.registry.contents.identifiers import Digest

PREFIX: Final = "docker/registry/v2"
BLOBS: Final = "blobs"
REPOSITORIES: Final = "repositories"


def blob(digest: Digest) -> str:
    """The folder of a blob, manifests included."""
    return f"blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}"


def blob_data(digest: Digest) -> str:
    """The content of a blob, manifests included."""
    return f"blobs/{digest.algorithm}/{digest.hex[:2]}/{digest.hex}/data"


def repository(name: str) -> str:
    """The folder of a repository, which holds those of repositories below it too."""
    return f"repositories/{name}"


def manifests(name: str) -> str:
    """The folder that makes a folder a repository, for the catalog."""
    return f"repositories/{name}/_manifests"


def layers(name: str) -> str:
    """The folder of the links to the blobs of a repository: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_layers"


def layer(name: str, digest: Digest) -> str:
    """The folder that says that a blob is in a repository."""
    return f"repositories/{name}/_layers/{digest.algorithm}/{digest.hex}"


def revisions(name: str) -> str:
    """The folder of the links to the manifests of a repository: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_manifests/revisions"


def revision(name: str, digest: Digest) -> str:
    """The folder that says that a manifest is in a repository."""
    return f"repositories/{name}/_manifests/revisions/{digest.algorithm}/{digest.hex}"


def tags(name: str) -> str:
    """The folder whose entries are the tags of a repository."""
    return f"repositories/{name}/_manifests/tags"


def tag(name: str, tag: str) -> str:
    """The folder of a tag."""
    return f"repositories/{name}/_manifests/tags/{tag}"


def tag_current(name: str, tag: str) -> str:
    """The link to what a tag names now."""
    return f"repositories/{name}/_manifests/tags/{tag}/current/link"


def tag_index(name: str, tag: str, digest: Digest) -> str:
    """The link to something that a tag names, or has named."""
    return f"repositories/{name}/_manifests/tags/{tag}/index/{digest.algorithm}/{digest.hex}/link"


def subjects(name: str) -> str:
    """The folder of the manifests that others refer to: `<algorithm>/<hex>`, see `referrers`."""
    return f"repositories/{name}/_referrers"


def referrers(name: str, subject: Digest) -> str:
    """The folder of the links to the manifests whose subject is `subject`: `<algorithm>/<hex>/link`."""
    return f"repositories/{name}/_referrers/{subject.algorithm}/{subject.hex}"


def uploads(name: str) -> str:
    """The folder of the open uploads of a repository: `<id>`."""
    return f"repositories/{name}/_uploads"


def upload(name: str, identifier: str) -> str:
    """The folder of an open upload."""
    return f"repositories/{name}/_uploads/{identifier}"


def upload_data(name: str, identifier: str) -> str:
    """What has come of an upload."""
    return f"repositories/{name}/_uploads/{identifier}/data"


def upload_acknowledged(name: str, identifier: str) -> str:
    """How much of it was acknowledged, see `acknowledged`. Only we have it, and distribution steps over it."""
    return f"repositories/{name}/_uploads/{identifier}/acknowledged"


def upload_started(name: str, identifier: str) -> str:
    """When distribution has begun an upload. We go by the times of the files."""
    return f"repositories/{name}/_uploads/{identifier}/startedat"
