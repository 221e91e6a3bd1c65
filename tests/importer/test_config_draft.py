"""Every key of the input gets an outcome, at its place, whatever a translation does with it."""

from __future__ import annotations

from registry_gitops.documents import SourceFile, read_documents
from registry_gitops.importer.config_draft import ConfigDraft
from registry_gitops.importer.import_report import Fate
from registry_gitops.importer.input_keys import KeyTree, merge, plain, read_tree
from registry_gitops.importer.validated_config import validate_draft

BASE = """\
size: 10Gi
ingress:
  hosts: [a.example.com, b.example.com]
  tls:
    - secretName: a
      hosts: [a.example.com]
"""
OVERLAY = """\
size: 20Gi
ingress:
  path: /
"""


def tree_of(text: str, name: str = "values.yaml") -> KeyTree:
    (document,) = read_documents(SourceFile(name, text))
    return read_tree(document)


def test_key_without_a_note_needs_a_decision() -> None:
    draft = ConfigDraft()
    draft.read(tree_of("size: 10Gi\nquota: 3\n")).keep(("size",), "values.persistence.size")
    kept, unknown = draft.outcomes()
    assert (kept.fate, kept.to) == (Fate.KEPT, ("values.persistence.size",))
    assert (unknown.fate, unknown.key, unknown.line) == (Fate.DECISION, "quota", 2)
    assert unknown.options
    assert draft.config == {"values": {"persistence": {"size": "10Gi"}}}


def test_note_of_a_section_covers_every_key_in_it_lists_too() -> None:
    draft = ConfigDraft()
    notes = draft.read(tree_of(BASE))
    notes.dropped(("size",), "why")
    notes.translated(("ingress",), "values.ingress", "how")
    _, outcome = draft.outcomes()
    assert (outcome.key, outcome.line) == ("ingress", 2)
    assert outcome.keys == (
        "ingress.hosts[0]",
        "ingress.hosts[1]",
        "ingress.tls[0].secretName",
        "ingress.tls[0].hosts[0]",
    )


def test_entry_of_a_list_has_a_note_of_its_own() -> None:
    draft = ConfigDraft()
    notes = draft.read(tree_of("env:\n- {name: A, value: b}\n- {name: C, value: d}\n"))
    notes.dropped(("env", 0), "first")
    notes.dropped(("env", 1, "name"), "second")
    notes.dropped(("env", 1, "value"), "third")
    assert [(each.key, each.line, each.note) for each in draft.outcomes()] == [
        ("env[0]", 2, "first"),
        ("env[1].name", 3, "second"),
        ("env[1].value", 3, "third"),
    ]


def test_merged_keys_keep_their_files_and_overridden_ones_are_named() -> None:
    merged, overridden = merge(tree_of(BASE, "base.yaml"), tree_of(OVERLAY, "prod.yaml"))
    assert plain(merged)["size"] == "20Gi"
    assert [(old.location, new.location) for old, new in overridden] == [(("base.yaml", 1, 1), ("prod.yaml", 1, 1))]
    draft = ConfigDraft()
    draft.read(merged).translated(("ingress",), "values.ingress")
    places = {(each.file, each.key) for each in draft.outcomes() if each.fate is Fate.TRANSLATED}
    assert places == {("base.yaml", "ingress"), ("prod.yaml", "ingress")}


def test_value_that_a_check_refuses_becomes_a_decision() -> None:
    draft = ConfigDraft()
    draft.read(tree_of(BASE)).keep(("size",), "values.persistence.size")
    draft.remove("values.persistence.size")
    assert draft.reconsider("values.persistence.size", "it is too large", "write less")
    assert draft.config == {}
    outcome = draft.outcomes()[0]
    assert (outcome.fate, outcome.note, outcome.options) == (Fate.DECISION, "it is too large", ("write less",))


def test_report_of_a_key_shows_no_secret() -> None:
    draft = ConfigDraft()
    draft.read(tree_of("auth: {'user:pa@ss': 1}\nurl: https://user:hunter2@example.com\n"))
    assert "hunter2" not in repr(draft.outcomes())
    assert "pa@ss" not in repr(draft.outcomes())


def test_only_the_key_without_which_a_section_is_accepted_is_taken_out() -> None:
    draft = ConfigDraft()
    notes = draft.read(tree_of("enabled: true\nurl: https://ghcr.io\nuser: ci\n"))
    notes.keep(("enabled",), "values.proxy.enabled")
    notes.keep(("url",), "values.proxy.remoteUrl")
    notes.keep(("user",), "values.proxy.username")
    validate_draft(draft)
    assert draft.config == {"values": {"proxy": {"enabled": True, "remoteUrl": "https://ghcr.io"}}}
    assert [outcome.key for outcome in draft.outcomes() if outcome.fate is Fate.DECISION] == ["user"]


def test_entries_after_a_refused_one_are_where_the_report_says() -> None:
    draft = ConfigDraft()
    notes = draft.read(tree_of("vars:\n- {name: A=B, value: b}\n- {name: C, value: d}\n"))
    for index in range(2):
        notes.kept(("vars", index), f"values.extraEnvVars[{index}]")
    draft.put("values.extraEnvVars", notes.get("vars"))
    validate_draft(draft)
    assert draft.get("values.extraEnvVars") == [{"name": "C", "value": "d"}]
    kept = [outcome for outcome in draft.outcomes() if outcome.fate is Fate.KEPT]
    assert [(outcome.key, outcome.to) for outcome in kept] == [("vars[1]", ("values.extraEnvVars[0]",))]


def test_number_in_quotes_is_a_number() -> None:
    draft = ConfigDraft()
    draft.read(tree_of("replicaCount: '1'\ntag: 3.2\n")).keep(("replicaCount",), "values.replicaCount")
    draft.put("values.image.tag", 3.2)
    deployment = validate_draft(draft)
    assert (deployment.values.replica_count, deployment.values.image.tag) == (1, "3.2")


def test_empty_mapping_changes_nothing_that_it_is_merged_over() -> None:
    merged, overridden = merge(tree_of("persistence: {size: 5Gi}\n", "base.yaml"), tree_of("persistence: {}\n"))
    assert plain(merged) == {"persistence": {"size": "5Gi"}}
    draft = ConfigDraft()
    draft.read({str(index): key for index, pair in enumerate(overridden) for key in pair[:1]})
    draft.drop_overridden(overridden)
    assert [(each.key, each.fate) for each in draft.outcomes()] == [("persistence", Fate.TRANSLATED)]
