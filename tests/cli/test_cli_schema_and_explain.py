"""`schema` and `explain` say what may stand in a description."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from registry_gitops import RegistryValues
from tests.cli.running import Run


def test_the_schema_of_a_description_is_the_default(cli: Run) -> None:
    done = cli("schema")
    assert done == cli("schema", "config")
    validator = jsonschema_rs.validator_for(json.loads(done.out))
    assert validator.is_valid({"name": "a", "values": {"replicaCount": 1}})
    assert not validator.is_valid({"replicaCount": 1})


def test_the_schema_of_the_values_takes_the_chart_s_own_defaults(cli: Run) -> None:
    validator = jsonschema_rs.validator_for(json.loads(cli("schema", "values").out))
    assert validator.is_valid(RegistryValues().model_dump(exclude_none=True))
    assert not validator.is_valid({"replicaCuont": 1})


def test_a_key_is_explained_with_its_type_its_default_and_its_meaning(cli: Run) -> None:
    done = cli("explain", "values.persistence.size")
    head, _, description = done.out.partition("\n\n")
    assert (done.code, done.err) == (0, "")
    assert head == "KEY:      values.persistence.size\nTYPE:     string | number\nDEFAULT:  10Gi"
    assert description.startswith("DESCRIPTION:\n    Size of the claim, in bytes with a unit.")
    assert "FIELDS" not in description


def test_a_section_is_explained_with_the_keys_below_it(cli: Run) -> None:
    out = cli("explain", "values.ingress").out
    assert "\nFIELDS:\n  enabled  <boolean>  default: false\n    Whether the registry is reachable" in out
    assert '\n\n  hostname  <string>  default: ""\n    Host name that clients use' in out
    assert out.endswith(".\n")


def test_key_of_several_types_is_explained_for_each_of_them(cli: Run) -> None:
    text = " ".join(cli("explain", "source.chart").out.split())
    assert "Of type git: Path of a chart that several deployments share, " in text
    assert text.endswith("Of type helm: Name of the chart in the repository.")
    # The same in two of them.
    assert "DESCRIPTION: Secret with `tls.crt`" in " ".join(cli("explain", "source.certSecretRef").out.split())


def test_without_a_key_the_whole_description_is_explained(cli: Run) -> None:
    out = cli("explain").out
    assert out.startswith("KEY:      (the config file)\nTYPE:     object\n")
    fields = [line.split()[0] for line in out.splitlines() if line.startswith("  ") and not line.startswith("   ")]
    assert fields == ["extends", "name", "namespace", "source", "release", "values", "kustomization", "flux", "rules"]


@pytest.mark.parametrize(("columns", "most"), [("60", 60), ("400", 100)])
def test_the_text_fits_the_terminal_and_stays_readable_on_a_wide_one(
    cli: Run, monkeypatch: pytest.MonkeyPatch, columns: str, most: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    prose = [line for line in cli("explain", "values").out.splitlines() if line.startswith("    ")]
    assert most - 12 < max(map(len, prose)) <= most


def test_places_of_a_value_and_of_a_default_in_a_config_file(cli: Run, tmp_path: Path) -> None:
    base, config = tmp_path / "base.yaml", tmp_path / "registry.yaml"
    base.write_text("values: {persistence: {size: 20Gi, storageClass: fast}}\n")
    config.write_text("extends: base.yaml\nvalues: {persistence: {size: 30Gi}}\n")
    assert cli("explain", "values.persistence", "--config", str(config)).out.endswith(
        f"\n\nSET:\n  values.persistence.size          {config}:2:30\n  values.persistence.storageClass  {base}:1:50\n"
    )
    nowhere = f"\n\nSET:\n  nowhere in {config}: the default applies\n"
    assert cli("explain", "values.replicaCount", "--config", str(config)).out.endswith(nowhere)


def test_option_of_a_cluster_is_explained_with_its_place_or_that_of_all_clusters(cli: Run, tmp_path: Path) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text("flux: {interval: 1h, wait: true, clusters: {eu: {wait: false}}}\n")
    for option, place in {"wait": "flux.clusters.eu.wait  1:56", "interval": "flux.interval  1:18"}.items():
        out = cli("explain", f"flux.clusters.eu.{option}", "--config", str(config)).out
        assert out.startswith(f"KEY:      flux.clusters.eu.{option}\n")
        assert out.endswith(f"SET:\n  {place.replace('  ', f'  {config}:')}\n")


def test_rule_is_explained_with_the_place_where_it_is_switched_off(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("rules:\n  system-namespace: off\n")
    (tmp_path / "registry.yaml").write_text("extends: base.yaml\nrules:\n  api-path: {off: of one team}\n")
    for rule, place in {"system-namespace": "base.yaml:2:21", "api-path": "registry.yaml:3:19"}.items():
        out = cli("explain", f"rule/{rule}", "--config", "registry.yaml").out
        assert out.startswith(f"RULE:      {rule}\n")
        assert out.splitlines()[-2:][0] == "SET:"
        assert out.endswith(f"  {place}\n")
    done = cli("explain", "rule/slow-revert", "--config", "registry.yaml")
    assert done.out.endswith("SET:\n  nowhere in registry.yaml: the rule is on\n")
    assert cli("explain", "rule/slow-revert", "--config", "none.yaml").code == 2


def test_places_of_a_program_are_refused(cli: Run) -> None:
    done = cli("explain", "values", "--config", "registry.py")
    assert (done.code, done.err) == (2, "registry.py: a program: its values have no places\n")


def test_an_unknown_key_is_refused_with_the_nearest_one(cli: Run) -> None:
    done = cli("explain", "values.persistence.sice")
    assert (done.code, done.out) == (2, "")
    assert done.err == 'error: values.persistence: unknown key "sice": did you mean "size"?\n'


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("persistence.size", 'unknown key "persistence.size": did you mean "values.persistence.size"?'),
        ("htpasswd.existingSecret", 'unknown key "htpasswd.existingSecret": did you mean "values.auth.htpasswd.exist'),
        ("valuez", 'unknown key "valuez": did you mean "values"?'),
        ("nonsense", 'unknown key "nonsense": known here: extends, name, namespace, '),
    ],
)
def test_an_unknown_key_at_the_top_is_refused_with_the_whole_key_that_it_may_be(
    cli: Run, key: str, message: str
) -> None:
    done = cli("explain", key)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {message}")


def test_a_rule_is_explained(cli: Run) -> None:
    out = cli("explain", "rule/floating-tag").out
    assert out.startswith("RULE:      floating-tag\nSEVERITY:  warning\n")
    assert "Bad: `image.tag: latest`" in out


def test_an_unknown_rule_has_a_suggestion(cli: Run) -> None:
    done = cli("explain", "rule/floting-tag")
    assert (done.code, done.out) == (2, "")
    assert done.err == 'error: unknown rule "floting-tag": did you mean floating-tag?\n'
