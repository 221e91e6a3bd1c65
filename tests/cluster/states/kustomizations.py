"""States of a Kustomization that cannot build or apply its directory: an older revision runs on."""

from __future__ import annotations

from typing import Final

from tests.cluster.states.reconciliation import running
from tests.cluster.states.state import State, changed, condition, recorded, without

_CONTROLLER: Final = "https://github.com/fluxcd/kustomize-controller"
_CLI: Final = "https://github.com/fluxcd/flux2/issues"
_KUSTOMIZE: Final = "https://github.com/kubernetes-sigs/kustomize"
_DECRYPTOR: Final = f"{_CONTROLLER}/blob/v1.9.4/internal/decryptor/decryptor.go"
_FILE: Final = "/tmp/kustomization-1234/apps/docker-registry"
_BUILD_RECORDED: Final = "flux build kustomization docker-registry -n flux-system --path ./apps"
_BUILD: Final = "flux build kustomization apps -n flux-system --path ./apps/docker-registry"


def fails(
    title: str,
    report: str,
    message: str,
    *,
    says: str,
    remedy: str,
    reason: str = "BuildFailed",
    never: tuple[str, ...] = (),
) -> State:
    """Return the state of a registry that runs, and whose Kustomization reports a failure since a minute."""
    snapshot = changed("ready", condition("Kustomization", reason, message))
    return State(title, report, snapshot, ("apply-failed",), (says,), (remedy,), never, ready=True)


def failed(recording: str, title: str, report: str, *, says: str, remedy: str, never: tuple[str, ...] = ()) -> State:
    """Return the state in which a registry ran on a real cluster, while its Kustomization failed."""
    return recorded(
        recording, title, "apply-failed", report=report, says=(says,), remedy=(remedy,), never=never, ready=True
    )


_SUBSTITUTIONS: Final = (
    failed(
        "variable-not-set",
        "a variable has no value, which Flux 2.9 refuses",
        f"{_CLI}/5967",
        says="the variable CLUSTER_DOMAIN in the files has no value",
        remedy="`${CLUSTER_DOMAIN:=default}`; if it is not for Flux, write `$${CLUSTER_DOMAIN}`",
        never=("kustomize build",),
    ),
    failed(
        "variables-missing",
        "the ConfigMap with variables does not exist",
        "https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_varsub.go",
        says="ConfigMap/cluster-settings, which `spec.postBuild.substituteFrom` names, does not exist",
        remedy="create ConfigMap/cluster-settings in namespace flux-system",
        never=("kustomize build",),
    ),
    fails(
        "a key of the ConfigMap with variables has a dash",
        f"{_CLI}/4885",
        "post build failed for 'StorageClass.v1.storage.k8s.io/fast': envsubst error: 'aks-resource-group' var "
        "name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'",
        says="aks-resource-group, a key of an object",
        remedy="rename that key",
    ),
    fails(
        "a variable is not closed",
        "https://github.com/fluxcd/pkg/blob/main/envsubst/parse/parse.go",
        "post build failed for 'ConfigMap.v1.[noGrp]/scripts': envsubst error: variable substitution failed: "
        "missing closing brace",
        says="a variable in the files cannot be replaced",
        remedy="write `$${` where it is not for Flux",
        never=("kustomize build",),
    ),
)

