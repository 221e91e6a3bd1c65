"""Flux decrypts what is encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.masking import quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_SOPS: Final = re.compile(r"^sops:(\s|$)|^\s*\{?\s*\"sops\"\s*:", re.MULTILINE)


def flux_decryption(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A file of `kustomization.resources` is encrypted with SOPS, and a Flux Kustomization does not decrypt.

    Why: Flux applies nothing of the directory: "is SOPS encrypted, configuring decryption is required". If a
    Kustomization above patches `decryption` in, switch this rule off.

    Bad: `flux: {clusters: [production]}` and an encrypted `users.sops.yaml`
    Good: the same with `decryption: {secretRef: {name: sops-age}}`
    """
    encrypted = [path for path in deployment.kustomization.resources if _is_encrypted(path, directory)]
    if not encrypted:
        return
    for key in dict.fromkeys(file.key for file in deployment.flux_files if file.manifest.spec.decryption is None):
        yield (
            ".".join(key),
            f"{quote(encrypted[0])} is encrypted with SOPS, and Flux does not decrypt it: add decryption: {{secretRef: "
            "{name: SECRET}} with the Secret that has the key, or decryption: {} if its controller has it",
        )


def _is_encrypted(path: str, directory: OutputDirectory) -> bool:
    return path in directory.named and _SOPS.search(directory.named[path].text) is not None
