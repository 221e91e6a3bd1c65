"""YAML text to plain data and back, with one meaning for all YAML readers. Knows no model, and reads no file."""

from registry_gitops.codec.go_yaml import GoYAMLError, compose_yaml, find_positions
from registry_gitops.codec.yaml_dumper import dump_yaml
from registry_gitops.codec.yaml_loader import Node, YAMLError, load_yaml, plain_scalar

__all__ = [
    "GoYAMLError",
    "Node",
    "YAMLError",
    "compose_yaml",
    "dump_yaml",
    "find_positions",
    "load_yaml",
    "plain_scalar",
]
