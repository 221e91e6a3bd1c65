"""States in which the chart refuses the values, or Flux cannot read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tests.cluster.states.state import Change, State, changed, condition, edit, recorded, upgrade_failed

_CHARTUTIL: Final = "https://github.com/fluxcd/pkg/blob/main/chartutil/values.go"
_FAILED: Final = "Helm upgrade failed for release docker-registry/docker-registry with chart docker-registry@0.1.0: "
_SCHEMA: Final = f"{_FAILED}values don't meet the specifications of the schema(s) in the following chart(s):\n"
_NO_DESCRIBE: Final = ("kubectl describe helmrelease",)


def _values_error(
    cause: str, title: str, report: str, message: str, *, says: Sequence[str], remedy: Sequence[str]
) -> State:
    """Return the state of a registry that runs, and of whose new values Flux cannot read some."""
    # Released tells about the last run, of an earlier generation.
    snapshot = changed("ready", condition("HelmRelease", "ValuesError", message))
    return State(title, report, snapshot, (cause,), tuple(says), tuple(remedy), _NO_DESCRIBE)


def _refused(
    title: str, report: str, message: str, *changes: Change, says: Sequence[str] = (), remedy: Sequence[str] = ()
) -> State:
    snapshot = changed("ready", upgrade_failed(message), *changes)
    return State(title, report, snapshot, ("values-refused",), tuple(says), tuple(remedy), _NO_DESCRIBE)


def _set(**values: Any) -> Change:
    return edit("HelmRelease", lambda release: release["spec"].update(values=values))


def _with_numbers(release: dict[str, Any]) -> None:
    release["spec"]["values"] = {"service": {"annotations": {"a": "text", "b": True}}, "podLabels": {"tier": 1}}


STATES: Final[tuple[State, ...]] = (
    recorded(
        "values-key-missing",
        "the ConfigMap of valuesFrom has another key",
        "secret-missing",
        says=("the ConfigMap settings of `release.valuesFrom` has no key values.yaml",),
        remedy=("`valuesKey`",),
        never=_NO_DESCRIBE,
    ),
    recorded(
        "values-no-map",
        "the key of valuesFrom is the value of one key",
        "values-refused",
        says=("its key tag is no map in YAML",),
        remedy=("`targetPath`",),
        never=_NO_DESCRIBE,
    ),
    _values_error(
        "secret-missing",
        "the ConfigMap of valuesFrom does not exist",
        _CHARTUTIL,
        "could not resolve ConfigMap chart values reference 'docker-registry/settings' with key 'values.yaml': "
        'configmaps "settings" not found',
        says=("the ConfigMap settings of `release.valuesFrom` does not exist",),
        remedy=("create it in namespace docker-registry",),
    ),
    _values_error(
        "secret-missing",
        "the Secret of valuesFrom lacks the key",
        _CHARTUTIL,
        "could not resolve Secret chart values reference 'docker-registry/settings' with key 'values.yaml': key not "
        "found",
        says=("the Secret settings of `release.valuesFrom` has no key values.yaml",),
        remedy=("`valuesKey`",),
    ),
    _values_error(
        "secret-missing",
        "the Secret of valuesFrom lacks the key, before Flux 2.2",
        "https://github.com/hmcts/sds-flux-config/pull/2085",
        "missing key 'values.yaml' in Secret 'docker-registry/settings'",
        says=("the Secret settings of `release.valuesFrom` has no key values.yaml",),
        remedy=("`valuesKey`",),
    ),
    _values_error(
        "values-refused",
        "the Secret of valuesFrom is no YAML",
        _CHARTUTIL,
        "could not resolve Secret chart values reference 'docker-registry/settings' with key 'values.yaml': error "
        "converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'",
        says=("the Secret settings of `release.valuesFrom` has no values: its key values.yaml is no map in YAML",),
        remedy=("correct it",),
    ),
    _values_error(
        "values-refused",
        "a key of valuesFrom is a text, and has no targetPath",
        "https://github.com/fluxcd/flux2/issues/5221",
        "could not resolve Secret chart values reference 'docker-registry/settings' with key 'password': error "
        "unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type common.Values",
        says=("its key password is no map in YAML",),
        remedy=("name that key in `targetPath`",),
    ),
    _values_error(
        "values-refused",
        "a value of valuesFrom cannot be merged, before Flux 2.2",
        "https://github.com/fluxcd/helm-controller/issues/123",
        "unable to merge value from key 'sharedSecret' in Secret 'docker-registry/settings' into target path "
        "'config.sharedSecret': unable to parse key: assignment to entry in nil map",
        says=("the Secret settings of `release.valuesFrom` has no values",),
        remedy=("`targetPath`",),
    ),
    _refused(
        "the schema of the chart refuses values, in the words of Helm 3",
        "https://github.com/helm/helm/blob/v3.17.0/pkg/chartutil/jsonschema.go",
        f"{_SCHEMA}docker-registry:\n- persistence.size: Invalid type. Expected: string, given: integer\n"
        "- (root): Additional property replicas is not allowed\n",
        _set(persistence={"size": 10}, replicas=2),
        says=("the chart refuses these values",),
        remedy=("correct `values.persistence.size` and `values.replicas` in registry.yaml",),
    ),
    _refused(
        "the chart itself finds values that cannot work",
        "https://github.com/helm/helm/blob/v4.2.2/pkg/engine/engine.go",
        f"{_FAILED}execution error at (docker-registry/templates/validate.yaml:3:4): these values cannot work:\n"
        "- extraEnvVars.1.name: is set twice, and a server-side apply refuses that: remove one of them",
        remedy=("correct `values.extraEnvVars.1.name` in registry.yaml",),
    ),
    _refused(
        "an annotation is no text",
        "https://github.com/helm/helm/issues/6867",
        f'{_FAILED}unable to decode "": json: cannot unmarshal bool into Go struct field '
        "ObjectMeta.metadata.annotations of type string",
        edit("HelmRelease", _with_numbers),
        remedy=("correct `values.service.annotations.b` and `values.podLabels.tier`",),
    ),
)
