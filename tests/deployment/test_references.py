"""`${NAME}` of Flux in a config file: accepted in every field, and checked by its default, with the position."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import yaml
from pydantic import ValidationError

from registry_gitops.deployment import GitSource, RegistryDeployment, load
from registry_gitops.errors import InputError
from registry_gitops.manifests import HelmReleaseOptions
from registry_gitops.model import Model
from registry_gitops.model.annotations import field_annotation, union_members
from registry_gitops.model.reference_choices import choose_values
from registry_gitops.model.reference_search import FoundReference
from registry_gitops.render import render, render_checked
from registry_gitops.values import Auth, EnvVar, Htpasswd, Ingress, Persistence, RegistryValues

# Key and text, and what the field holds: its type's value by the default, or the text itself in a field of text.
ACCEPTED: dict[str, tuple[str, Any]] = {
    "a whole number by its default": ("values.replicaCount: ${REPLICAS:=1}", 1),
    "a whole number that nobody knows": ("values.replicaCount: ${REPLICAS}", 1),
    "a whole number in quotes": ('values.replicaCount: "${REPLICAS:=0}"', 0),
    "a port by :-": ("values.service.ports.http: ${PORT:-8080}", 8080),
    "a port by =": ("values.service.ports.http: ${PORT=8081}", 8081),
    "a port that nobody knows": ("values.service.ports.http: ${PORT}", 5000),
    "a part of a number": ("values.service.ports.http: 50${PORT}", 5000),
    "a number that may be unset": ("values.containerSecurityContext.runAsUser: ${UID:=2000}", 2000),
    "a number of seconds": ("values.terminationGracePeriodSeconds: ${GRACE:=120}", 120),
    "a boolean that is true": ("values.deletion.enabled: ${DELETE:=true}", True),
    "a boolean that is false": ("values.persistence.enabled: ${KEEP:=false}", False),
    "a boolean that nobody knows": ("values.deletion.enabled: ${DELETE}", False),
    "a boolean with an operator": ("values.deletion.enabled: ${DELETE,,}", False),
    "one of several words": ("values.service.type: ${TYPE:=NodePort}", "NodePort"),
    "one of several words, unknown": ("values.service.type: ${TYPE}", "ClusterIP"),
    "a word of the release": ("release.driftDetection.mode: ${MODE:=warn}", "warn"),
    "a word in a list": ("values.persistence.accessModes: [ '${MODE:=ReadWriteMany}' ]", ("ReadWriteMany",)),
    "a size": ("values.persistence.size: ${SIZE:=20Gi}", "${SIZE:=20Gi}"),
    "a size as a number": ("values.persistence.size: ${SIZE:=1000}", "${SIZE:=1000}"),
    "a size that nobody knows": ("values.persistence.size: ${SIZE}", "${SIZE}"),
    "a part of a size": ("values.persistence.size: ${SIZE:=20}Gi", "${SIZE:=20}Gi"),
    "an amount of CPU": ("values.resources.limits.cpu: ${CPU:=500m}", "${CPU:=500m}"),
    "a duration": ("values.http.drainTimeout: ${DRAIN:=30s}", "${DRAIN:=30s}"),
    "a duration of the release": ("release.interval: ${INTERVAL:=5m}", "${INTERVAL:=5m}"),
    "a duration that nobody knows": ("release.timeout: ${TIMEOUT}", "${TIMEOUT}"),
    "a host": ("values.ingress.hostname: ${HOST:=registry.example.com}", "${HOST:=registry.example.com}"),
    "a part of a host": ("values.ingress.hostname: registry.${DOMAIN}", "registry.${DOMAIN}"),
    "two parts of a host": ("values.ingress.hostname: ${A}.${B:=example.com}", "${A}.${B:=example.com}"),
    "a host in upper case": ("values.ingress.hostname: ${HOST,,}", "${HOST,,}"),
    "a host without its port": ("values.ingress.hostname: ${HOST%:*}", "${HOST%:*}"),
    "a tag": ("values.image.tag: ${TAG:=3.1.1}", "${TAG:=3.1.1}"),
    "a digest": ("values.image.digest: ${DIGEST}", "${DIGEST}"),
    "a part of a digest": ("values.image.digest: sha256:${DIGEST}", "sha256:${DIGEST}"),
    "a repository": ("values.image.repository: ${MIRROR}/registry", "${MIRROR}/registry"),
    "the name of a Secret": ("values.http.existingSecret: ${SECRET}", "${SECRET}"),
    "the name of a class": ("values.persistence.storageClass: ${CLASS:=}", "${CLASS:=}"),
    "a password": ("values.auth.htpasswd.password: ${PASSWORD}", "${PASSWORD}"),
    "a path": ("values.ingress.path: /${PATH:=}", "/${PATH:=}"),
    "an annotation": ("values.podAnnotations.a: The team ${TEAM}", "The team ${TEAM}"),
    "a label": ("values.podLabels.a: ${TEAM:=a-b}", "${TEAM:=a-b}"),
    "an entry of a list": ("values.image.pullSecrets: [ '${PULL}' ]", ("${PULL}",)),
    "a count or a percentage": (
        "values.updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: '${SURGE:=25%}'}}",
        None,
    ),
    "an address": ("values.configuration.http.addr: ${ADDRESS:=:5001}", "${ADDRESS:=:5001}"),
    "a URL": ("values.configuration.proxy.remoteurl: ${UPSTREAM}", "${UPSTREAM}"),
    "a level": ("values.configuration.log.level: ${LEVEL:=debug}", "debug"),
    "the name": ("name: ${NAME:=registry}", "${NAME:=registry}"),
    "the namespace": ("namespace: ${CLUSTER}-registry", "${CLUSTER}-registry"),
    "the path of the source": ("source: {type: git, path: 'apps/${CLUSTER}'}", None),
    "a literal": ("values.podAnnotations.a: $${HOME}", "$${HOME}"),
    "a nested default": ("values.persistence.size: ${SIZE:=${DEFAULT_SIZE:=5Gi}}", "${SIZE:=${DEFAULT_SIZE:=5Gi}}"),
}

REFUSED: dict[str, tuple[str, str]] = {
    "a word for a number": (
        "values.replicaCount: ${REPLICAS:=two}",
        "3:17: values.replicaCount: the default of ${REPLICAS}: must be a valid integer",
    ),
    "a number that is too small": (
        "values.replicaCount: ${REPLICAS:=-1}",
        "3:17: values.replicaCount: the default of ${REPLICAS}: must be greater than or equal to 0",
    ),
    "nothing for a number": (
        "values.replicaCount: ${REPLICAS:=}",
        "3:17: values.replicaCount: the default of ${REPLICAS}: must be a valid integer",
    ),
    "a port out of range": (
        "values.service.ports.http: ${PORT:=70000}",
        "5:13: values.service.ports.http: the default of ${PORT}: 70000 is not a port",
    ),
    "a word for a boolean": (
        "values.deletion.enabled: ${DELETE:=yes}",
        "4:14: values.deletion.enabled: the default of ${DELETE}: must be a valid boolean",
    ),
    "another word": (
        "values.service.type: ${TYPE:=Internal}",
        "4:11: values.service.type: the default of ${TYPE}: must be 'ClusterIP', 'NodePort' or 'LoadBalancer'",
    ),
    "a size with a wrong unit": (
        "values.persistence.size: ${SIZE:=20GB}",
        '4:11: values.persistence.size: the default of ${SIZE}: "20GB" is not a quantity',
    ),
    "a duration without a unit": (
        "release.interval: ${INTERVAL:=10}",
        '3:13: release.interval: the default of ${INTERVAL}: "10" is not a duration',
    ),
    "a host with a scheme": (
        "values.ingress.hostname: https://${HOST:=registry.example.com}",
        '4:15: values.ingress.hostname: the default of ${HOST}: "https://registry.example.com" is not a host name',
    ),
    "an entry of a list": (
        "values.persistence.accessModes: [ '${MODE:=ReadWrite}' ]",
        "4:20: values.persistence.accessModes[0]: the default of ${MODE}: must be 'ReadWriteOnce'",
    ),
    "a brace that is never closed": (
        "values.persistence.size: ${SIZE",
        "4:11: values.persistence.size: no } where Flux looks for it: write ${NAME}",
    ),
    "an operator that Flux lacks": (
        "values.persistence.size: ${SIZE-20Gi}",
        "4:11: values.persistence.size: Flux has no ${NAME-text}: write ${NAME:-text}",
    ),
    "no name": (
        "values.podAnnotations.a: a ${} b",
        "4:8: values.podAnnotations.a: no name of a variable follows ${",
    ),
    "a number that needs quotes": (
        "values.replicaCount: '${REPLICAS: -1}'",
        "3:17: values.replicaCount: kustomize would put this in quotes, and so make it text",
    ),
    "a combination by a default": (
        "values.replicaCount: ${REPLICAS:=2}",
        "3:17: values.replicaCount: the default of ${REPLICAS}: 2 replicas cannot share a ReadWriteOnce volume",
    ),
    "a combination that no value can repair": (
        "values: {replicaCount: 2, persistence: {enabled: false, size: '${SIZE}'}}",
        "2:24: values.replicaCount: 2 replicas without persistence each have their own images",
    ),
    "a section": ("values: ${VALUES}", "2:9: values: must be a mapping of keys to values"),
    "a list": (
        "values.tolerations: ${LIST:=[]}",
        "3:16: values.tolerations: must be a list",
    ),
    "an unknown key": ("values.image.tga: ${TAG}", '4:5: values.image.tga: unknown key "tga": did you mean "tag"?'),
    "a file that kustomize reads": (
        "kustomization.resources: [ '${USERS}.yaml' ]",
        "3:16: kustomization.resources[0]: kustomize reads this before Flux fills in variables: write it out",
    ),
    "a mistake elsewhere": (
        "values: {replicaCount: '${REPLICAS}', image: {tga: '${TAG}'}}",
        '2:47: values.image.tga: unknown key "tga": did you mean "tag"?',
    ),
}

SILENT = (
    "{replicaCount: 3, http: {existingSecret: a}, persistence: {accessModes: ['${MODE}']}}",
    "{replicaCount: 3, http: {existingSecret: a}, persistence: {accessModes: ['${MODE:=ReadWriteMany}']}}",
    "{replicaCount: '${REPLICAS}', persistence: {enabled: false}}",
    "{replicaCount: 2, http: {existingSecret: '${SECRET}'}, persistence: {accessModes: [ReadWriteMany]}}",
    "{ingress: {enabled: '${PUBLIC}', tls: true}}",
    "{ingress: {enabled: true, tls: '${TLS}'}}",
    "{ingress: {enabled: true, tls: true, hostname: 'registry.${DOMAIN}'}}",
    "{auth: {htpasswd: {enabled: '${LOGIN}'}}}",
    "{auth: {htpasswd: {enabled: true, existingSecret: '${USERS}'}}}",
    "{auth: {htpasswd: {enabled: true, username: a, password: '${PASSWORD}'}}}",
    "{terminationGracePeriodSeconds: '${GRACE}', http: {drainTimeout: 5m}}",
    "{terminationGracePeriodSeconds: 10, http: {drainTimeout: '${DRAIN}'}}",
    "{updateStrategy: {type: '${STRATEGY}', rollingUpdate: {maxSurge: 1}}}",
)


def write(directory: Path, text: str) -> Path:
    """Write a config file: `a.b: x` on lines of their own, with a comment in front."""
    *keys, key = text.partition(":")[0].split(".")
    value = text.partition(":")[2]
    lines = ["# A config file."]
    lines += [f"{'  ' * depth}{name}:" for depth, name in enumerate(keys)]
    path = directory / "registry.yaml"
    path.write_text("\n".join([*lines, f"{'  ' * len(keys)}{key}:{value}"]) + "\n", "utf-8")
    return path


def field(deployment: Any, key: str) -> Any:
    """Return what is stored at a key of a config file."""
    for step in key.split("."):
        if isinstance(deployment, Mapping):
            deployment = deployment[step]
        else:
            names = {info.alias or name: name for name, info in type(deployment).model_fields.items()}
            deployment = getattr(deployment, names[step])
    return deployment


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_field_holds_its_default_or_its_text_and_is_written_as_it_was(text: str, expected: Any, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    deployment = load(path)
    if expected is not None:
        found = field(deployment, text.partition(":")[0])
        assert (found, type(found) is bool) == (expected, type(expected) is bool)
    assert deployment.to_config_dict() == yaml.safe_load(path.read_text("utf-8"))
    assert render(deployment)


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_wrong_reference_is_refused_at_its_position(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        load(write(tmp_path, text))
    assert str(refused.value.findings[0]).removeprefix(f"{tmp_path}/registry.yaml:").startswith(message)


@pytest.mark.parametrize("values", SILENT)
def test_combination_with_an_unknown_value_is_no_error(values: str, tmp_path: Path) -> None:
    load(write(tmp_path, f"values: {values}"))


def leaves(kind: Any, path: tuple[str, ...], models: tuple[type, ...] = ()) -> Any:
    for member in union_members(kind):
        if isinstance(member, type) and issubclass(member, Model):
            if models.count(member) < 2:
                for name, info in member.model_fields.items():
                    yield from leaves(field_annotation(info), (*path, info.alias or name), (*models, member))
        elif get_origin(member) in (Mapping, Sequence):
            yield from leaves(get_args(member)[-1], (*path, "*"), models)
        elif member is not type(None):
            yield path, kind


def test_every_scalar_accepts_a_variable_without_a_default() -> None:
    # A new type of text may need an example, `Text(examples=...)`, as the value to check the rest with.
    found = dict(leaves(RegistryDeployment, ()))
    assert len(found) > 500
    for path, kind in found.items():
        choice = choose_values(FoundReference(path, "${X}", kind, None))
        if (path[0] == "kustomization" and path[1:2] in (("resources",), ("components",))) or path[-1] == "path":
            continue  # kustomize reads them
        if path[0] == "namespace" and path[-1] in ("create", "prune", "inherit"):
            continue  # they decide what is rendered
        if path[0] == "flux" and (path[-1] == "file" or path[-2:] == ("clusters", "*")):
            continue  # files have such names
        assert choice.problem is None, path
        assert choice.values != ("${X}",) or path[-1] in ("*", "value") or kind is str or "str" in str(kind), path


@pytest.mark.exhaustive
def test_deployment_with_a_variable_in_any_field_is_rendered() -> None:
    # What computes with a text, such as a port of an address, must not meet "${X}".
    rendered = 0
    for path, _ in dict(leaves(RegistryDeployment, ())).items():
        config: Any = "${X}"
        for step in reversed(path):
            config = [config] if step == "*" else {step: config}
        try:
            deployment = RegistryDeployment.model_validate(config)
        except ValidationError:
            continue  # it needs other fields, too
        render_checked(deployment)
        rendered += 1
    assert rendered > 300


def test_models_accept_references_as_config_files_do() -> None:
    values = RegistryValues(
        replica_count="${REPLICAS:=0}",  # type: ignore[arg-type]
        ingress=Ingress(enabled="${PUBLIC}", hostname="registry.${DOMAIN}"),  # type: ignore[arg-type]
        extra_env_vars=[EnvVar(name="A", value="${A}")],
    )
    assert (values.replica_count, values.ingress.hostname) == (0, "registry.${DOMAIN}")
    assert values.as_written("replica_count") == "${REPLICAS:=0}"
    deployment = RegistryDeployment(values=values, release=HelmReleaseOptions(suspend="${OFF:=true}"))  # type: ignore[arg-type]
    assert deployment.release.suspend is True
    assert deployment.to_config_dict() == {
        "release": {"suspend": "${OFF:=true}"},
        "values": {
            "replicaCount": "${REPLICAS:=0}",
            "ingress": {"enabled": "${PUBLIC}", "hostname": "registry.${DOMAIN}"},
            "extraEnvVars": [{"name": "A", "value": "${A}"}],
        },
    }
    assert deployment == RegistryDeployment.model_validate(deployment.to_config_dict())
    assert deployment.revalidated() == deployment


def test_models_refuse_a_default_of_the_wrong_type() -> None:
    with pytest.raises(ValidationError, match=r"the default of \$\{REPLICAS\}: must be a valid integer"):
        RegistryValues(replica_count="${REPLICAS:=two}")  # type: ignore[arg-type]


def test_derived_deployment_keeps_and_replaces_references() -> None:
    base = RegistryDeployment(values=RegistryValues(replica_count="${R:=1}", persistence=Persistence(size="${S}")))  # type: ignore[arg-type]
    derived = base.derive(
        name="${NAME}", values={"persistence": {"size": "5Gi"}, "deletion": {"enabled": "${D:=true}"}}
    )
    assert derived.to_config_dict() == {
        "name": "${NAME}",
        "values": {"replicaCount": "${R:=1}", "persistence": {"size": "5Gi"}, "deletion": {"enabled": "${D:=true}"}},
    }
    assert "replicaCount" not in base.derive(values={"replicaCount": None}).to_config_dict()["values"]


def test_copies_keep_references_and_changed_copies_forget_them() -> None:
    values = RegistryValues(replica_count="${R:=1}")  # type: ignore[arg-type]
    for twin in (copy.copy(values), copy.deepcopy(values), pickle.loads(pickle.dumps(values)), values.model_copy()):
        assert twin == values
        assert twin.to_config_dict() == {"replicaCount": "${R:=1}"}
    assert values.model_copy(update={"replica_count": 0}).to_config_dict() == {"replicaCount": 0}
    assert values != RegistryValues(replica_count=1)


def test_password_of_a_default_is_in_no_message() -> None:
    auth = Auth(htpasswd=Htpasswd(enabled=True, username="admin", password="${PASSWORD}"))
    assert "hunter2" not in repr(RegistryValues(auth=auth))
    with pytest.raises(ValidationError) as refused:
        RegistryValues(
            auth=Auth(htpasswd=Htpasswd(enabled=True, username="admin", password=f"${{P:={'hunter2' * 20}}}"))
        )
    assert "hunter2" not in str(refused.value)


def test_text_that_flux_cannot_read_is_in_no_message() -> None:
    with pytest.raises(ValidationError) as refused:
        RegistryValues(auth=Auth(htpasswd=Htpasswd(password="a${hunter2-x")), extra_env_vars_secret="a${hunter2-x")
    assert "hunter2" not in str(refused.value)


def test_source_with_a_wrong_reference_is_refused_like_all_others() -> None:
    with pytest.raises(ValidationError, match="no } where Flux"):
        GitSource(path="apps/${CLUSTER")
