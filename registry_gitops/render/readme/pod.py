"""What the Pod may do: which protections are in force."""

from __future__ import annotations

from registry_gitops.render.readme.names import Names
from registry_gitops.values import RegistryValues


class Pod:
    """Security settings in force, the container's before the Pod's; and whether they reach the level `restricted`."""

    def __init__(self, values: RegistryValues, names: Names) -> None:
        pod = values.pod_security_context if values.pod_security_context.enabled else None
        box = values.container_security_context if values.container_security_context.enabled else None
        debug = values.configuration.http and values.configuration.http.debug
        self._user = _first(box.run_as_user if box else None, pod.run_as_user if pod else None)
        self._group = _first(box.run_as_group if box else None, pod.run_as_group if pod else None)
        asked = _first(box.run_as_non_root if box else None, pod.run_as_non_root if pod else None)
        self.non_root = asked is True and self._user != 0
        self.user_unknown = asked is True and self._user is None
        seccomp = (box and box.seccomp_profile) or (pod and pod.seccomp_profile)
        given = box and box.capabilities
        confined = (
            bool(box and box.allow_privilege_escalation is False and not box.privileged)
            and bool(given and "ALL" in given.drop and set(given.add or ()) <= {"NET_BIND_SERVICE"})
            and bool(seccomp and seccomp.type != "Unconfined")
        )
        self.locked = confined and bool(given and not given.add)
        self.weak = not (confined and self.non_root)
        self.read_only_root = bool(box and box.read_only_root_filesystem)
        self.no_token = not values.service_account.automount_service_account_token
        self.enforced = names.together and names.namespace_rendered
        self.refused = self.weak and self.enforced
        self.debug = bool(debug and debug.addr)
        self.no_debug = not self.debug

    @property
    def user(self) -> str:
        """User and group of the process, in words."""
        user = "a user that the platform assigns" if self._user is None else f"user {self._user}"
        return user if self._group is None else f"{user}, group {self._group}"


def _first(*given: int | None) -> int | None:
    return next((each for each in given if each is not None), None)
