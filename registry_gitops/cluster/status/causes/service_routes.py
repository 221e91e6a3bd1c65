"""The way to the registry: Ingress, HTTPRoute, certificates, and Service."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause

CAUSES: Final[tuple[FindCause, ...]] = ()