_SOPS: Final = (
    failed(
        "sops-not-configured",
        "an encrypted Secret, and no decryption",
        f"{_CONTROLLER}/issues/683",
        says="the Kustomization does not decrypt it",
        remedy="`provider: sops`",
    ),
    fails(
        "an encrypted ConfigMap, and no decryption",
        f"{_CLI}/3367",
        "ConfigMap/docker-registry/settings dry-run failed: failed to create typed patch object "
        "(docker-registry/settings; /v1, Kind=ConfigMap): .sops: field not declared in schema\n",
        says="the Kustomization does not decrypt it",
        remedy="set `spec.decryption` of Kustomization flux-system/apps",
        reason="ReconciliationFailed",
    ),
    failed(
        "sops-secret-missing",
        "the Secret with the key of SOPS does not exist",
        _DECRYPTOR,
        says="the Secret fx-sops with the key of SOPS does not exist",
        remedy="whose name ends with .agekey",
    ),
    fails(
        "the Secret with the key of SOPS has no valid key",
        _DECRYPTOR,
        "failed to import 'age.agekey' data from sops decryption Secret 'flux-system/sops-age': failed to parse "
        "and add to age identities: malformed secret key: invalid character human-readable part",
        says="the entry age.agekey",
        remedy="put the private key into it",
    ),
    failed(
        "sops-other-key",
        "the file was encrypted for another age key",
        f"{_CLI}/797",
        says="none of the keys of SOPS that the Kustomization has decrypts a file",
        remedy="`sops updatekeys FILE`",
    ),
    fails(
        "an older Flux finds no key for the file",
        f"{_CLI}/5260",
        "decryption failed for 'htpasswd': Error getting data key: 0 successful groups required, got 0",
        says="none of the keys of SOPS",
        remedy="spec.decryption.secretRef",
    ),
    fails(
        "kustomize-controller may not use the key of the cloud",
        "https://github.com/getsops/sops/blob/main/kms/keysource.go",
        "decryption failed for 'Secret.v1.[noGrp]/htpasswd': failed to decrypt and format "
        "'docker-registry/htpasswd' Secret data: cannot get sops data key: Failed to get the data key required to "
        "decrypt the SOPS file. Group 0: FAILED arn:aws:kms:eu-west-1:111122223333:key/1234: FAILED - | failed to "
        "decrypt sops data key with AWS KMS: operation error KMS: Decrypt, https response error StatusCode: 400, "
        "AccessDeniedException",
        says="is not allowed to decrypt with the key of the cloud provider",
        remedy="spec.decryption.serviceAccountName",
        never=("sops updatekeys",),
    ),
    fails(
        "an encrypted file was edited by hand",
        _DECRYPTOR,
        "decryption failed for 'Secret.v1.[noGrp]/htpasswd': failed to decrypt and format "
        "'docker-registry/htpasswd' Secret data: error decrypting sops tree: Error walking tree: Could not "
        "decrypt value: cipher: message authentication failed",
        says="an encrypted file was changed after its encryption",
        remedy="change it with `sops FILE`",
    ),
    fails(
        "a file is to be decrypted, and is not encrypted",
        f"{_CLI}/2145",
        "error decrypting sources: failed to load encrypted dotenv data: sops metadata not found",
        says="should be encrypted with SOPS is not",
        remedy="`sops encrypt --in-place FILE`",
    ),
)

