"""Releases of Helm in all forms: every key of the input is in the report, and the config file renders and validates."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from registry_gitops import validate
from registry_gitops.deployment import load
from registry_gitops.importer import Fate, ImportReport, format_import, import_path, write_import
from registry_gitops.importer.imported_files import Imported
from registry_gitops.masking import show_key
from registry_gitops.render import deploy
from tests.support.tools import ROOT

HERE = Path(__file__).parent
INPUTS = HERE / "inputs" / "helm"
EXPECTED = HERE / "expected" / "helm"
CASES = sorted(path.name for path in INPUTS.iterdir())
TEXTS_OF_VALUES = ("valuesContent", "values.yaml", "settings")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Imported]]:
    """Every input, imported once: name -> result."""
    work = tmp_path_factory.mktemp("imports")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        shutil.copytree(INPUTS, work / "inputs")
        yield {case: import_path(f"inputs/{case}", Path("out") / case) for case in CASES}


@pytest.fixture
def result(case: str, imported: dict[str, Imported]) -> Imported:
    return imported[case]


@pytest.mark.parametrize("case", CASES)
def test_config_file_and_report_are_as_expected(case: str, result: Imported, update_goldens: bool) -> None:
    config = result.files["registry.yaml"]
    for name, text in (("registry.yaml", config), ("report.txt", format_import(result.report))):
        golden = EXPECTED / case / name
        if update_goldens:
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(text, "utf-8")
        assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_key_of_the_input_has_one_outcome(case: str, result: Imported) -> None:
    keys = [key for path in sorted((INPUTS / case).rglob("*.yaml")) for key in keys_of(path)]
    reported = covered_keys(result.report)
    assert sorted(set(keys) - set(reported)) == []
    assert sorted(set(reported) - set(keys)) == []


@pytest.mark.parametrize("case", CASES)
def test_decision_says_what_to_decide_and_how(case: str, result: Imported) -> None:
    for outcome in result.report.decisions:
        assert outcome.note
        assert outcome.options
    for outcome in result.report.outcomes:
        assert outcome.fate is not Fate.DROPPED or outcome.note
        assert outcome.fate is not Fate.TRANSLATED or outcome.note or outcome.to


@pytest.mark.parametrize("case", CASES)
def test_report_is_valid_by_the_published_schema(case: str, result: Imported) -> None:
    schema = json.loads((ROOT / "docs" / "import.schema.json").read_text("utf-8"))
    report = result.report.to_json()
    assert [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(json.loads(report))] == []
    assert ImportReport.model_validate_json(report) == result.report


@pytest.mark.parametrize("case", CASES)
def test_key_that_an_outcome_names_is_in_the_config_file(case: str, result: Imported) -> None:
    config = yaml.safe_load(result.files["registry.yaml"])
    named = {key for outcome in result.report.outcomes for key in outcome.to}
    assert [key for key in sorted(named) if not has(config, key)] == []


@pytest.mark.parametrize("case", CASES)
def test_config_file_renders(case: str, result: Imported, tmp_path: Path) -> None:
    write_import(result, tmp_path)
    assert deploy(load(tmp_path / "registry.yaml"), tmp_path).pending


@pytest.mark.tools
def test_rendered_files_pass_validate(imported: dict[str, Imported], tmp_path: Path) -> None:
    for case, result in imported.items():
        write_import(result, tmp_path / case)
        deploy(load(tmp_path / case / "registry.yaml"), tmp_path / case)
    report = validate([str(tmp_path)])
    # What a release waits for is not in the input.
    errors = [finding for finding in report.findings if finding.is_error and finding.id != "missing-dependency"]
    assert [str(finding) for finding in errors] == []


@pytest.mark.parametrize("case", CASES)
def test_no_secret_is_outside_of_the_files_that_git_ignores(case: str, result: Imported, tmp_path: Path) -> None:
    write_import(result, tmp_path)
    ignored = (tmp_path / ".gitignore").read_text("utf-8").splitlines() if result.ignored else []
    shown = format_import(result.report) + result.report.to_json() + result.files["registry.yaml"]
    assert [name for name in result.files if name.endswith(".plain.yaml")] == ignored
    for name in ignored:
        texts = yaml.safe_load(result.files[name])["stringData"].values()
        assert not [text for text in texts if text.strip() in shown]


def covered_keys(report: ImportReport) -> list[tuple[str, str]]:
    """The file and the dotted path of every key that an outcome covers."""
    return [
        (Path(outcome.file).name, key)
        for outcome in report.outcomes
        for key in (outcome.keys if outcome.keys else (outcome.key,))
    ]


def keys_of(path: Path) -> Iterator[tuple[str, str]]:
    """The file and the dotted path of every value in a file, read by another reader of YAML."""
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        for key in flat(document):
            yield path.name, key.lstrip(".")


def has(config: Any, key: str) -> bool:
    """Whether the config file has a key such as values.extraEnvVars[0]."""
    for step in re.findall(r"[^.\[\]]+", key):
        index = int(step) if isinstance(config, list) else step
        if not (index in config if isinstance(config, dict) else isinstance(config, list) and index < len(config)):
            return False
        config = config[index]
    return True


def flat(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from flat(item, f"{key}.{show_key(name)}")
            if name in TEXTS_OF_VALUES and isinstance(item, str) and isinstance(yaml.safe_load(item), dict):
                yield from flat(yaml.safe_load(item), f"{key}.{show_key(name)}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from flat(item, f"{key}[{index}]")
    else:
        yield key


@pytest.mark.parametrize(
    ("ingress", "expected"),
    [
        ("{enabled: true, hosts: [a.example.com]}", {"ingressClassName": "nginx", "hostname": "a.example.com"}),
        ("{enabled: true, hosts: [a.example.com], className: ''}", {"hostname": "a.example.com"}),
        ("{enabled: true, className: ~}", {"hostname": "chart-example.local"}),
    ],
)
def test_defaults_of_their_ingress_stay_unless_they_are_emptied(
    ingress: str, expected: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(f"persistence: {{enabled: true, deleteEnabled: true}}\ningress: {ingress}\n", "utf-8")
    config = yaml.safe_load(import_path(str(file), tmp_path / "out").files["registry.yaml"])
    assert config["values"]["ingress"] == {"enabled": True, **expected}


@pytest.mark.parametrize(
    ("repository", "fate"),
    [
        ("registry", Fate.DROPPED),
        ("mirror.example.com/library/registry", Fate.DROPPED),
        ("example/registry-arm", Fate.DECISION),
    ],
)
def test_a_tag_of_v2_of_an_image_of_ones_own_needs_a_decision(repository: str, fate: Fate, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    values = f"image: {{repository: {repository}, tag: 2.6.2}}\npersistence: {{deleteEnabled: true}}\n"
    file.write_text(values, "utf-8")
    outcomes = import_path(str(file), tmp_path / "out").report.outcomes
    assert [each.fate for each in outcomes if each.key == "image.tag"] == [fate]
