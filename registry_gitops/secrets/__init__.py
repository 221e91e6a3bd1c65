"""Secrets for the chart, as manifests: users, credentials, and keys, under the keys that the chart reads.

secret = build_secret(SecretKind.S3, {"access-key": "...", "secret-key": "..."}, namespace="media", name="s3")
print(dump_yaml(secret.to_manifest_dict()))
"""

from registry_gitops.secrets.external_secret import ExternalSecret, Store, build_external_secret
from registry_gitops.secrets.htpasswd_secret import build_htpasswd_secret, validate_user
from registry_gitops.secrets.secret_kinds import SPECS, SecretKind, SecretSpec, select_keys
from registry_gitops.secrets.secret_manifest import Secret, build_secret, validate_secret
from registry_gitops.secrets.yaml_value import encode_yaml_value

__all__ = [
    "SPECS",
    "ExternalSecret",
    "Secret",
    "SecretKind",
    "SecretSpec",
    "Store",
    "build_external_secret",
    "build_htpasswd_secret",
    "build_secret",
    "encode_yaml_value",
    "select_keys",
    "validate_secret",
    "validate_user",
]
