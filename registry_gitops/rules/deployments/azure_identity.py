"""The Pod has an identity in Azure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_LABEL: Final = "azure.workload.identity/use"
_CLIENT_ID: Final = "azure.workload.identity/client-id"


def azure_identity(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Nothing gives the registry an identity that Azure knows.

    Why: Microsoft Entra Workload ID gives a token only to Pods with a label, for the application that an annotation of
    their ServiceAccount names. Without it, the identity of the node is used, which seldom has access to the container:
    each push fails.

    Source: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html

    Bad: `storage.azure.credentialsType: default_credentials` alone   Good: `podLabels:
    {azure.workload.identity/use: "true"}` and `serviceAccount.annotations: {azure.workload.identity/client-id: ID}`
    """
    values = deployment.values
    azure = values.effective_configuration.storage.azure
    is_default = bool(azure and azure.credentials and azure.credentials.type == "default_credentials")
    has_secret = values.storage.azure.credentials_type == "client_secret"
    from_objects = values.extra_env_vars_secret or values.extra_env_vars_cm
    has_variables = any(variable.name.startswith("AZURE_") for variable in values.extra_env_vars)
    if not is_default or has_secret or from_objects or has_variables:
        return
    if {**values.common_labels, **values.pod_labels}.get(_LABEL) != "true":
        yield "values.podLabels", f'the Pod gets no token of Azure: set podLabels to {{{_LABEL}: "true"}}'
    account = values.service_account
    if account.create and not {**values.common_annotations, **account.annotations}.get(_CLIENT_ID):
        yield (
            "values.serviceAccount.annotations",
            f"Azure knows no application for the registry: set {_CLIENT_ID} to the client id of the managed identity",
        )
