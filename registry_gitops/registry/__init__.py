"""An OCI registry on the standard library: all of distribution-spec 1.1, on distribution's disk layout.

    with ReferenceRegistry() as registry:
        print(registry.url)

Imports no other package of ours, and only the standard library; bcrypt for an htpasswd file. Imports run one way:
reference_registry -> api -> contents -> storage, and reference_registry -> http. All know messages, errors, and log.
"""

from registry_gitops.registry.access_log import AccessLogEntry, AccessLogger, json_log, text_log
from registry_gitops.registry.contents import Collected
from registry_gitops.registry.error_responses import SetupError
from registry_gitops.registry.reference_registry import ReferenceRegistry, collect_directory

__all__ = [
    "AccessLogEntry",
    "AccessLogger",
    "Collected",
    "ReferenceRegistry",
    "SetupError",
    "collect_directory",
    "json_log",
    "text_log",
]
