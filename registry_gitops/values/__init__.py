"""The chart's values as typed models: one file per section, keyed and defaulted as in its values.yaml."""

from registry_gitops.values.auth import Auth, Htpasswd
from registry_gitops.values.configuration import Configuration, Driver, Provider, Section, find_plaintext_secrets
from registry_gitops.values.conflicts import CONFLICTS
from registry_gitops.values.env import EnvVar, EnvVarSource, FieldRef, KeySelector, ResourceFieldRef
from registry_gitops.values.image import Image
from registry_gitops.values.ingress import ExtraHost, ExtraTls, Ingress
from registry_gitops.values.persistence import Persistence
from registry_gitops.values.probes import LivenessProbe, Probe, ReadinessProbe, StartupProbe
from registry_gitops.values.registry_values import Deletion, Http, RegistryValues
from registry_gitops.values.resources import ResourceLimits, ResourceRequests, Resources
from registry_gitops.values.scheduling import (
    Affinity,
    LabelSelector,
    LabelSelectorRequirement,
    NodeAffinity,
    NodeSelector,
    NodeSelectorRequirement,
    NodeSelectorTerm,
    PodAffinity,
    PodAffinityTerm,
    PreferredSchedulingTerm,
    RollingUpdate,
    Toleration,
    TopologySpreadConstraint,
    UpdateStrategy,
    WeightedPodAffinityTerm,
)
from registry_gitops.values.security import (
    Capabilities,
    ContainerSecurityContext,
    PodSecurityContext,
    SeccompProfile,
    SeLinuxOptions,
    ServiceAccount,
    Sysctl,
)
from registry_gitops.values.service import Service, ServiceNodePorts, ServicePorts

__all__ = [
    "CONFLICTS",
    "Affinity",
    "Auth",
    "Capabilities",
    "Configuration",
    "ContainerSecurityContext",
    "Deletion",
    "Driver",
    "EnvVar",
    "EnvVarSource",
    "ExtraHost",
    "ExtraTls",
    "FieldRef",
    "Htpasswd",
    "Http",
    "Image",
    "Ingress",
    "KeySelector",
    "LabelSelector",
    "LabelSelectorRequirement",
    "LivenessProbe",
    "NodeAffinity",
    "NodeSelector",
    "NodeSelectorRequirement",
    "NodeSelectorTerm",
    "Persistence",
    "PodAffinity",
    "PodAffinityTerm",
    "PodSecurityContext",
    "PreferredSchedulingTerm",
    "Probe",
    "Provider",
    "ReadinessProbe",
    "RegistryValues",
    "ResourceFieldRef",
    "ResourceLimits",
    "ResourceRequests",
    "Resources",
    "RollingUpdate",
    "SeLinuxOptions",
    "SeccompProfile",
    "Section",
    "Service",
    "ServiceAccount",
    "ServiceNodePorts",
    "ServicePorts",
    "StartupProbe",
    "Sysctl",
    "Toleration",
    "TopologySpreadConstraint",
    "UpdateStrategy",
    "WeightedPodAffinityTerm",
    "find_plaintext_secrets",
]
