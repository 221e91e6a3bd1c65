"""A value that `release.valuesFrom` must bring."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.values import brings, find_conflicts


def values_from(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The values lack one that only a Secret or ConfigMap of `release.valuesFrom` can bring.

    Why: nobody can read that object here. If the value is not in it, Helm refuses the values, and the release fails.

    Bad: `valuesFrom: [{kind: Secret, name: registry}]` without credentials   Good: `existingSecret: registry-users`
    """
    references = deployment.release.values_from or ()
    for path, problem in find_conflicts(deployment.values) if references else ():
        for reference in references:
            if brings(reference.target_path or "", (path, problem)):
                place = f", targetPath {reference.target_path}" if reference.target_path else ""
                yield (
                    ".".join(map(str, ("values", *path))),
                    f"{problem.message()}, unless valuesFrom brings it: {reference.kind} {reference.name} "
                    f"(key {reference.values_key or 'values.yaml'}{place})",
                )
                break
