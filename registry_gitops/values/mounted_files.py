"""Files from Secrets and ConfigMaps: certificate authorities, and whatever config.yml names."""

from __future__ import annotations

from typing import Annotated

from registry_gitops.model import DataKey, Model, OptionalName, Text

FileInContainer = Annotated[
    str,
    Text(
        "the path of a file",
        r"(/[A-Za-z0-9_@%+=,~-][A-Za-z0-9_@%+=,~.-]*)+",
        "begin with '/', use letters, digits, and -_.@%+=,~ between slashes, and end with the name of the file",
        max_length=1024,
    ),
]
"""A file that the chart mounts: no directory, no "." and "..", and no ":", which Kubernetes refuses."""


class ExtraCA(Model):
    """A file of certificate authorities, in PEM: from a Secret or a ConfigMap, not both."""

    secret_name: OptionalName = ""
    """Secret with the file."""

    config_map_name: OptionalName = ""
    """ConfigMap with the file, instead of `secretName`: such a certificate is no secret."""

    key: DataKey = "ca.crt"
    """Key whose value is the file."""


class ExtraFile(Model):
    """A file in the registry's container: from a Secret or a ConfigMap, not both. A change needs a restart."""

    path: FileInContainer
    """Where the file is in the container, as config.yml names it: /certs/cloudfront.pem."""

    secret_name: OptionalName = ""
    """Secret with the file."""

    config_map_name: OptionalName = ""
    """ConfigMap with the file, instead of `secretName`."""

    key: DataKey
    """Key whose value is the file."""