_FILES: Final = (
    fails(
        "the path has a backslash",
        f"{_CLI}/1303",
        "kustomization path not found: stat /tmp/kustomization-1234/clusters\\production: no such file or directory",
        says="`spec.path` of the Kustomization has a backslash",
        remedy="write / in `spec.path`",
        reason="ArtifactFailed",
    ),
    failed(
        "path-missing",
        "the path does not exist, and an older revision runs on",
        f"{_CLI}/2245",
        says="the revision has no directory ./apps/registry",
        remedy="correct `spec.path` of Kustomization flux-system/docker-registry",
        never=("kustomize build",),
    ),
    failed(
        "file-not-in-git",
        "a listed file is not in Git",
        f"{_KUSTOMIZE}/blob/master/api/internal/target/kusttarget.go",
        says="kustomization.yaml lists settings.yaml, which the revision does not have",
        remedy="`git status --ignored`",
        never=("kustomize build ./",),
    ),
    fails(
        "the file of a patch is not in Git",
        f"{_KUSTOMIZE}/blob/master/api/internal/builtins/PatchTransformer.go",
        f"kustomize build failed: failed to get the patch file from path(patch.yaml): evalsymlink failure on "
        f"'{_FILE}/patch.yaml' : lstat {_FILE}/patch.yaml: no such file or directory",
        says="refers to a file that the revision does not have",
        remedy="commit the file",
    ),
    fails(
        "a listed directory has no kustomization.yaml",
        "https://github.com/fluxcd/flagger/issues/1396",
        f"kustomize build failed: accumulating resources: accumulation err='accumulating resources from './base': "
        f"read {_FILE}/base: is a directory': recursed accumulation of path '{_FILE}/base': unable to find one of "
        f"'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{_FILE}/base'",
        says="a directory that has no kustomization.yaml",
        remedy="add one to that directory",
    ),
    fails(
        "kustomization.yaml is empty",
        f"{_KUSTOMIZE}/blob/master/api/types/kustomization.go",
        "kustomize build failed: kustomization.yaml is empty",
        says="an empty kustomization.yaml",
        remedy="with `resources`",
    ),
    fails(
        "a listed URL cannot be fetched",
        f"{_KUSTOMIZE}/issues/4455",
        "kustomize build failed: accumulating resources: accumulation err='accumulating resources from "
        "'https://git.example.com/base.yaml': HTTP Error: status code 404 (Not Found)'",
        says="lists a URL that kustomize-controller cannot fetch",
        remedy="into the repository",
    ),
    fails(
        "a file outside of the repository",
        "https://github.com/fluxcd/pkg/blob/main/kustomize/filesys/fs_secure.go",
        "kustomize build failed: accumulating resources: accumulation err='accumulating resources from "
        "'../../../shared.yaml': fs-security-constraint abs /tmp/shared.yaml: path '/tmp/shared.yaml' is not in "
        "or below '/tmp/kustomization-1234'",
        says="a file outside of the repository",
        remedy="move the file into the repository",
    ),
    failed(
        "object-in-two-files",
        "the same object in two files",
        f"{_CLI}/1522",
        says="two files define the same object, Namespace.v1.[noGrp]/docker-registry.[noNs]",
        remedy=_BUILD_RECORDED,
    ),
    failed(
        "patch-without-object",
        "a strategic merge patch without an object",
        f"{_KUSTOMIZE}/blob/master/api/internal/builtins/PatchTransformer.go",
        says="a patch is for an object that the files do not have",
        remedy=_BUILD_RECORDED,
    ),
    fails(
        "a patch without an object",
        f"{_CLI}/1924",
        "kustomize build failed: no matches for Id "
        "kustomize.toolkit.fluxcd.io_v1beta1_Kustomization|flux-system|flux-system; failed to find unique target "
        "for patch kustomize.toolkit.fluxcd.io_v1beta1_Kustomization|flux-system",
        says="a patch is for an object that the files do not have",
        remedy=_BUILD,
    ),
    fails(
        "a chart in kustomization.yaml",
        f"{_KUSTOMIZE}/blob/master/api/internal/builtins/HelmChartInflationGenerator.go",
        "kustomize build failed: must specify --enable-helm",
        says="has `helmCharts`",
        remedy="HelmRelease",
        never=("kustomize build ./",),
    ),
    failed(
        "yaml-not-valid",
        "a listed file is no valid YAML",
        "https://github.com/fluxcd/flux2/issues/1522",
        says="a file is not valid YAML",
        remedy=_BUILD_RECORDED,
    ),
    fails(
        "a file is no valid YAML",
        "https://github.com/fluxcd/pkg/blob/main/kustomize/kustomize_generator.go",
        f"failed to decode Kubernetes YAML from {_FILE}/helmrelease.yaml: MalformedYAMLError: yaml: line 12: did "
        f"not find "
        "expected key <nil>",
        says="a file is not valid YAML",
        remedy=_BUILD,
    ),
    failed(
        "kustomization-unknown-field",
        "kustomization.yaml has an unknown field",
        f"{_CONTROLLER}/pull/706",
        says="a file is not valid YAML, or is no object",
        remedy=_BUILD_RECORDED,
    ),
    fails(
        "kustomize reports something else",
        f"{_KUSTOMIZE}/blob/master/api/filters/replacement/replacement.go",
        'kustomize build failed: unable to find field "spec.values.host" in replacement target',
        says="kustomize cannot build the directory ./apps/docker-registry",
        remedy=_BUILD,
    ),
    fails(
        "a feature that kustomize-controller has switched off",
        f"{_CONTROLLER}/blob/v1.9.4/internal/controller/kustomization_controller.go",
        "to use spec.decryption.serviceAccountName for decryption authentication please enable the "
        "ObjectLevelWorkloadIdentity feature gate in the controller",
        says="uses a feature that kustomize-controller has switched off",
        remedy="--feature-gates=ObjectLevelWorkloadIdentity=true",
        reason="FeatureGateDisabled",
    ),
    fails(
        "an expression of a health check is not valid",
        f"{_CONTROLLER}/issues/405",
        "Reconciliation failed terminally due to configuration error: failed to parse the expression Current: "
        "failed to parse the CEL expression 'status.ready ==': ERROR: <input>:1:16: Syntax error",
        says="`spec.healthCheckExprs`",
        remedy="correct the expression",
        reason="InvalidCELExpression",
    ),
)

