"""The rules for deployments, as a table. Importing it loads none of the searches."""

from __future__ import annotations

from typing import Final

from registry_gitops.findings import Severity
from registry_gitops.rules.rule import Rule

DEPLOYMENT_RULES: Final = (
    Rule("plaintext-password", "No password is committed to Git", Severity.ERROR, "plaintext_password"),
    Rule("chart-not-published", "The source has the chart", Severity.WARNING, "chart_not_published"),
    Rule("source-path", "The source names the path of the output directory", Severity.ERROR, "source_path"),
    Rule("shared-chart", "The chart of this version reaches Flux", Severity.ERROR, "shared_chart"),
    Rule(
        "flux-path",
        "Flux applies the rendered files",
        Severity.ERROR,
        "flux_path",
        found_in_manifests="missing-path",
    ),
    Rule("flux-rename", "Flux Kustomizations keep their names", Severity.ERROR, "flux_rename"),
    Rule(
        "flux-decryption",
        "Flux decrypts what is encrypted",
        Severity.WARNING,
        "flux_decryption",
        found_in_manifests="encrypted-secret",
    ),
    Rule(
        "flux-variables",
        "Flux knows the variables",
        Severity.WARNING,
        "unknown_flux_variables",
        as_written=True,
        found_in_manifests="undefined-variable",
    ),
    Rule("claim-change", "The claim of the images stays as it is", Severity.ERROR, "claim_change"),
    Rule("images-left-behind", "The registry keeps its images", Severity.ERROR, "images_left_behind"),
    Rule("images-deleted", "Helm keeps the claim of the images", Severity.ERROR, "images_deleted"),
    Rule("namespace-deleted", "Flux keeps the Namespace", Severity.ERROR, "namespace_deleted"),
    Rule("immutable-fields", "Existing objects can change", Severity.ERROR, "immutable_fields"),
    Rule("slow-revert", "A revert takes effect within 5 minutes", Severity.WARNING, "slow_revert"),
    Rule("kustomization-files", "The files that kustomization names exist", Severity.ERROR, "kustomization_files"),
    Rule("patch-content", "Each patch is one, and selects an object", Severity.ERROR, "patch_content"),
    Rule("pod-security", "The rendered Namespace admits the Pods", Severity.ERROR, "pod_security_level"),
    Rule("bucket-path", "The registry finds the bucket", Severity.WARNING, "bucket_path"),
    Rule("bucket-credentials", "The registry has credentials for the bucket", Severity.WARNING, "bucket_credentials"),
    Rule("azure-identity", "The registry has an identity in Azure", Severity.WARNING, "azure_identity"),
    Rule("redis-servers", "The registry knows what runs at the addresses", Severity.WARNING, "redis_servers"),
    Rule("rollout-timeout", "Flux waits for a rollout to its end", Severity.WARNING, "rollout_timeout"),
    Rule("blocked-drain", "A drain of a node can end", Severity.WARNING, "blocked_drain"),
    Rule("system-namespace", "The registry has a namespace of its own", Severity.WARNING, "system_namespace"),
    Rule("values-from", "The config file has all values that the chart needs", Severity.WARNING, "values_from"),
    Rule(
        "exposed-without-login", "Clients outside the cluster need a login", Severity.WARNING, "exposed_without_login"
    ),
    Rule("open-deletion", "Deletion needs a login", Severity.WARNING, "open_deletion"),
    Rule("login-without-tls", "Passwords are sent over TLS", Severity.WARNING, "login_without_tls"),
    Rule("outdated-registry", "The registry has all security fixes", Severity.WARNING, "outdated_registry"),
    Rule("floating-tag", "The tag of the image names a version", Severity.WARNING, "floating_tag"),
    Rule("images-lost-with-pod", "Images outlive the Pod", Severity.WARNING, "images_lost_with_pod"),
    Rule("single-node-rollout", "A rollout does not wait for the volume", Severity.WARNING, "single_node_rollout"),
    Rule("object-storage-memory", "The memory is enough for object storage", Severity.WARNING, "object_storage_memory"),
    Rule("internal-bucket", "Clients reach the object storage", Severity.WARNING, "internal_bucket"),
    Rule("cache-never-expires", "A cache deletes what is old", Severity.WARNING, "cache_never_expires"),
    Rule("nothing-to-collect", "Garbage collection can find garbage", Severity.WARNING, "nothing_to_collect"),
    Rule("untagged-images-deleted", "No image in use is garbage", Severity.WARNING, "untagged_images_deleted"),
    Rule("debug-server", "Only the Pod itself reaches its debug server", Severity.WARNING, "debug_server"),
    Rule("index-platforms", "All image indexes can be pushed", Severity.WARNING, "index_platforms"),
    Rule("advertised-host", "Uploads stay at the host of the registry", Severity.WARNING, "advertised_host"),
    Rule("other-config-file", "The registry reads the config.yml of the chart", Severity.WARNING, "other_config_file"),
    Rule("api-path", "The Ingress routes the API", Severity.WARNING, "api_path"),
    Rule("certificate-without-tls", "A requested certificate is used", Severity.WARNING, "certificate_without_tls"),
    Rule("backend-tls", "The proxy in front uses the TLS of the registry", Severity.WARNING, "backend_tls"),
    Rule("ingress-annotations", "The controller reads the annotations", Severity.WARNING, "ingress_annotations"),
    Rule("missing-unit", "Sizes have units", Severity.ERROR, "missing_unit"),
    Rule("body-size", "Layers of any size can be pushed", Severity.WARNING, "body_size"),
    Rule("unused-values", "All values have an effect", Severity.WARNING, "unused_values"),
    Rule("scrape-annotations", "Prometheus finds the metrics", Severity.WARNING, "scrape_annotations"),
    Rule("node-port-range", "The API server accepts the node port", Severity.WARNING, "node_port_range"),
)
"""In the order in which they run. Some of them look at manifests too: `IN_MANIFESTS` in table.py."""
