"""The reports of `diff` that others show: annotations, and a comment of a change request."""

from __future__ import annotations

import re

from registry_gitops.diff import DiffReport, Effect, format_diff_github, format_diff_markdown, format_diff_text
from registry_gitops.diff.diff_report import ChangeAction, ChangedField, ChangedObject, DeploymentDiff, ObjectChange
from registry_gitops.findings import Finding

CLAIM = ChangedObject(api_version="v1", kind="PersistentVolumeClaim", namespace="images", name="docker-registry")
CONFIG_MAP = CLAIM.model_copy(update={"kind": "ConfigMap"})
DELETED = ObjectChange(
    action=ChangeAction.DELETE, object=CLAIM, effect=Effect.ORPHANS_DATA, reason="Helm keeps it | and nobody mounts it"
)
UPDATED = ObjectChange(
    action=ChangeAction.UPDATE,
    object=CONFIG_MAP,
    effect=Effect.NOTHING,
    reason="changed in place",
    fields=(
        ChangedField(path="data.note", before="```\n<b>@everyone</b>", after="x" * 200),
        ChangedField(path="data.new", after="y"),
    ),
)


def report(*changes: ObjectChange, count: int = 1) -> DiffReport:
    deployment = DeploymentDiff(config="apps/*/registry.yaml", effect=Effect.ORPHANS_DATA, changes=changes)
    return DiffReport(version="1", against="HEAD", effect=Effect.ORPHANS_DATA, deployments=(deployment,) * count)


def test_markdown_is_a_table_and_folded_details() -> None:
    assert format_diff_markdown(report(DELETED, UPDATED)) == (
        "### registry-gitops diff: 1 deployment against HEAD: 1 orphans-data\n"
        "\n"
        "| deployment | effect | objects |\n"
        "|---|---|---|\n"
        "| apps/\\*/registry.yaml | **orphans-data** | 1 updated, 1 deleted |\n"
        "\n"
        "<details><summary>apps/*/registry.yaml</summary>\n"
        "\n"
        "- deleted PersistentVolumeClaim/images/docker-registry: "
        "**orphans-data**: Helm keeps it \\| and nobody mounts it\n"
        "- updated ConfigMap/images/docker-registry: changed in place\n"
        "  ````diff\n"
        "  - data.note: ```\\n<b>@everyone</b>\n"
        f"  + data.note: {'x' * 97}...\n"
        "  + data.new: y\n"
        "  ````\n"
        "\n"
        "</details>\n"
    )


def test_markdown_fits_into_a_comment_of_github() -> None:
    written = format_diff_markdown(report(*[UPDATED] * 50, count=50))
    assert 20_000 < len(written) < 65_536
    assert "more are too long for a comment: run `registry-gitops diff`.\n" in written


def test_markdown_of_very_many_deployments_fits_too() -> None:
    written = format_diff_markdown(report(DELETED, count=2000))
    assert 20_000 < len(written) < 65_536
    assert re.search(r"\| \d+ more \| \| \|", written)


def test_markdown_of_one_huge_deployment_names_its_objects() -> None:
    written = format_diff_markdown(report(*[UPDATED] * 400))
    assert 20_000 < len(written) < 65_536
    assert "- note: the fields are too long for a comment\n" in written
    assert written.count("- updated ConfigMap/images/docker-registry") == 400


def test_markdown_has_the_worst_first_and_survives_any_text() -> None:
    harmless = DeploymentDiff(config="a|b`c\n<img src=x>.yaml", changes=(UPDATED,))
    broken = DeploymentDiff(config="z.yaml", problems=(Finding(id="x", message="<b>|@all"),))
    found = DiffReport(version="1", against="HEAD", deployments=(harmless, report(DELETED).deployments[0], broken))
    rows = [line for line in format_diff_markdown(found).splitlines() if line.startswith("| ")][1:]
    assert [row.rsplit(" | ", 2)[1] for row in rows] == ["**not compared**", "**orphans-data**", "nothing"]
    assert rows[2].startswith("| a\\|b\\`c\\\\n\\<img src=x\\>.yaml | ")
    assert "<summary>a|b`c\\n&lt;img src=x&gt;.yaml</summary>" in format_diff_markdown(found)


def test_github_keeps_each_command_on_a_line() -> None:
    broken = DeploymentDiff(config="z.yaml", problems=(Finding(id="x", message="one\ntwo % ::error::"),))
    lines = format_diff_github(DiffReport(version="1", against="a\nb", deployments=(broken,))).splitlines()
    assert [line.partition("::")[2].partition(" ")[0] for line in lines] == ["error", "notice"]
    assert lines[0].endswith("::one%0Atwo %25 ::error::")


def test_github_annotates_what_loses_data_and_counts_the_rest() -> None:
    assert format_diff_github(report(UPDATED, DELETED)) == (
        "::error title=orphans-data%3A delete PersistentVolumeClaim,file=apps/*/registry.yaml::"
        "PersistentVolumeClaim/images/docker-registry: Helm keeps it | and nobody mounts it\n"
        "::notice title=registry-gitops diff::1 deployment against HEAD: 1 orphans-data\n"
    )


def test_text_cuts_long_values_and_escapes_control_characters() -> None:
    lines = format_diff_text(report(UPDATED)).splitlines()
    assert lines[2:4] == [
        f"      data.note: ```\\n<b>@everyone</b> -> {'x' * 97}...",
        "      data.new: + y",
    ]
