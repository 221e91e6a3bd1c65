"""Files and texts that are generated from the models: JSON Schemas, explanations, values.yaml, and the reference."""

from registry_gitops.schema.explanation import Explanation, explain_key
from registry_gitops.schema.json_schema import (
    config_schema,
    format_schema,
    json_schema,
    typed_config_schema,
    values_schema,
)
from registry_gitops.schema.reference import values_reference
from registry_gitops.schema.values_yaml import values_yaml

__all__ = [
    "Explanation",
    "config_schema",
    "explain_key",
    "format_schema",
    "json_schema",
    "typed_config_schema",
    "values_reference",
    "values_schema",
    "values_yaml",
]
