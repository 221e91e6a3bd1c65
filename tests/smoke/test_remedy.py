"""Remedies: what they ask to set, and what they say if the description has it so already."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry_gitops.smoke
from registry_gitops.schema import explain_key
from registry_gitops.smoke import Expectations, Remedy
from registry_gitops.smoke.remedies import REPLICAS, TOO_LARGE, UNREACHABLE_STORAGE
from registry_gitops.smoke.remedy import at_least, is_private, is_set, is_unset

SOURCES = Path(registry_gitops.smoke.__file__).parent
ASKS = re.compile(r"\b[Ss]et `([A-Za-z.]+)`")
ENABLE = Remedy(
    "Set `deletion.enabled` to true, and `image.tag` to 3.1.1 or newer.",
    sets={"deletion.enabled": True, "image.tag": at_least("3.1.1")},
)


def described(**settings: object) -> Expectations:
    return Expectations(
        settings={key.replace("__", "."): value for key, value in settings.items()}, source="registry.yaml"
    )


def test_remedy_is_its_text_without_a_description() -> None:
    assert ENABLE.advise(Expectations()) == ENABLE.text
    assert ENABLE.advise(Expectations(delete=True, source="--expect")) == ENABLE.text


def test_remedy_is_its_text_if_the_description_has_other_values() -> None:
    assert ENABLE.advise(described(deletion__enabled=False, image__tag="3.0.0")) == ENABLE.text


def test_remedy_names_what_stands_between_if_the_description_has_the_values() -> None:
    advice = ENABLE.advise(described(deletion__enabled=True, image__tag="3.1.2"))
    assert "In registry.yaml, `deletion.enabled` and `image.tag` are already as they should be" in advice
    assert "an old Pod still runs" in advice
    assert "Set `deletion.enabled`" not in advice


def test_remedy_names_only_what_is_left_to_change() -> None:
    advice = ENABLE.advise(described(deletion__enabled=True, image__tag="3.0.0"))
    assert advice.startswith(
        "In registry.yaml, `deletion.enabled` is already as it should be. Left to change: `image.tag`."
    )


def test_one_of_several_choices_is_enough() -> None:
    assert REPLICAS.advise(described(replicaCount=3)) == REPLICAS.text
    assert "`kubectl get endpointslices`" in REPLICAS.advise(described(replicaCount=3, http__existingSecret="uploads"))
    assert "`kubectl get endpointslices`" in REPLICAS.advise(described(replicaCount=1))


def test_remedy_knows_the_annotations_that_the_chart_sets() -> None:
    key = "ingress.annotations.nginx.ingress.kubernetes.io/proxy-body-size"
    assert TOO_LARGE.advise(described(**{key: "8m"})) == TOO_LARGE.text
    assert "another proxy is in front" in TOO_LARGE.advise(described(**{key: "0"}))


def test_remedy_for_a_redirect_that_is_off_already_says_so() -> None:
    settings = {"configuration.storage.redirect.disable": True}
    assert "set `configuration.storage" not in UNREACHABLE_STORAGE.advise(described(**settings))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("3.1.1", True), ("3.2.0", True), ("3", True), ("3.1", True), ("3.1.0", False), ("2.8.3", False), ("2", False)],
)
def test_tag_is_at_least_a_version(tag: str, expected: bool) -> None:
    assert at_least("3.1.1")(tag) is expected


def test_unknown_tag_is_no_version() -> None:
    assert not at_least("3.1.1")("latest")
    assert not at_least("3.1.1")(None)


def test_values_are_set_unset_or_private() -> None:
    assert is_set("uploads")
    assert is_unset(None)
    assert is_private("127.0.0.1:5002")
    assert not is_private(":5001")


def texts_that_ask(tree: ast.AST) -> Iterator[tuple[str, ast.Call | None]]:
    """Yield each text that asks to set a value, with the call of Remedy that has it."""
    above = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and ASKS.search(node.value)):
            continue
        holder = above[id(node)]
        while isinstance(holder, ast.JoinedStr | ast.BinOp):
            holder = above[id(holder)]
        yield node.value, holder if isinstance(holder, ast.Call) and ast.unparse(holder.func) == "Remedy" else None


def keys_of(call: ast.Call) -> list[str]:
    """Return the keys in `sets`, as far as they are literals."""
    sets = next(word.value for word in call.keywords if word.arg == "sets")
    assert isinstance(sets, ast.Dict)
    return [key.value for key in sets.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


@pytest.mark.parametrize(
    "file",
    [*sorted(SOURCES.glob("checks/**/*.py")), SOURCES / "remedies.py", SOURCES / "diagnosis.py"],
    ids=lambda file: str(file.relative_to(SOURCES)),
)
def test_every_text_that_asks_to_set_a_value_says_which(file: Path) -> None:
    for text, call in texts_that_ask(ast.parse(file.read_text())):
        assert call is not None, f"{text!r} needs Remedy(text, sets={{...}})"
        for key in ASKS.findall(text):
            if "annotations" not in key:
                assert key in keys_of(call), text
                assert explain_key(f"values.{key}")
