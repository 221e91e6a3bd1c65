"""States in which Helm cannot install or upgrade the release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tests.cluster.states.state import Change, State, add, changed, condition, edit, recorded, upgrade_failed

_HELM: Final = "https://github.com/helm/helm/blob/v4.2.2/pkg"
_FLUX: Final = "https://github.com/fluxcd/helm-controller/blob/v1.6.0/internal"
_KUBERNETES: Final = "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg"

_FAILED: Final = "Helm upgrade failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: "
_APPLY: Final = "server-side apply failed for object docker-registry/docker-registry "
_CLAIM: Final = f"{_FAILED}{_APPLY}/v1, Kind=PersistentVolumeClaim: "
_SERVICE: Final = f"{_FAILED}{_APPLY}/v1, Kind=Service: "
_DEPLOYMENT: Final = f"{_FAILED}{_APPLY}apps/v1, Kind=Deployment: "
_NO_DESCRIBE: Final = ("kubectl describe helmrelease", "Helm could not upgrade the release")
_NO_FORCE: Final = (*_NO_DESCRIBE, "force: true", "--force`", "kubectl delete pvc")


def _state(
    cause: str,
    title: str,
    report: str,
    message: str,
    *changes: Change,
    says: Sequence[str] = (),
    remedy: Sequence[str] = (),
    never: Sequence[str] = _NO_DESCRIBE,
) -> State:
    """Return the state of a registry that runs, and whose upgrade ended with a message."""
    snapshot = changed("ready", upgrade_failed(message), *changes)
    return State(title, report, snapshot, (cause,), tuple(says), tuple(remedy), tuple(never))


_CHANGES: Final = (
    _state(
        "change-refused",
        "the size of the volume was lowered",
        f"{_KUBERNETES}/apis/core/validation/validation.go",
        f'{_CLAIM}PersistentVolumeClaim "docker-registry" is invalid: spec.resources.requests.storage: Forbidden: '
        "field can not be less than status.capacity",
        says=("the claim docker-registry cannot become smaller",),
        remedy=("set `values.persistence.size: 10Gi` again", "`values.persistence.existingClaim`"),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the size of the volume was lowered, before Kubernetes 1.34 and with Helm 3",
        "https://github.com/kubernetes/kubernetes/issues/115315",
        f'{_FAILED}cannot patch "docker-registry" with kind PersistentVolumeClaim: PersistentVolumeClaim '
        '"docker-registry" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than '
        "previous value",
        says=("cannot become smaller",),
        remedy=("`values.persistence.size: 10Gi`",),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the size of the volume was raised, and its class cannot resize",
        "https://github.com/jenkinsci/helm-charts/issues/288",
        f'{_CLAIM}persistentvolumeclaims "docker-registry" is forbidden: only dynamically provisioned pvc can be '
        "resized and the storageclass that provisions the pvc must support resize",
        says=("cannot grow: its StorageClass standard does not allow it",),
        remedy=(
            "`values.persistence.size: 10Gi`",
            "`kubectl patch storageclass standard -p '{\"allowVolumeExpansion\": true}'`",
        ),
        never=(*_NO_FORCE, "a policy"),
    ),
    _state(
        "change-refused",
        "the size of a claim without a volume was raised",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/plugin/pkg/admission/storage/persistentvolume/resize/"
        "admission.go",
        f'{_CLAIM}persistentvolumeclaims "docker-registry" is forbidden: Only bound persistent volume claims can be '
        "expanded",
        says=("cannot grow before it has a volume",),
        remedy=("`kubectl delete persistentvolumeclaim docker-registry -n docker-registry`",),
    ),
    _state(
        "change-refused",
        "the storage class was changed",
        "https://github.com/ONLYOFFICE/Kubernetes-DocSpace/issues/222",
        f'{_CLAIM}PersistentVolumeClaim "docker-registry" is invalid: spec: Forbidden: spec is immutable after '
        "creation except resources.requests and volumeAttributesClassName for bound claims\n"
        "  core.PersistentVolumeClaimSpec{\n"
        '  \t... // 2 identical fields\n  \tVolumeName:       "pvc-72ab95dd-9e42-4824-a75b-fc5b9c0f5cbf",\n'
        '- \tStorageClassName: &"standard",\n+ \tStorageClassName: &"nfs",\n  }\n',
        says=("`values.persistence.storageClass` of the claim docker-registry cannot change",),
        remedy=("set `values.persistence.storageClass: standard` again", "`values.persistence.existingClaim`"),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the access modes were changed",
        f"{_KUBERNETES}/apis/core/validation/validation.go",
        f'{_CLAIM}PersistentVolumeClaim "docker-registry" is invalid: spec: Forbidden: spec is immutable after '
        "creation except resources.requests and volumeAttributesClassName for bound claims\n"
        '@@ -1,6 +1,6 @@\n {\n  "AccessModes": [\n-  "ReadWriteOnce"\n+  "ReadWriteMany"\n  ],\n  "Selector": null,',
        says=("`values.persistence.accessModes` of the claim docker-registry cannot change",),
        remedy=("set `values.persistence.accessModes: [ReadWriteOnce]` again",),
    ),
    _state(
        "change-refused",
        "a field of the claim was changed, and an old Kubernetes does not tell which",
        "https://github.com/snyk/kubernetes-monitor/issues/667",
        f'{_FAILED}cannot patch "docker-registry" with kind PersistentVolumeClaim: PersistentVolumeClaim '
        '"docker-registry" is invalid: spec: Forbidden: is immutable after creation except resources.requests for '
        "bound claims",
        says=("a field of the claim docker-registry cannot change",),
        remedy=("`values.persistence`",),
    ),
    _state(
        "change-refused",
        "a rolling update set by hand, and Recreate in the values",
        "https://github.com/pulumi/pulumi-kubernetes/issues/2843",
        f'{_DEPLOYMENT}Deployment.apps "docker-registry" is invalid: spec.strategy.rollingUpdate: Forbidden: may not '
        "be specified when strategy `type` is 'Recreate'",
        says=("the Deployment docker-registry cannot change to the strategy Recreate",),
        remedy=(
            '`kubectl patch deployment docker-registry -n docker-registry --type=json -p \'[{"op": "replace", '
            '"path": "/spec/strategy", "value": {"type": "Recreate"}}]\'`',
        ),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the StatefulSet of another chart has a larger claim template",
        "https://github.com/minio/minio/issues/17761",
        f'{_FAILED}cannot patch "docker-registry" with kind StatefulSet: StatefulSet.apps "docker-registry" is '
        "invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', "
        "'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        says=("a field of the StatefulSet docker-registry cannot change",),
        remedy=("`kubectl delete statefulset docker-registry -n docker-registry --cascade=orphan`",),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the labels of the selector were changed by another chart",
        "https://github.com/jetstack/version-checker/issues/140",
        f'{_FAILED}cannot patch "docker-registry" with kind Deployment: Deployment.apps "docker-registry" is invalid: '
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"docker-registry", '
        '"release":"docker-registry"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
        says=("the selector of the Deployment docker-registry cannot change",),
        remedy=("`kubectl delete deployment docker-registry -n docker-registry`", "the volume stays"),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the cluster IP of the Service was changed",
        f"{_KUBERNETES}/apis/core/validation/validation.go",
        f'{_SERVICE}Service "docker-registry" is invalid: spec.clusterIPs[0]: Invalid value: ["10.96.77.77"]: may '
        "not change once set",
        says=("the Service docker-registry cannot change `values.service.clusterIP`",),
        remedy=("`kubectl delete service docker-registry -n docker-registry`", "another address"),
        never=_NO_FORCE,
    ),
    _state(
        "change-refused",
        "the role of the collector was renamed",
        f"{_KUBERNETES}/apis/rbac/validation/validation.go",
        f"{_FAILED}server-side apply failed for object docker-registry/docker-registry-collection "
        "rbac.authorization.k8s.io/v1, Kind=RoleBinding: RoleBinding.rbac.authorization.k8s.io "
        '"docker-registry-collection" is invalid: roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io"}: '
        "cannot change roleRef",
        remedy=("`kubectl delete rolebinding docker-registry-collection -n docker-registry`",),
    ),
    _state(
        "change-refused",
        "the template of a Job was changed",
        f"{_KUBERNETES}/apis/batch/validation/validation.go",
        f'{_FAILED}cannot patch "migrate" with kind Job: Job.batch "migrate" is invalid: spec.template: Invalid '
        f'value: {{"metadata":{{"annotations":{{"a":"{"b" * 700}"}}}}}}: field is immutable',
        says=("a field of the Job migrate cannot change", "spec.template: Invalid value: …: field is immutable"),
        remedy=("`kubectl delete job migrate -n docker-registry`",),
    ),
)

_REPLACED: Final = _state(
    "change-refused",
    "`upgrade.force` replaces the objects of Helm 3",
    "https://github.com/helm/helm/issues/6378",
    f'{_FAILED}failed to replace object: Service "docker-registry" is invalid: spec.clusterIP: Invalid value: "": '
    "field is immutable && failed to replace object: PersistentVolumeClaim "
    '"docker-registry" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests for '
    "bound claims",
    says=("`release.upgrade.force` replaces the Service docker-registry",),
    remedy=("remove `release.upgrade.force`",),
    never=(*_NO_DESCRIBE, "kubectl delete", "values.service.clusterIP"),
)

_MAPPING: Final = (
    f'{_FAILED}resource mapping not found for name: "docker-registry" namespace: "docker-registry" from "": '
    'no matches for kind "{}" in version "{}"\nensure CRDs are installed first'
)


def _with_values(**values: object) -> Change:
    return edit("HelmRelease", lambda release: release["spec"].update(values=values))


_KINDS: Final = (
    _state(
        "kind-missing",
        "a ServiceMonitor without the Prometheus Operator",
        "https://github.com/mittwald/kube-httpcache/issues/139",
        _MAPPING.format("ServiceMonitor", "monitoring.coreos.com/v1"),
        _with_values(metrics={"enabled": True, "serviceMonitor": {"enabled": True}}),
        says=("the cluster has no kind ServiceMonitor of monitoring.coreos.com/v1",),
        remedy=("set `values.metrics.serviceMonitor.enabled: false`", "--api-group=monitoring.coreos.com"),
    ),
    _state(
        "kind-missing",
        "an HTTPRoute without the Gateway API",
        f"{_HELM}/action/upgrade.go",
        _MAPPING.format("HTTPRoute", "gateway.networking.k8s.io/v1"),
        _with_values(httpRoute={"enabled": True}),
        remedy=("set `values.httpRoute.enabled: false`",),
        never=(*_NO_DESCRIBE, "this version of Kubernetes"),
    ),
    _state(
        "kind-missing",
        "a Certificate in extraDeploy without cert-manager",
        f"{_HELM}/action/upgrade.go",
        _MAPPING.format("Certificate", "cert-manager.io/v1"),
        _with_values(extraDeploy=[{"apiVersion": "cert-manager.io/v1", "kind": "Certificate"}]),
        remedy=("remove the Certificate from `values.extraDeploy`",),
    ),
    _state(
        "kind-missing",
        "a value of another chart renders a PrometheusRule",
        "https://github.com/prometheus-operator/kube-prometheus/issues/561",
        f'{_FAILED}unable to build kubernetes objects from new release manifest: unable to recognize "": no matches '
        'for kind "PrometheusRule" in version "monitoring.coreos.com/v1"',
        _with_values(monitoring={"prometheusRule": True}),
        remedy=("turn off `values.monitoring.prometheusRule`",),
    ),
    _state(
        "kind-missing",
        "a ServiceMonitor and a PrometheusRule without the Prometheus Operator",
        "https://github.com/apache/pulsar-helm-chart/issues/289",
        f'{_FAILED}[resource mapping not found for name: "docker-registry" namespace: "" from "": no matches for kind '
        '"ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first, resource mapping not '
        'found for name: "docker-registry" namespace: "" from "": no matches for kind "PrometheusRule" in version '
        '"monitoring.coreos.com/v1"\nensure CRDs are installed first]',
        remedy=(
            "`values.metrics.serviceMonitor.enabled: false` and set `values.metrics.prometheusRule.enabled: false`",
        ),
    ),
    _state(
        "kind-missing",
        "the chart uses a version that Kubernetes has removed",
        "https://github.com/pegasystems/pega-helm-charts/issues/502",
        f'{_FAILED}unable to build kubernetes objects from new release manifest: unable to recognize "": no matches '
        'for kind "PodDisruptionBudget" in version "policy/v1beta1"',
        says=("this version of Kubernetes has no PodDisruptionBudget of policy/v1beta1",),
        remedy=("use a version of the chart",),
        never=(*_NO_DESCRIBE, "install the program"),
    ),
    _state(
        "kind-missing",
        "the last release has a version that Kubernetes has removed",
        "https://github.com/helm/helm/issues/12803",
        f"{_FAILED}unable to build kubernetes objects from current release manifest: resource mapping not found for "
        'name: "docker-registry" namespace: "" from "": no matches for kind "PodDisruptionBudget" in version '
        '"policy/v1beta1"\nensure CRDs are installed first',
        says=("the last release has an object of kind PodDisruptionBudget, of policy/v1beta1",),
        remedy=("`kubectl delete secret -n docker-registry -l owner=helm,name=docker-registry`",),
        never=(*_NO_DESCRIBE, "install the CRD"),
    ),
    _state(
        "kind-missing",
        "a VerticalPodAutoscaler without its CRD, of a group that looks like one of Kubernetes",
        "https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler",
        _MAPPING.format("VerticalPodAutoscaler", "autoscaling.k8s.io/v1"),
        remedy=("turn off the value with which the chart renders a VerticalPodAutoscaler",),
        never=(*_NO_DESCRIBE, "this version of Kubernetes"),
    ),
    _state(
        "kind-missing",
        "a CRD was deleted that the last release uses",
        "https://github.com/operator-framework/helm-operator-plugins/issues/227",
        f"{_FAILED}unable to build kubernetes objects from current release manifest: resource mapping not found for "
        'name: "docker-registry" namespace: "" from "": no matches for kind "ServiceMonitor" in version '
        '"monitoring.coreos.com/v1"\nensure CRDs are installed first',
        remedy=("install the CRD of that kind again", "`kubectl delete secret -n docker-registry"),
        never=(*_NO_DESCRIBE, "serviceMonitor.enabled: false"),
    ),
)

_RECORD: Final = (
    "`kubectl delete secret -n docker-registry -l 'owner=helm,name=docker-registry,status in "
    "(pending-install,pending-upgrade,pending-rollback,uninstalling)'`"
)

_LOCKED: Final = (
    _state(
        "release-locked",
        "a run was cut off, and Flux before 2.2 finds the release locked",
        "https://github.com/fluxcd/helm-controller/issues/149",
        "Helm upgrade failed: another operation (install/upgrade/rollback) is in progress",
        says=("was cut off and has left it locked",),
        remedy=(_RECORD,),
    ),
    _state(
        "release-locked",
        "a run was cut off while it removed the release",
        "https://github.com/fluxcd/flux2/issues/4614",
        f'{_FAILED}"docker-registry" has no deployed releases',
        says=("cut off while it removed the release",),
        remedy=(_RECORD, "the objects of the release stay"),
        never=(*_NO_DESCRIBE, "helm uninstall"),
    ),
    _state(
        "release-locked",
        "helm-controller has unlocked a release after a restart",
        f"{_FLUX}/reconcile/unlock.go",
        "Unlocked Helm release docker-registry/docker-registry.v30 with chart docker-registry@0.1.0 in "
        "pending-upgrade state",
        says=("it has unlocked the release",),
        remedy=("wait: it begins again by itself",),
        never=(*_NO_DESCRIBE, "kubectl delete"),
    ),
    _state(
        "release-locked",
        "an installation was cut off, and its name is in use",
        "https://github.com/projectsveltos/addon-controller/pull/1632",
        "Helm install failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: cannot "
        "re-use a name that is still in use",
        remedy=(_RECORD,),
    ),
    _state(
        "release-locked",
        "two HelmReleases upgrade one release",
        f"{_HELM}/action/upgrade.go",
        f'{_FAILED}create: failed to create: secrets "sh.helm.release.v1.docker-registry.v7" already exists',
        says=("two runs of Helm worked on the release at the same time",),
    ),
    _state(
        "release-locked",
        "helm-controller ended during a run",
        f"{_FLUX}/reconcile/atomic_release.go",
        f"{_FAILED}release docker-registry canceled: context canceled",
        remedy=("wait: it begins again by itself",),
    ),
)

_OWNED: Final = (
    _state(
        "not-owned",
        "an object of the release was created by hand",
        "https://github.com/apache/airflow/issues/18933",
        f'{_FAILED}unable to continue with update: Ingress "docker-registry" in namespace "docker-registry" exists and '
        "cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "
        '"app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key '
        '"meta.helm.sh/release-name": must be set to "docker-registry"',
        says=("the Ingress docker-registry exists already, and does not belong to a release",),
        remedy=(
            "`kubectl label ingress docker-registry -n docker-registry --overwrite app.kubernetes.io/managed-by=Helm`",
            "`kubectl annotate ingress docker-registry -n docker-registry --overwrite "
            "meta.helm.sh/release-name=docker-registry meta.helm.sh/release-namespace=docker-registry`",
        ),
    ),
    _state(
        "not-owned",
        "an object of the release is of another release",
        "https://github.com/open-telemetry/opentelemetry-helm-charts/issues/360",
        "Helm install failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: rendered "
        "manifests contain a resource that already exists. Unable to continue with install: Service "
        '"docker-registry" in namespace "docker-registry" exists and cannot be imported into the current release: '
        'invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal '
        '"docker-registry": current value is "registry-of-old"',
        says=("the Service docker-registry exists already, and belongs to the release registry-of-old",),
        remedy=("choose another name",),
    ),
)

_CHART: Final = (
    _state(
        "chart-failed",
        "the chart is for a newer Kubernetes",
        "https://github.com/microcks/microcks/issues/281",
        f"{_FAILED}chart requires kubeVersion: >=1.30.0-0 which is incompatible with Kubernetes v1.24.17-eks-5e0fdde",
        says=("the chart is for another version of Kubernetes",),
    ),
    _state(
        "chart-failed",
        "the chart in Git lacks its dependencies",
        f"{_HELM}/action/install.go",
        f"{_FAILED}found in Chart.yaml, but missing in charts/ directory: common, redis",
        says=("the chart lacks a chart that it depends on",),
        remedy=("`helm dependency update`",),
    ),
    _state(
        "chart-failed",
        "a post-renderer patches an object that does not exist",
        "https://github.com/istio/istio.io/pull/11480",
        f"{_FAILED}error while running post render on files: no resource matches strategic merge patch "
        '"Deployment.v1.apps/nosuch.[noNs]": no matches for Id Deployment.v1.apps/nosuch.[noNs]; failed to find '
        "unique target for patch Deployment.v1.apps/nosuch.[noNs]",
        says=("`release.postRenderers` cannot be applied",),
        never=(*_NO_DESCRIBE, "the cluster has no kind"),
    ),
    _state(
        "chart-failed",
        "the chart renders a label twice, as the post-renderer of Flux finds",
        "https://github.com/fluxcd/helm-controller/issues/286",
        "Helm upgrade failed: error while running post render on files: map[string]interface {}(nil): yaml: unmarshal "
        'errors:\n  line 24: mapping key "app" already defined at line 23',
        says=("the chart renders a key twice",),
        remedy=("`values.commonLabels`",),
        never=(*_NO_DESCRIBE, "release.postRenderers"),
    ),
    _state(
        "object-invalid",
        "`podLabels` replace a label of the selector",
        f"{_KUBERNETES}/apis/apps/validation/validation.go",
        f'{_DEPLOYMENT}Deployment.apps "docker-registry" is invalid: spec.template.metadata.labels: Invalid value: '
        '{"app.kubernetes.io/name":"x"}: `selector` does not match template `labels`',
        remedy=("`values.podLabels`",),
    ),
    _state(
        "object-invalid",
        "a size is no quantity",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/api/resource/"
        "quantity.go",
        f'{_FAILED}Deployment in version "v1" cannot be handled as a Deployment: quantities must match the regular '
        "expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        says=("is no quantity of Kubernetes",),
        remedy=("`values.resources`",),
    ),
    _state(
        "chart-failed",
        "a template iterates over a text",
        f"{_HELM}/engine/engine.go",
        f"{_FAILED}template: docker-registry/templates/ingress.yaml:21:14: executing "
        '"docker-registry/templates/ingress.yaml" at <.Values.ingress.hosts>: range can\'t iterate over '
        "registry.example.com",
        says=("a template of the chart fails with these values",),
    ),
    _state(
        "chart-failed",
        "a template renders no YAML",
        "https://github.com/helm/helm/issues/5787",
        f"{_FAILED}YAML parse error on docker-registry/templates/ingress.yaml: error converting YAML to JSON: yaml: "
        "line 12: did not find expected key",
        says=("a template of the chart does not render YAML",),
    ),
    _state(
        "chart-failed",
        "a template reads a value that does not exist",
        "https://github.com/twuni/docker-registry.helm/issues/71",
        f"{_FAILED}template: docker-registry/templates/secret.yaml:15:31: executing "
        '"docker-registry/templates/secret.yaml" at <.Values.secrets.s3.accessKey>: nil pointer evaluating '
        "interface {}.accessKey",
        says=("a template of the chart fails with these values",),
    ),
    _state(
        "chart-failed",
        "the CRDs of the chart cannot be installed",
        f"{_HELM}/action/install.go",
        "Helm install failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: failed to "
        "install CRD crds/monitors.yaml: CustomResourceDefinition is too old",
        remedy=("`release.install.crds: Skip`",),
    ),
    _state(
        "object-invalid",
        "a variable is set twice, which a server-side apply refuses",
        "https://github.com/helm/helm/issues/31529",
        f"{_FAILED}failed to create typed patch object (docker-registry/docker-registry; apps/v1, Kind=Deployment): "
        '.spec.template.spec.containers[name="registry"].env: duplicate entries for key [name="REGISTRY_LOG_LEVEL"]',
        says=("sets an entry of a list twice",),
        remedy=("`values.extraEnvVars`",),
    ),
    _state(
        "object-invalid",
        "an object has a field that its kind does not have",
        f"{_HELM}/kube/client.go",
        f"{_FAILED}failed to create resource: server-side apply failed for object docker-registry/x /v1, "
        "Kind=ConfigMap: failed to create typed patch object (docker-registry/x; /v1, Kind=ConfigMap): .dat: field "
        "not declared in schema",
        remedy=("`values.extraDeploy`",),
    ),
    _state(
        "object-invalid",
        "the record of the release is too large",
        "https://github.com/helm/helm/issues/9788",
        f'{_FAILED}create: failed to create: Secret "sh.helm.release.v1.docker-registry.v9" is invalid: data: Too '
        "long: must have at most 1048576 bytes",
        says=("the record of the release is larger than a Secret can be",),
        remedy=(".helmignore",),
        never=(*_NO_DESCRIBE, "values.persistence.size"),
    ),
    _state(
        "object-invalid",
        "the name of the Service is too long",
        f"{_KUBERNETES}/apis/core/validation/validation.go",
        f'{_FAILED}Service "docker-registry-{"of-the-team-" * 5}1" is invalid: metadata.name: Invalid value: '
        f'"docker-registry-{"of-the-team-" * 5}1": must be no more than 63 characters',
        says=("is too long",),
        remedy=("`values.fullnameOverride`",),
    ),
    _state(
        "secret-missing",
        "the kubeconfig of a remote cluster does not exist",
        f"{_FLUX}/controller/helmrelease_controller.go",
        "could not get KubeConfig secret 'docker-registry/remote': secrets \"remote\" not found",
        remedy=("`release.kubeConfig`",),
    ),
)

_RUNNING: Final = "Running 'upgrade' action with timeout of 25s"
_GONE: Final = {
    "apiVersion": "v1",
    "kind": "Event",
    "metadata": {"name": "gone", "namespace": "docker-registry"},
    "type": "Warning",
    "reason": "Failed",
    "message": 'Failed to pull image "docker.io/library/registry:9.9.9": not found',
    "lastTimestamp": "2026-11-25T04:20:00Z",
    "involvedObject": {"kind": "Pod", "name": "docker-registry-0000-gone", "uid": "gone"},
}

_ENDS: Final = (
    _state(
        "hook-failed",
        "the test of the chart fails",
        f"{_FLUX}/reconcile/test.go",
        "Helm test failed for release docker-registry/docker-registry.v2 with chart docker-registry@0.1.0: 1 error "
        "occurred: * pod docker-registry-test failed",
        remedy=("`helm test docker-registry -n docker-registry --logs`",),
    ),
    _state(
        "hook-failed",
        "a hook of another chart fails",
        "https://github.com/newrelic/helm-charts/pull/1903",
        "Helm install failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: failed "
        "post-install: 1 error occurred: * job migrate failed: BackoffLimitExceeded",
        says=("a hook of the chart failed",),
        remedy=("`kubectl logs -n docker-registry job/migrate`",),
    ),
    _state(
        "hook-failed",
        "a hook does not end",
        "https://github.com/helm/helm/issues/4558",
        f"{_FAILED}pre-upgrade hooks failed: timed out waiting for the condition",
        remedy=("`kubectl get jobs,pods -n docker-registry`",),
    ),
    _state(
        "hook-failed",
        "a Job of another chart fails",
        f"{_HELM}/kube/wait.go",
        f"{_FAILED}job is failed: docker-registry/migrate",
        says=("a Job or Pod of the chart failed",),
    ),
    _state(
        "release-timeout",
        "the Deployment gave up before the timeout",
        "https://github.com/fluxcd/pkg/blob/main/ssa/manager_wait.go",
        f"{_FAILED}failed early due to stalled resources: "
        "[Deployment/docker-registry/docker-registry status: 'Failed']",
        says=("Deployment docker-registry failed, so that Helm did not wait any longer",),
        never=(*_NO_DESCRIBE, "within the timeout"),
    ),
    State(
        "the fix of a failure is being applied",
        f"{_FLUX}/reconcile/atomic_release.go",
        changed(
            "ready",
            condition("HelmRelease", "UpgradeFailed", _MAPPING.format("HTTPRoute", "x/v1"), type_="Released"),
            edit("HelmRelease", lambda release: release["metadata"].update(generation=2)),
            condition("HelmRelease", "Progressing", _RUNNING, status="Unknown", ago=5),
            condition("HelmRelease", "Progressing", _RUNNING, type_="Reconciling", status="True", ago=5),
        ),
        ("in-progress",),
        says=("Flux is working on the release",),
        never=("HTTPRoute",),
    ),
    State(
        "an upgrade failed, and Flux before 2.2 does not retry",
        "https://github.com/fluxcd/flux2/issues/1878",
        changed(
            "ready",
            upgrade_failed("Helm upgrade failed: another operation (install/upgrade/rollback) is in progress"),
            condition("HelmRelease", "UpgradeFailed", "upgrade retries exhausted"),
        ),
        ("release-locked", "retries-exhausted"),
        remedy=(_RECORD,),
        never=("--reset",),
    ),
    _state(
        "release-timeout",
        "the Pods became ready after the timeout",
        "https://github.com/fluxcd/helm-controller/issues/644",
        f"{_FAILED}timeout waiting for: [Deployment/docker-registry/docker-registry status: 'InProgress']",
        says=("Deployment docker-registry did not become ready within the timeout of 25s",),
        remedy=("its Pods are ready now", "`release.timeout`"),
    ),
    _state(
        "release-timeout",
        "Helm 3 ended with its timeout",
        "https://github.com/helm/helm/issues/7914",
        f"{_FAILED}context deadline exceeded",
        says=("the objects of the release did not become ready",),
    ),
    _state(
        "release-timeout",
        "another object than the Pods is not ready, in the words of Helm 4",
        f"{_HELM}/kube/statuswait.go",
        f"{_FAILED}resource Certificate/docker-registry/registry-tls not ready. status: InProgress, message: Issuing "
        "certificate as Secret does not exist\ncontext deadline exceeded",
        says=("Certificate registry-tls did not become ready",),
        remedy=("`kubectl describe certificate registry-tls -n docker-registry`",),
    ),
    State(
        "an upgrade failed, and Helm rolled back",
        f"{_FLUX}/reconcile/rollback_remediation.go",
        changed(
            "ready",
            upgrade_failed(
                f"{_FAILED}timeout waiting for: [Deployment/docker-registry/docker-registry status: 'Failed']"
            ),
            condition(
                "HelmRelease",
                "RollbackSucceeded",
                "Helm rollback to previous release docker-registry/docker-registry.v3 with chart "
                "docker-registry@0.1.0 succeeded",
            ),
            condition(
                "HelmRelease", "RetriesExceeded", "Failed to upgrade after 1 attempt(s)", type_="Stalled", status="True"
            ),
            add(_GONE),
        ),
        ("release-timeout", "retries-exhausted"),
        says=(
            "Helm rolled back to the previous revision",
            'Pod/docker-registry-0000-gone: Failed to pull image "docker.io/library/registry:9.9.9"',
        ),
        remedy=("correct what their events tell, `kubectl get events -n docker-registry --field-selector",),
        never=("its Pods are ready now",),
    ),
    State(
        "an upgrade failed, and there is no revision to roll back to",
        "https://github.com/fluxcd/flux2/issues/4772",
        changed(
            "ready",
            upgrade_failed(f"{_FAILED}context deadline exceeded"),
            condition(
                "HelmRelease",
                "MissingRollbackTarget",
                "Failed to perform remediation: missing target release for rollback: cannot remediate failed release",
                type_="Stalled",
                status="True",
            ),
        ),
        ("release-timeout", "retries-exhausted"),
        remedy=("`flux reconcile helmrelease docker-registry -n docker-registry --reset`",),
    ),
)

_RECORDED: Final = (
    recorded(
        "claim-shrunk",
        "the size of the claim was lowered in Git",
        "change-refused",
        says=("the claim docker-registry cannot become smaller",),
        remedy=("set `values.persistence.size: 10Gi` again",),
        never=_NO_FORCE,
    ),
    recorded(
        "claim-grown",
        "the size of the claim was raised in Git, and its class has no provisioner",
        "change-refused",
        says=("its StorageClass standard does not allow it",),
        remedy=("set `values.persistence.size: 10Gi` again",),
        never=_NO_FORCE,
    ),
    recorded(
        "claim-class-changed",
        "the storage class of the claim was changed in Git",
        "change-refused",
        remedy=("set `values.persistence.storageClass: standard` again",),
        never=_NO_FORCE,
    ),
    recorded(
        "claim-modes-changed",
        "the access modes of the claim were changed in Git",
        "change-refused",
        remedy=("set `values.persistence.accessModes: [ReadWriteOnce]` again",),
        never=_NO_FORCE,
    ),
    recorded(
        "strategy-set-by-hand",
        "a rolling update was set by hand before the next commit",
        "change-refused",
        "drifted",
        remedy=("`kubectl patch deployment docker-registry -n docker-registry --type=json",),
        never=_NO_FORCE,
    ),
    recorded(
        "selector-changed",
        "another `nameOverride` changes the selector",
        "change-refused",
        remedy=("`kubectl delete deployment docker-registry -n docker-registry`",),
        never=_NO_FORCE,
    ),
    recorded(
        "cluster-ip-changed",
        "another cluster IP was set in Git",
        "change-refused",
        remedy=("`kubectl delete service docker-registry -n docker-registry`",),
        never=_NO_FORCE,
    ),
    recorded(
        "service-monitor-without-crd",
        "a ServiceMonitor in a cluster without the Prometheus Operator",
        "kind-missing",
        remedy=("set `values.metrics.serviceMonitor.enabled: false`",),
        never=_NO_DESCRIBE,
    ),
    recorded(
        "removal-cut-off",
        "the record of the release says that it is being removed",
        "release-locked",
        remedy=(_RECORD,),
        never=_NO_DESCRIBE,
    ),
    recorded(
        "rolled-back",
        "an upgrade to an image that does not exist was rolled back",
        "release-timeout",
        "retries-exhausted",
        says=("Helm rolled back to the previous revision", "Failed to pull image"),
        remedy=("correct what their events tell",),
        never=("its Pods are ready now",),
    ),
    recorded(
        "no-rollback-target",
        "a release that `helm` has installed, and whose first upgrade by Flux fails",
        "image-not-pulled",
        "retries-exhausted",
        never=_NO_DESCRIBE,
    ),
    recorded(
        "object-of-nobody",
        "a ConfigMap of `extraDeploy` exists already",
        "not-owned",
        says=("the ConfigMap mine exists already",),
        remedy=("`kubectl label configmap mine -n docker-registry --overwrite app.kubernetes.io/managed-by=Helm`",),
        never=_NO_DESCRIBE,
    ),
    recorded(
        "node-port-out-of-range",
        "a node port that Kubernetes does not have",
        "object-invalid",
        remedy=("`values.service.nodePorts`",),
        never=_NO_DESCRIBE,
    ),
    recorded(
        "post-renderer-without-target",
        "a post-renderer patches another Deployment",
        "chart-failed",
        remedy=("correct its patch",),
        never=_NO_DESCRIBE,
    ),
)

STATES: Final[tuple[State, ...]] = (
    *_RECORDED,
    replace(_REPLACED, causes=("change-refused", "change-refused")),
    *_CHANGES,
    *_KINDS,
    *_LOCKED,
    *_OWNED,
    *_CHART,
    *_ENDS,
)
