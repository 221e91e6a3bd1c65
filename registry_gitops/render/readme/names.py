"""What things are called: the names that commands need."""

from __future__ import annotations

from registry_gitops.deployment import CHART_NAME, PRUNE, RegistryDeployment


class Names:
    """Names of the objects, as Flux and the chart compose them."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        self.name = deployment.name
        self.namespace = deployment.namespace
        self.target = deployment.target_namespace
        self.release = deployment.release_name
        self.full = deployment.full_name
        # The chart's name cuts at 63 too, but no override is that long.
        self.label = deployment.values.name_override or CHART_NAME
        # `helm -n` looks for the record of the release, which need not lie where its objects do.
        self.storage_namespace = deployment.release.storage_namespace or deployment.namespace
        self.together = self.target == self.namespace
        self.users_secret = deployment.users_secret
        self.namespace_rendered = deployment.renders_namespace
        self.namespace_others = not deployment.renders_namespace
        self.apart = not self.together
        self.namespace_pruned = deployment.prunes_namespace
        annotated = PRUNE in (deployment.kustomization.common_annotations or ())
        self.pruned_by = "kustomization.commonAnnotations" if annotated else "kustomization.pruneNamespace"
        self.namespace_stays = deployment.renders_namespace and not self.namespace_pruned
