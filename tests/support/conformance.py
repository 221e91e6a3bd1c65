"""The distribution-spec's own conformance program, and what its report says of a registry."""

from __future__ import annotations

import os
import subprocess
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.tools import ToolProblem, tool

SECONDS = 900


@dataclass(frozen=True)
class Verdict:
    """How many of its checks a registry passed; `complaints` has a line for each one that it did not."""

    passed: int
    failed: int
    skipped: int
    disabled: int
    complaints: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped, {self.disabled} disabled"
        return "\n".join((counts, *self.complaints))


def judge(url: str, folder: Path, *, version: str = "dev", settings: Mapping[str, str] | None = None) -> Verdict:
    """Run all checks of a version of the spec against the registry at `url`; the reports go into `folder`.

    `settings` are variables of the program, such as OCI_USERNAME; nothing else comes out of our environment. The
    counts are read from its report, for it also ends with 0 where it was configured wrongly and has checked nothing.
    """
    done = subprocess.run(
        [tool("oci-conformance")],
        cwd=_empty(folder),  # a configuration that lies about would be read
        env=_environment(url, folder, version) | dict(settings or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    (folder / "log.txt").write_text(done.stdout)
    try:
        report = ET.parse(folder / "junit.xml").getroot()
    except (OSError, ET.ParseError) as error:
        raise ToolProblem(f"oci-conformance gave no report: {done.stdout[-2000:]}") from error
    return _read(report)


def _environment(url: str, folder: Path, version: str) -> dict[str, str]:
    address = urlsplit(url)
    # New names each time: what an earlier run left behind can turn a result.
    fresh = uuid.uuid4().hex[:12]
    return {
        "PATH": os.environ["PATH"],
        "OCI_REGISTRY": address.netloc,
        "OCI_TLS": "disabled" if address.scheme == "http" else "enabled",
        "OCI_REPO1": f"conformance/one-{fresh}",
        "OCI_REPO2": f"conformance/two-{fresh}",
        "OCI_RESULTS_DIR": str(folder),
        "OCI_VERSION": version,
    }


def _empty(folder: Path) -> Path:
    place = folder / "empty"
    place.mkdir(parents=True)
    return place


def _read(report: ET.Element) -> Verdict:
    # A count of zero is left out.
    counted = {name: int(report.get(name, 0)) for name in ("tests", "failures", "errors", "skipped", "disabled")}
    failed = counted["failures"] + counted["errors"]
    passed = counted["tests"] - failed - counted["skipped"] - counted["disabled"]
    if not passed + failed:
        raise ToolProblem("oci-conformance has checked nothing.")
    complaints = tuple(
        ": ".join((leaf.attrib["status"], leaf.attrib["name"], *leaf.findtext("system-out", "").splitlines()[:1]))
        for leaf in report.iter("testcase")
        if leaf.attrib["status"] != "passed"
    )
    return Verdict(passed, failed, counted["skipped"], counted["disabled"], complaints)
