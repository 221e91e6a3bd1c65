"""What the registry keeps and how: disk layout, manifests, repositories, uploads, garbage collection, health.

Sees files (`storage/`), and no requests. Content is kept by digest, once for all repositories; links put it into
repositories. Raises RegistryError only for an invalid manifest, and for uploads.
"""

from registry_gitops.registry.contents.content_store import ContentStore, digest_headers, matches_etag
from registry_gitops.registry.contents.garbage import Collected, collect_garbage
from registry_gitops.registry.contents.health_monitor import HealthMonitor
from registry_gitops.registry.contents.identifiers import ALGORITHMS, MAX_REPOSITORY, Digest, is_repository, is_tag
from registry_gitops.registry.contents.manifest_parser import OCI_INDEX, ParsedManifest, parse_pushed
from registry_gitops.registry.contents.repositories import Repositories
from registry_gitops.registry.contents.upload_journal import UploadProgress
from registry_gitops.registry.contents.upload_sessions import UploadSessions

__all__ = [
    "ALGORITHMS",
    "MAX_REPOSITORY",
    "OCI_INDEX",
    "Collected",
    "ContentStore",
    "Digest",
    "HealthMonitor",
    "ParsedManifest",
    "Repositories",
    "UploadProgress",
    "UploadSessions",
    "collect_garbage",
    "digest_headers",
    "is_repository",
    "is_tag",
    "matches_etag",
    "parse_pushed",
]
