"""Files from Secrets and ConfigMaps: certificate authorities, and whatever config.yml names."""

from __future__ import annotations

from typing import Annotated

from registry_gitops.model import DataKey, DNSSubdomain, Model, RuleErrors, Text, one_of_errors, one_of_schema

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


_SOURCES = ("secretName", "configMapName")


class ExtraCA(Model):
    """A file of certificate authorities, in PEM."""

    model_config = one_of_schema(*_SOURCES)

    secret_name: DNSSubdomain | None = None
    """Secret with the file."""

    config_map_name: DNSSubdomain | None = None
    """ConfigMap with the file, instead of `secretName`: such a certificate is no secret."""

    key: DataKey = "ca.crt"
    """Key whose value is the file."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_SOURCES)


class ExtraFile(Model):
    """A file in the registry's container. A change needs a restart."""

    model_config = one_of_schema(*_SOURCES)

    path: FileInContainer
    """Where the file is in the container, as config.yml names it: /certs/cloudfront.pem."""

    secret_name: DNSSubdomain | None = None
    """Secret with the file."""

    config_map_name: DNSSubdomain | None = None
    """ConfigMap with the file, instead of `secretName`."""

    key: DataKey
    """Key whose value is the file."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_SOURCES)
