"""The node cannot start the Pod: its sandbox, its network, or its mounts."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import FindCause

CAUSES: Final[tuple[FindCause, ...]] = ()