_OBJECTS: Final = (
    failed(
        "namespace-not-set",
        "an object without a namespace",
        "https://github.com/fluxcd/pkg/blob/main/ssa/errors/errors.go",
        says="an object in the files has no namespace",
        remedy="spec.targetNamespace",
    ),
    failed(
        "api-version-not-served",
        "an API version that Flux does not serve any more",
        f"{_CLI}/2743",
        says="Flux in this cluster does not serve helm.toolkit.fluxcd.io/v2beta2",
        remedy="kubectl api-resources --api-group=helm.toolkit.fluxcd.io",
        never=("kustomize build",),
    ),
    failed(
        "kind-not-installed",
        "a kind whose definition is not installed",
        f"{_CONTROLLER}/issues/674",
        says="the cluster has no kind ServiceMonitor of monitoring.coreos.com/v1",
        remedy="`spec.dependsOn`",
        never=("upgrade Flux", "kustomize build"),
    ),
    fails(
        "a definition of Flux has objects of an old version",
        f"{_CLI}/3622",
        "CustomResourceDefinition/imagepolicies.image.toolkit.fluxcd.io dry-run failed (Invalid): "
        'CustomResourceDefinition.apiextensions.k8s.io "imagepolicies.image.toolkit.fluxcd.io" is invalid: '
        'status.storedVersions[1]: Invalid value: "v1beta2": must appear in spec.versions\n',
        says="cannot drop a version in which objects are stored",
        remedy="`flux migrate`",
        reason="ReconciliationFailed",
    ),
    failed(
        "immutable-field",
        "a field of a claim cannot be changed",
        "https://github.com/fluxcd/pkg/blob/main/ssa/errors/immutable.go",
        says="a field of an object cannot be changed",
        remedy="a claim loses its data",
    ),
    failed(
        "field-unknown",
        "a field that the definition in the cluster does not have",
        f"{_CONTROLLER}/pull/1639",
        says="has a field that the cluster does not know",
        remedy="`flux check`",
    ),
    fails(
        "the Secret with the kubeconfig does not exist",
        "https://github.com/fluxcd/pkg/blob/main/runtime/client/impersonator.go",
        "unable to read KubeConfig secret 'flux-system/remote' error: secrets \"remote\" not found",
        says="cannot use the kubeconfig",
        remedy="`spec.kubeConfig`",
        reason="ReconciliationFailed",
    ),
    fails(
        "the API server did not answer in time",
        f"{_CLI}/1577",
        "client rate limiter Wait returned an error: context deadline exceeded",
        says="the API server did not answer kustomize-controller in time",
        remedy="wait: it tries again by itself",
        reason="ReconciliationFailed",
        never=("kustomize build",),
    ),
    fails(
        "an object cannot be deleted",
        f"{_CONTROLLER}/issues/1664",
        'delete failed, errors: ConfigMap/docker-registry/old delete failed: configmaps "old" is forbidden: '
        "ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: refuse DELETE;",
        says="an object that is not in Git any more cannot be deleted",
        remedy="kustomize.toolkit.fluxcd.io/prune: disabled",
        reason="PruneFailed",
    ),
    fails(
        "kustomize-controller reports something that is not known",
        f"{_CONTROLLER}/blob/v1.9.4/internal/controller/kustomization_controller.go",
        "tmp dir error: mkdir /tmp/kustomization-1234: read-only file system",
        says="read-only file system",
        remedy="kubectl describe kustomization apps -n flux-system",
        reason="DirCreationFailed",
        never=("kustomize build",),
    ),
)

_REFUSALS: Final = (
    State(
        "a webhook does not answer the dry-run of a Kustomization",
        f"{_CLI}/2095",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ReconciliationFailed",
                "HelmRelease/docker-registry/docker-registry dry-run failed (InternalError): Internal error "
                "occurred: failed "
                'calling webhook "validate.kyverno.svc-fail": failed to call webhook: Post '
                '"https://kyverno-svc.kyverno.svc:443/validate/fail?timeout=10s": context deadline exceeded\n',
            ),
        ),
        ("webhook-failed",),
        says=("Flux cannot apply revision", "webhook validate.kyverno.svc-fail"),
        never=("wait: it tries again",),
        ready=True,
    ),
    State(
        "the account of a Kustomization has no rights",
        "https://github.com/fluxcd/flux2-multi-tenancy/issues/69",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ReconciliationFailed",
                "HelmRelease/docker-registry/docker-registry dry-run failed (Forbidden): "
                "helmreleases.helm.toolkit.fluxcd.io "
                '"docker-registry" is forbidden: User "system:serviceaccount:flux-system:apps" cannot patch resource '
                '"helmreleases" in API group "helm.toolkit.fluxcd.io" in the namespace "docker-registry"\n',
            ),
        ),
        ("access-denied",),
        says=("Flux cannot apply revision", "system:serviceaccount:flux-system:apps"),
        ready=True,
    ),
)

