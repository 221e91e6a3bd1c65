"""Keys of other charts, and of manifests: each is refused with the key to write here, and none with a wrong guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.codec import load_yaml
from registry_gitops.deployment import RegistryDeployment, describe_errors
from registry_gitops.errors import InputError
from registry_gitops.model import Model
from registry_gitops.schema import explain_key

# A config file, the key that is reported, and a part of the message.
FILES = [
    # The community's chart (twuni), and stable before it
    ("values: {persistence: {deleteEnabled: true}}", "values.persistence.deleteEnabled", "write deletion.enabled"),
    (
        "values: {persistence: {accessMode: ReadWriteOnce}}",
        "values.persistence.accessMode",
        "write accessModes, a list",
    ),
    ("values: {imagePullSecrets: [{name: a}]}", "values.imagePullSecrets", "write image.pullSecrets"),
    ("values: {configPath: /etc/docker/registry}", "values.configPath", "leave it out"),
    ("values: {configData: {version: 0.1}}", "values.configData", "write configuration"),
    ("values: {secrets: {htpasswd: 'a:b'}}", "values.secrets.htpasswd", "auth.htpasswd.existingSecret"),
    ("values: {secrets: {haSharedSecret: x}}", "values.secrets.haSharedSecret", "http.existingSecret"),
    ("values: {secrets: {s3: {secretRef: x}}}", "values.secrets.s3", "storage.s3.existingSecret"),
    ("values: {secrets: {}}", "values.secrets", "auth.htpasswd.existingSecret"),
    ("values: {s3: {region: a}}", "values.s3.region", "write storage.s3.region"),
    ("values: {s3: {regionEndpoint: a}}", "values.s3.regionEndpoint", "write storage.s3.regionEndpoint"),
    ("values: {s3: {bucket: a}}", "values.s3.bucket", "write storage.s3.bucket"),
    ("values: {s3: {secure: false}}", "values.s3.secure", "write configuration.storage.s3.secure"),
    ("values: {s3: {forcepathstyle: true}}", "values.s3.forcepathstyle", "write storage.s3.forcePathStyle"),
    ("values: {s3: {nonsense: true}}", "values.s3", "write storage.type as s3"),
    ("values: {swift: {authurl: a}}", "values.swift", "no driver for OpenStack Swift"),
    ("values: {securityContext: {enabled: true}}", "values.securityContext", "write podSecurityContext"),
    ("values: {podDisruptionBudget: {minAvailable: 1}}", "values.podDisruptionBudget", "write pdb"),
    ("values: {tlsSecretName: a}", "values.tlsSecretName", "write tls.enabled and tls.existingSecret"),
    ("values: {garbageCollect: {enabled: true}}", "values.garbageCollect", "write garbageCollection"),
    ("values: {deployment: {annotations: {}}}", "values.deployment.annotations", "write commonAnnotations"),
    ("values: {namespace: images}", "values.namespace", "top level of the config file"),
    ("values: {service: {port: 5000}}", "values.service.port", "write ports.http"),
    ("values: {service: {nodePort: 30000}}", "values.service.nodePort", "write nodePorts.http"),
    ("values: {service: {ports: {https: 443}}}", "values.service.ports.https", "write tls.enabled at the top level"),
    ("values: {service: {nodePorts: {https: 30443}}}", "values.service.nodePorts.https", "or ingress.tls for TLS in"),
    ("values: {service: {ports: {metrics: 5001}}}", "values.service.ports.metrics", "write metrics.enabled"),
    ("values: {service: {name: registry}}", "values.service.name", "fullnameOverride"),
    ("values: {service: {targetPort: 5000}}", "values.service.targetPort", "leave it out"),
    ("values: {ingress: {className: nginx}}", "values.ingress.className", "write ingressClassName"),
    ("values: {ingress: {hosts: [a.example.com]}}", "values.ingress.hosts", "write hostname"),
    ("values: {ingress: {tls: [{secretName: a}]}}", "values.ingress.tls", "must be true or false"),
    ("values: {ingress: {labels: {}}}", "values.ingress.labels", "write commonLabels"),
    ("values: {replicas: 2}", "values.replicas", "write replicaCount"),
    ("values: {strategy: {type: Recreate}}", "values.strategy", "write updateStrategy"),
    ("values: {extraEnv: []}", "values.extraEnv", "write extraEnvVars"),
    ("values: {image: {name: registry}}", "values.image.name", "write repository"),
    # Bitnami's, and jouve's distribution
    ("values: {global: {imageRegistry: a}}", "values.global.imageRegistry", "write image.registry"),
    ("values: {global: {storageClass: a}}", "values.global.storageClass", "write persistence.storageClass"),
    ("values: {podAntiAffinityPreset: soft}", "values.podAntiAffinityPreset", "topologySpreadConstraints"),
    ("values: {resourcesPreset: nano}", "values.resourcesPreset", "resources.requests"),
    ("values: {containerPorts: {http: 5000}}", "values.containerPorts", "listens on 5000"),
    ("values: {customReadinessProbe: {}}", "values.customReadinessProbe", "readinessProbe how often"),
    ("values: {readinessProbe: {httpGet: {path: /}}}", "values.readinessProbe.httpGet", "decides what is probed"),
    ("values: {configYml: {}}", "values.configYml", "write configuration"),
    ("values: {existingConfigmap: a}", "values.existingConfigmap", "write configuration"),
    ("values: {extraObjects: []}", "values.extraObjects", "write extraDeploy"),
    ("values: {ingress: {selfSigned: true}}", "values.ingress.selfSigned", "creates no certificate"),
    ("values: {ingress: {secrets: []}}", "values.ingress.secrets", "existingSecret"),
    ("values: {persistence: {mountPath: /data}}", "values.persistence.mountPath", "/var/lib/registry"),
    ("values: {persistence: {selector: {}}}", "values.persistence.selector", "existingClaim"),
    ("values: {podSecurityContext: {privileged: true}}", "values.podSecurityContext.privileged", "containerSecurity"),
    ("values: {containerSecurityContext: {fsGroup: 1}}", "values.containerSecurityContext.fsGroup", "podSecurity"),
    ("values: {lifecycle: {}}", "values.lifecycle", "write lifecycleHooks"),
    ("values: {rbac: {create: true}}", "values.rbac", "does not call the Kubernetes API"),
    ("values: {diagnosticMode: {enabled: true}}", "values.diagnosticMode", "command and args"),
    # app-template
    ("values: {controllers: {main: {}}}", "values.controllers", "one Deployment"),
    ("values: {env: {TZ: UTC}}", "values.env", "write extraEnvVars"),
    ("values: {envFrom: []}", "values.envFrom", "extraEnvVarsSecret"),
    ("values: {probes: {}}", "values.probes", "livenessProbe"),
    ("values: {ingress: {main: {enabled: true}}}", "values.ingress.main", "directly below ingress"),
    ("values: {persistence: {hostPath: /srv}}", "values.persistence.hostPath", "existingClaim"),
    # Harbor's
    ("values: {expose: {type: ingress}}", "values.expose.type", "ingress.enabled"),
    ("values: {externalURL: a}", "values.externalURL", "ingress.hostname"),
    ("values: {harborAdminPassword: hunter2}", "values.harborAdminPassword", "part of Harbor"),
    ("values: {imageChartStorage: {type: s3}}", "values.imageChartStorage", "write storage"),
    # config.yml, at the top level of the values
    ("values: {log: {level: debug}}", "values.log", "write configuration.log"),
    ("values: {redis: {addr: a}}", "values.redis", "cache.redis"),
    ("values: {http: {secret: hunter2}}", "values.http.secret", "http.existingSecret"),
    ("values: {http: {host: a}}", "values.http.host", "write configuration.http.host"),
    ("values: {auth: {password: hunter2}}", "values.auth.password", "htpasswd.existingSecret"),
    ("values: {auth: {htpasswd: 'a:hunter2'}}", "values.auth.htpasswd", "htpasswd.existingSecret"),
    ("values: {auth: {htpasswd: {users: {a: hunter2}}}}", "values.auth.htpasswd.users", "existingSecret"),
    ("values: {proxy: {secretRef: hub}}", "values.proxy.secretRef", "in existingSecret"),
    ("values: {proxy: {password: hunter2}}", "values.proxy.password", "in existingSecret"),
    ("values: {storage: {type: s3, s3: {secretkey: hunter2}}}", "values.storage.s3.secretkey", "in existingSecret"),
    ("values: {storage: {type: s3, s3: {endpoint: a}}}", "values.storage.s3.endpoint", "write regionEndpoint"),
    ("values: {storage: {filesystem: {}}}", "values.storage.filesystem", "write persistence"),
    ("values: {cache: {redis: {addr: a}}}", "values.cache.redis.addr", "write addrs"),
    ("values: {cache: {redis: {password: hunter2}}}", "values.cache.redis.password", "in existingSecret"),
    ("values: {tls: {secretName: a}}", "values.tls.secretName", "write existingSecret"),
    ("values: {autoscaling: {targetCPU: 50}}", "values.autoscaling.targetCPU", "write targetCPUUtilizationPercentage"),
    ("values: {pdb: {create: true}}", "values.pdb.create", "write enabled"),
    ("values: {garbageCollection: {podLabels: {}}}", "values.garbageCollection.podLabels", "top level of the values"),
    # Values of other types
    ("values: {storage: s3}", "values.storage", "write storage.type"),
    ("values: {storage: filesystem}", "values.storage", "write storage.type"),
    ("values: {cache: redis}", "values.cache", "write cache.type"),
    ("values: {proxy: 'https://registry-1.docker.io'}", "values.proxy", "write proxy.enabled and proxy.remoteUrl"),
    ("values: {image: {pullSecrets: [{name: a}]}}", "values.image.pullSecrets[0]", "must be a list of names"),
    ("values: {extraEnvVars: [A=b]}", "values.extraEnvVars[0]", "`- name: NAME`"),
    ("values: {extraDeploy: ['kind: {{ .Values.kind }}']}", "values.extraDeploy[0]", "evaluates no Helm templates"),
    ("values: {extraDeploy: 'kind: Secret'}", "values.extraDeploy", "its keys, not a text"),
    ("values: {image: 'registry:3'}", "values.image", "write image.repository and image.tag"),
    ("values: {persistence: false}", "values.persistence", "write enabled: false in it"),
    ("values: {ingress: true}", "values.ingress", "write enabled: true in it"),
    ("values: {extraEnvVars: {TZ: UTC}}", "values.extraEnvVars", "`- name: NAME`"),
    ("values: {image: {tag: 3}}", "values.image.tag", "put it in quotes"),
    ("values: {resources: {cpu: 1}}", "values.resources.cpu", "write it in requests"),
    ("values: {service: {ports: [5000]}}", "values.service.ports", "write ports.http"),
    ("values: {persistence.size: 1Gi}", "values.persistence.size", "write size below persistence"),
    # Manifests
    ("apiVersion: v2", "apiVersion", "no object of Kubernetes"),
    ("kind: HelmRelease", "kind", "no object of Kubernetes"),
    ("metadata: {name: a}", "metadata.name", "write name at the top level"),
    ("spec: {interval: 5m}", "spec.interval", "write release.interval"),
    ("spec: {values: {}}", "spec.values", "write values at the top level"),
    ("spec: {chart: {}}", "spec.chart", "write source"),
    ("spec: {}", "spec", "write source, release, and values"),
    ("values: {registry: {replicaCount: 1}}", "values.registry", "directly below values"),
    ("values: {docker-registry: {replicaCount: 1}}", "values.docker-registry", "directly below values"),
    ("replicaCount: 1", "replicaCount", "write values.replicaCount"),
    ("interval: 5m", "interval", "write release.interval"),
    ("targetNamespace: a", "targetNamespace", "write release.targetNamespace"),
    ("patches: []", "patches", "write kustomization.patches"),
    ("chart: docker-registry", "chart", "write source"),
    ("version: 1.0.0", "version", "values.image.tag"),
]


def problems(text: str) -> dict[str, str]:
    node = load_yaml(text)
    with pytest.raises(ValidationError) as caught:
        RegistryDeployment.model_validate(node.value, by_alias=True, by_name=False)
    return {finding.location.key: finding.message for finding in describe_errors(caught.value, node)}


@pytest.mark.parametrize(("text", "key", "remedy"), FILES, ids=[key for _, key, _ in FILES])
def test_key_of_another_chart_is_refused_with_what_to_write(text: str, key: str, remedy: str) -> None:
    (message,) = (found := problems(text)).values()
    assert list(found) == [key]
    assert remedy in message
    assert "did you mean" not in message
    assert "***" not in message
    assert "hunter2" not in message


def test_each_key_of_an_unknown_section_is_reported_where_it_is() -> None:
    found = problems("values: {s3: {region: a, bucket: b, storageclass: c}}")
    assert list(found) == ["values.s3.region", "values.s3.bucket", "values.s3.storageclass"]
    assert "write storage.type as s3, and storage.s3" in found["values.s3.storageclass"]


def _models_in(annotation: Any) -> Iterator[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def test_no_table_holds_a_key_that_its_model_has() -> None:
    for model in {model for model, _ in sections()}:
        fields = {field.alias or name for name, field in model.model_fields.items()}
        assert not fields.intersection(key.partition(".")[0] for key in model.instead), model
        assert fields.issuperset(model.other_types), model


KEY = re.compile(r"(?<=write )(?!(?:it|its|each|the) )[a-z]\w*|(?<![\w/.-])[a-z]\w+(?:\.[a-zA-Z]\w+)+")


def test_keys_that_the_texts_name_exist() -> None:
    for model, section in sections():
        for text in (*model.instead.values(), *model.other_types.values()):
            named = re.findall(
                r"write (?!it |its |each |the )([a-z]\w*)|(?<![\w/.-])([a-z]\w+(?:\.[a-zA-Z]\w+)+)", text
            )
            for key in filter(None, (key for pair in named for key in pair)):
                assert key in {"config.yml", "key.json", "kubernetes.io"} or any(
                    _exists(p + key) for p in (section, "values.", "")
                ), (text, key)


def _exists(key: str) -> bool:
    try:
        explain_key(key)
    except InputError:
        return False
    return True


def sections(model: type[Model] = RegistryDeployment, path: str = "") -> Iterator[tuple[type[Model], str]]:
    """Yield each model below `model`, with the path of its keys."""
    yield model, path
    for name, field in model.model_fields.items():
        for kind in _models_in(field.annotation):
            yield from sections(kind, f"{path}{field.alias or name}.")
