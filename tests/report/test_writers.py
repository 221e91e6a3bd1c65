"""Each form of a report, against what reads it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from registry_gitops.report import WRITERS, Report
from registry_gitops.report.writers import text

from .junit_schema import violations
from .sample import PASSED, SAMPLE

GOLDEN = Path(__file__).parent / "golden"
EMPTY = SAMPLE.model_copy(update={"checks": (), "findings": (), "leftovers": ()})
SUFFIXES = {"text": "txt", "json": "json", "junit": "xml", "github": "txt", "html": "html"}


@pytest.mark.parametrize("form", WRITERS)
def test_a_report_is_written_as_it_was_reviewed(form: str, update_goldens: bool) -> None:
    golden = GOLDEN / f"{form}.{SUFFIXES[form]}"
    written = WRITERS[form](SAMPLE)
    if update_goldens:
        golden.write_text(written, "utf-8")
    assert written == golden.read_text("utf-8")


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("report", [PASSED, EMPTY], ids=["passed", "empty"])
def test_every_form_is_whole_lines_even_of_little(form: str, report: Report) -> None:
    written = WRITERS[form](report)
    assert written.endswith("\n")
    assert "registry-gitops smoke" in written


@pytest.mark.parametrize("form", ["text", "junit", "github", "html"])
def test_what_a_server_sent_cannot_control_a_terminal(form: str) -> None:
    assert re.findall(r"[^\n -\U0010ffff]", WRITERS[form](SAMPLE)) == []


# -- text


def test_colour_changes_nothing_but_colour() -> None:
    coloured = text.write(SAMPLE, color=True)
    assert coloured != text.write(SAMPLE)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text.write(SAMPLE)


def test_sentences_are_folded_to_the_width_and_rows_stay_whole() -> None:
    lines = text.write(SAMPLE, width=60).splitlines()
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
    assert counts == found == {"tests": 10, "failures": 4, "errors": 1, "skipped": 2}
    assert suite.findtext("testcase[@name='manifest-get']/system-out") == "GET /v2/app/manifests/1"
    failure = suite.find("testcase[@name='location-scheme']/failure")
    assert failure is not None
    assert "Remedy: set `configuration.http.relativeurls: true`" in (failure.text or "")


# -- github


def test_an_annotation_is_one_line_whatever_was_said() -> None:
    lines = WRITERS["github"](SAMPLE).splitlines()
    levels = [re.match(r"::(error|warning|notice) [a-z]+=[^:]*::", line) for line in lines]
    assert [match[1] for match in levels if match] == [*(each.severity for each in SAMPLE.findings), *["notice"] * 3]
    assert len(lines) == len(levels)
    assert "100%25 <lost>" in lines[0]
    assert "file=apps/my registry.yaml::" in lines[3]
    assert "file=apps/my registry.yaml,line=3,col=5::" in lines[4]


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


def test_every_link_in_the_page_leads_somewhere() -> None:
    page = Page(WRITERS["html"](SAMPLE))
    links = [str(value)[1:] for name, value in page.attributes if name == "href"]
    assert links == ["location-scheme", "tag-order", "manifest-get"]
    assert set(links) <= {str(value) for name, value in page.attributes if name == "id"}
