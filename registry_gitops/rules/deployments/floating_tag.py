"""The tag of the image moves."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.rules.image_references import is_moving


def floating_tag(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The tag of the image names no version.

    Why: it can become the next major version at any restart, and a revert in Git brings nothing back. Between v2 and v3
    of the registry the path of config.yml changed, and a registry that does not find it runs with its own settings:
    without login. A tag such as 3 stays within a version.

    Source: https://github.com/kubernetes-sigs/security-profiles-operator/issues/1480

    Bad: `image.tag: latest`   Good: `image.tag: "3.1.1"`
    """
    image = deployment.values.image
    if is_moving(image.tag) and not image.digest:
        cached = (
            ", and with pullPolicy IfNotPresent each node runs the one that it pulled first"
            if image.pull_policy == "IfNotPresent"
            else ""
        )
        yield (
            "values.image.tag",
            f'the tag {image.tag} can become another major version{cached}: write a version, such as "3.1.1"',
        )
