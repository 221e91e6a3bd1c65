"""Facts: what Flux, Helm, and the chart make of a deployment, as typed values, without words for people.

    facts = DeploymentFacts(load("registry.yaml"))
    facts.names.full_name          # "docker-registry"
    facts.endpoints.base_url       # "http://localhost:5000"
    facts.storage.loss_reason      # None
    facts.needs                    # (Need(kind="GitRepository", name="flux-system", ...),)

The classes below it need less, and are for code that needs only some facts, such as a rule.
"""

from registry_gitops.facts.authentication import AuthenticationFacts
from registry_gitops.facts.cluster_objects import Need, ObjectReference, Purpose
from registry_gitops.facts.deployment_facts import DeploymentFacts
from registry_gitops.facts.endpoints import Endpoints
from registry_gitops.facts.image_storage import LossReason, StorageFacts
from registry_gitops.facts.object_names import NamespaceFacts, ObjectNames, compose_release_name
from registry_gitops.facts.pod_security import Violation, list_violations
from registry_gitops.facts.pod_shape import PodPart, PodShape, shape_pod
from registry_gitops.facts.release import ChartFacts, ImageFacts, PodFacts, SecretFacts
from registry_gitops.facts.values_in_force import UnknownValues, values_in_force

__all__ = [
    "AuthenticationFacts",
    "ChartFacts",
    "DeploymentFacts",
    "Endpoints",
    "ImageFacts",
    "LossReason",
    "NamespaceFacts",
    "Need",
    "ObjectNames",
    "ObjectReference",
    "PodFacts",
    "PodPart",
    "PodShape",
    "Purpose",
    "SecretFacts",
    "StorageFacts",
    "UnknownValues",
    "Violation",
    "compose_release_name",
    "list_violations",
    "shape_pod",
    "values_in_force",
]
