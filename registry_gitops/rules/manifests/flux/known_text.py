"""Texts of an object that a rule can judge: neither Flux nor SOPS replaces them."""

from __future__ import annotations

from registry_gitops.documents import Manifest, is_decided_later


def known_text(manifest: Manifest, *path: str | int) -> str:
    """Return the text at `path`, or "" if there is none, or one that Flux or SOPS decides later."""
    value = manifest.get(*path)
    return value if isinstance(value, str) and not is_decided_later(value) else ""
