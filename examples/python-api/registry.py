"""A config file in Python. For one registry per team, loop over this."""

from registry_gitops import OCISource, RegistryDeployment, RegistryValues
from registry_gitops.values import Deletion, EnvVar, Persistence, ResourceLimits, Resources

deployment = RegistryDeployment(
    name="team-a",
    namespace="team-a-registry",
    source=OCISource(url="oci://ghcr.io/example/charts/docker-registry"),
    values=RegistryValues(
        persistence=Persistence(size="30Gi", storage_class="fast-storage"),
        resources=Resources(limits=ResourceLimits(memory="1Gi")),
        deletion=Deletion(enabled=True),
        extra_env_vars=[EnvVar(name="GOMEMLIMIT", value="900MiB")],
    ),
)
