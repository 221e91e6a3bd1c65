"""The registry finds the bucket of a service other than AWS."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def bucket_path(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The registry looks for the bucket at BUCKET.HOST, a name that most services other than AWS do not have.

    Why: `forcepathstyle` is off by default since registry 3. The registry starts, each push fails with 500 and
    `no such host`, and after 30 seconds every request with 503. The typed values switch it on.

    Source: https://github.com/distribution/distribution/issues/4528

    Bad: `configuration.storage.s3.regionendpoint` alone   Good: `storage.s3.regionEndpoint`
    """
    raw = deployment.values.configuration.storage.s3
    if (
        raw
        and raw.region_endpoint
        and raw.force_path_style is None
        and not deployment.values.storage.s3.region_endpoint
    ):
        yield (
            "values.configuration.storage.s3.regionendpoint",
            "the registry looks for the bucket at BUCKET.HOST, which most services do not have: set storage.type to s3 "
            "and storage.s3.regionEndpoint instead, or set forcepathstyle next to it to true or false",
        )
