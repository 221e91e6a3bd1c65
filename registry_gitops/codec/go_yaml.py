"""YAML text to plain data with positions, read as Go reads it: sigs.k8s.io/yaml, which kubectl, Flux, and Helm use."""

from __future__ import annotations

from registry_gitops.codec.yaml_loader import Node, load_yaml


def compose_yaml(text: str) -> Node:
    """Read one YAML document. Raises YAMLError for what Go refuses."""
    return load_yaml(text)