_HEALTH: Final = (
    recorded(
        "other-object-not-healthy",
        "a Deployment of the Kustomization has no image, and its health is checked again",
        "in-progress",
        report=f"{_CONTROLLER}/issues/717",
        says=("has not applied the newest revision yet, until", "the last attempt ended with HealthCheckFailed"),
        ready=True,
    ),
    State(
        "another object of the Kustomization is not healthy",
        f"{_CONTROLLER}/issues/717",
        changed(
            "ready",
            condition(
                "Kustomization",
                "HealthCheckFailed",
                "health check failed after 1m0.03s: timeout waiting for: [HelmRelease/infra/redis status: "
                "'InProgress', HelmRelease/docker-registry/docker-registry status: 'InProgress']",
            ),
        ),
        ("unhealthy",),
        says=("is not healthy: HelmRelease/infra/redis (InProgress)",),
        ready=True,
    ),
    State(
        "the release became ready after the health check of its Kustomization",
        f"{_CONTROLLER}/issues/709",
        changed(
            "ready",
            condition(
                "Kustomization",
                "HealthCheckFailed",
                "health check failed after 30s: timeout waiting for: [HelmRelease/docker-registry/docker-registry "
                "status: 'InProgress']",
            ),
        ),
        ("in-progress",),
        says=("the release is ready now",),
        remedy=("flux reconcile kustomization apps -n flux-system",),
        ready=True,
    ),
    State(
        "the release fails, and with it the health check of its Kustomization",
        f"{_CONTROLLER}/issues/701",
        changed(
            "image-not-pulled",
            condition(
                "Kustomization",
                "HealthCheckFailed",
                "health check failed after 30s: failed early due to stalled resources: "
                "[HelmRelease/docker-registry/docker-registry status: 'Failed']",
            ),
        ),
        ("image-not-pulled",),
    ),
    State(
        "a health check was ended by a new revision",
        f"{_CONTROLLER}/issues/1624",
        changed(
            "ready",
            condition(
                "Kustomization",
                "HealthCheckCanceled",
                "New reconciliation triggered by GitRepository/flux-system/flux-system",
            ),
        ),
        (),
        ready=True,
    ),
    State(
        "a revision is being applied",
        f"{_CONTROLLER}/blob/v1.9.4/internal/controller/kustomization_controller.go",
        changed(
            "git-ahead",
            running(
                "Building manifests for revision main@sha1:d8cf8fdb69ebf290689ff4f07c3cec9fc03f26b5 with a "
                "timeout of 30s",
                kind="Kustomization",
                ago=5,
            ),
        ),
        ("in-progress",),
        says=("until 04:25:29 UTC at the latest",),
        ready=True,
    ),
    recorded(
        "release-not-in-git",
        "the release was removed from Git, and the Kustomization deletes nothing",
        "not-managed",
        report="https://fluxcd.io/flux/components/kustomize/kustomizations/#prune",
        says=("does not apply the release any more: its directory ./apps does not have it in Git",),
        remedy=("commit helmrelease.yaml again", "kubectl delete helmrelease docker-registry -n docker-registry"),
        ready=True,
    ),
    State(
        "the Kustomization was deleted, and the registry runs on",
        f"{_CLI}/3316",
        changed("ready", without("Kustomization")),
        ("not-managed",),
        says=("Kustomization/flux-system/apps, which applied the release, does not exist",),
        remedy=("flux get kustomizations -A",),
        ready=True,
    ),
)

STATES: Final[tuple[State, ...]] = (*_SUBSTITUTIONS, *_SOPS, *_FILES, *_OBJECTS, *_REFUSALS, *_HEALTH)
