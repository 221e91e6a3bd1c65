"""Where a registry is whose config file has variables of Flux: by their defaults, or as the options say."""

from __future__ import annotations

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.target import PortForwardTarget, resolve_target
from registry_gitops.values import Ingress, RegistryValues


def test_target_is_that_of_the_defaults() -> None:
    deployment = RegistryDeployment(name="${NAME:=docker-registry}", namespace="${NS:=images}")
    endpoint = resolve_target(deployment=deployment).endpoint
    assert isinstance(endpoint, PortForwardTarget)
    assert (endpoint.namespace, endpoint.port) == ("images", 5000)


def test_variable_without_a_default_is_refused_with_the_option_to_pass() -> None:
    deployment = RegistryDeployment(namespace="${NS}")
    with pytest.raises(InputError, match=r"namespace: \$\{NS\} has a variable that only Flux knows: pass --namespace"):
        resolve_target(deployment=deployment)
    assert resolve_target(deployment=deployment, namespace="images").endpoint


def test_host_that_only_flux_knows_is_refused() -> None:
    values = RegistryValues(ingress=Ingress(enabled=True, hostname="registry.${DOMAIN}", tls=True))
    deployment = RegistryDeployment(values=values)
    with pytest.raises(InputError, match="pass the URL"):
        resolve_target(deployment=deployment)
    assert resolve_target("https://registry.example.com", deployment=deployment).endpoint
