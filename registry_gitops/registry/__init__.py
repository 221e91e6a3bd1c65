"""An OCI registry on the standard library: the whole of distribution-spec 1.1, on distribution's disk layout.

    with ReferenceRegistry() as registry:
        print(registry.url)

Imports no other room of ours, and nothing but the standard library; bcrypt where users log in.
"""

from registry_gitops.registry.contents.data_directory import collect_directory
from registry_gitops.registry.contents.garbage import Collected
from registry_gitops.registry.errors import SetupError
from registry_gitops.registry.log import AccessLog, Entry, json_log, text_log
from registry_gitops.registry.reference_registry import ReferenceRegistry

__all__ = [
    "AccessLog",
    "Collected",
    "Entry",
    "ReferenceRegistry",
    "SetupError",
    "collect_directory",
    "json_log",
    "text_log",
]
