"""Every key of config.yml that names a file is looked at by the chart and by the models, in variables too."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.values import Configuration, RegistryValues, list_file_keys
from tests.support.helm import Chart

KEYS = {".".join(key.steps): key for key in list_file_keys(Configuration)}
FILE = "/none/such.file"
CLOUDFRONT = {"name": "cloudfront", "options": {"baseurl": "https://a", "keypairid": "K1", "privatekey": FILE}}


def naming(key: str) -> dict[str, Any]:
    """The values with a `configuration` whose key names the file."""
    if key == "middleware.storage.options.privatekey":
        return {"configuration": {"middleware": {"storage": [CLOUDFRONT]}}}
    value: Any = [FILE] if key.endswith("cas") else FILE
    for step in reversed(key.split(".")):
        value = {step: value}
    return {"configuration": value}


def by_variable(key: str) -> dict[str, Any]:
    """The values with a variable that names the file."""
    text = f"[{FILE}]" if key.endswith("cas") else FILE
    return {"extraEnvVars": [{"name": KEYS[key].variable.replace("[0-9]+", "0"), "value": text}]}


def problems_of(values: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        RegistryValues.model_validate(values, by_alias=True, by_name=False)
    return [str(error["msg"]) for error in caught.value.errors() if error["type"] == "file-missing"]


@pytest.mark.parametrize("key", KEYS)
def test_models_refuse_a_file_that_nothing_mounts(key: str) -> None:
    for values in (naming(key), by_variable(key)):
        (problem,) = problems_of(values)
        assert f"no volume of the Pod has the file {FILE}" in problem
        assert KEYS[key].instead in problem


def test_chart_refuses_the_same_files_in_the_same_words(chart: Chart) -> None:
    every: dict[str, Any] = {"configuration": {}, "extraEnvVars": []}
    for key in KEYS:
        merge(every["configuration"], naming(key)["configuration"])
        every["extraEnvVars"] += by_variable(key)["extraEnvVars"]
    lines = chart.refusal(**every).splitlines()
    for key in KEYS:
        (problem,) = problems_of(naming(key))
        assert any(line.startswith(f"- configuration.{key.split('.')[0]}.") and problem in line for line in lines), key
    assert len([line for line in lines if "no volume of the Pod" in line]) == 2 * len(KEYS)


def merge(base: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict):
            merge(base.setdefault(key, {}), value)
        else:
            base[key] = value


def test_key_that_names_no_file_of_a_volume_has_no_mark() -> None:
    names_a_path = {"storage.filesystem.rootdirectory", "http.tls.letsencrypt.cachefile", "health.file.file"}
    assert names_a_path.isdisjoint(KEYS)
    assert len(KEYS) == 11
