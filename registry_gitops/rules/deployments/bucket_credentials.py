"""The registry has credentials for its bucket."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def bucket_credentials(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Nothing gives the registry credentials for a service other than AWS.

    Why: roles of a ServiceAccount or a node are for AWS. The registry starts without credentials, each push fails with
    500, and after 30 seconds every request with 503.

    Bad: `storage.s3.regionEndpoint` alone   Good: `storage.s3.existingSecret` in addition
    """
    values = deployment.values
    bucket, raw = values.storage.s3, values.configuration.storage.s3
    if values.storage.type != "s3" or not bucket.region_endpoint or ".amazonaws.com" in bucket.region_endpoint:
        return
    others = (values.extra_env_vars, values.extra_env_vars_secret, values.extra_env_vars_cm, raw and raw.access_key)
    if not bucket.existing_secret and not any(others):
        yield (
            "values.storage.s3.existingSecret",
            "the registry has no credentials for the bucket: create a Secret with `registry-gitops secret s3`, and set "
            "existingSecret to its name",
        )
