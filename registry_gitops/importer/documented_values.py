"""The values of the documented chart, whose keys are ours: they stay, but no secret stays in them."""

from __future__ import annotations

from registry_gitops.importer.community_settings import RegistrySettings
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.input_keys import find
from registry_gitops.secrets import build_htpasswd_secret


def translate_documented_values(notes: Notes) -> None:
    """Put the values into the draft as they are; what our chart does not have is found when the draft is validated."""
    for key in notes.data:
        if key not in ("configuration", "extraEnvVars", "extraVolumes", "extraVolumeMounts"):
            notes.keep((key,), f"values.{key}")
    _move_password(notes)
    settings = RegistrySettings(notes)
    configuration = find(notes.tree, ("configuration",))
    settings.tree = dict(configuration) if isinstance(configuration, dict) else {}
    settings.move_variables()
    settings.translate()


def _move_password(notes: Notes) -> None:
    user, password = (notes.get("auth", "htpasswd", key) for key in ("username", "password"))
    if not (isinstance(user, str) and isinstance(password, str) and user and password):
        return
    draft, name = notes.draft, f"{notes.draft.name}-users"
    secret = build_htpasswd_secret(user, password, namespace=draft.namespace, name=name)
    draft.add_secret(name, secret.string_data)
    for key in ("username", "password"):
        draft.remove(f"values.auth.htpasswd.{key}")
        how = "a Secret with this user, and the hash of the password"
        notes.translated(("auth", "htpasswd", key), "values.auth.htpasswd.existingSecret", how)
    draft.put("values.auth.htpasswd.existingSecret", name)
