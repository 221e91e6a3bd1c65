"""All facts of one deployment."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts.authentication import AuthenticationFacts
from registry_gitops.facts.cluster_objects import (
    Need,
    ObjectReference,
    list_chart_objects,
    list_flux_objects,
    list_needs,
)
from registry_gitops.facts.endpoints import Endpoints
from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.facts.object_names import NamespaceFacts, ObjectNames
from registry_gitops.facts.release import ChartFacts, ImageFacts, PodFacts, SecretFacts


class DeploymentFacts:
    """What Flux, Helm, and the chart make of `deployment`; what the config file says itself is in `deployment`."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        values = deployment.values
        self.deployment: Final = deployment
        self.names: Final = ObjectNames(deployment)
        self.namespace: Final = NamespaceFacts(deployment)
        self.image: Final = ImageFacts(values)
        self.chart: Final = ChartFacts(deployment)
        self.storage: Final = StorageFacts(values, self.names, self.namespace)
        self.authentication: Final = AuthenticationFacts(values, self.storage)
        self.endpoints: Final = Endpoints(values, self.names, self.storage, self.authentication)
        self.pod: Final = PodFacts(values)
        self.secrets: Final = SecretFacts(values)

    @cached_property
    def flux_objects(self) -> tuple[ObjectReference, ...]:
        """The objects of the output directory, in the order in which Flux applies them."""
        return tuple(list_flux_objects(self.deployment, self.namespace))

    @cached_property
    def chart_objects(self) -> tuple[ObjectReference, ...]:
        """The objects of the Helm release, without those of a test."""
        return tuple(list_chart_objects(self.deployment.values, self.names, self.storage, self.authentication))

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The objects that must exist besides, each once for each purpose."""
        return tuple(dict.fromkeys(list_needs(self.deployment, self.names, self.storage, self.endpoints)))
