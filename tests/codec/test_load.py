"""YAML is read with a place for everything, and refused where readers disagree."""

from __future__ import annotations

import pytest

from registry_gitops.codec import YAMLError, load_yaml


def test_plain_yaml_is_read() -> None:
    text = "name: a\nsize: 10Gi\ntag: '3'\nlist: [1, 2.5, true, ~, x]\nempty:\nmore:\n  - {k: v}\n"
    assert load_yaml(text).value == {
        "name": "a",
        "size": "10Gi",
        "tag": "3",
        "list": [1, 2.5, True, None, "x"],
        "empty": None,
        "more": [{"k": "v"}],
    }


def test_every_value_and_key_has_a_place() -> None:
    node = load_yaml("a:\n  b: 3\n  list: [x, z]\n")
    assert node.position(["a", "b"]) == (2, 6)
    assert node.position(["a", "b"], of_key=True) == (2, 3)
    assert node.position(["a", "list", 1]) == (3, 13)
    assert node.position(["a", "missing"]) == (2, 3)
    assert node.position([]) == (1, 1)
    assert node.position(["a", "missing", "list"], of_key=True) == (2, 3)
    assert node.find(["a", "missing"]) is node.children["a"]


@pytest.mark.parametrize(
    "text",
    "12:30 1e3 0o644 0644 0x1F 0b10 089 1_000 .5 1. 1.5e3 .inf -.NaN 2026-11-23 2026-11-23T10:00:00Z = "
    "99999999999999999999 +0_1 190:20:30.15".split(),
)
def test_a_scalar_that_readers_disagree_about_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(YAMLError, match="ambiguous YAML value") as caught:
        load_yaml(f"key:\n  nested: {text}\n")
    assert (caught.value.line, caught.value.column) == (2, 11)
    assert text not in caught.value.message or text == "="


@pytest.mark.parametrize(("text", "meant"), [("yes", "true"), ("Off", "false"), ("y", "true"), ("NO", "false")])
def test_an_old_boolean_is_refused_with_what_to_write(text: str, meant: str) -> None:
    with pytest.raises(YAMLError, match=f'write {meant} for a boolean, or "{text}"'):
        load_yaml(f"enabled: {text}")


@pytest.mark.parametrize("text", ["12:30", "1e3", "yes", "0o644"])
def test_quotes_make_it_text(text: str) -> None:
    assert load_yaml(f"a: \"{text}\"\nb: '{text}'\n").value == {"a": text, "b": text}


def test_a_duplicate_key_is_refused_with_both_places() -> None:
    with pytest.raises(YAMLError, match='the key "size" stands here already, on line 2') as caught:
        load_yaml("a:\n  size: 1\n  other: 2\n  size: 3\n")
    assert (caught.value.line, caught.value.column) == (4, 3)


def test_a_tab_in_the_indentation_is_named() -> None:
    with pytest.raises(YAMLError, match="a tab cannot indent YAML: use spaces") as caught:
        load_yaml("a:\n\tb: 1\n")
    assert (caught.value.line, caught.value.column) == (2, 1)


def test_anchors_aliases_and_merge_keys_are_expanded() -> None:
    text = "base: &b {cpu: 1, memory: 2}\nsame: *b\nmore:\n  <<: *b\n  cpu: 3\nlist:\n  <<: [*b, {x: y2}]\n"
    assert load_yaml(text).value == {
        "base": {"cpu": 1, "memory": 2},
        "same": {"cpu": 1, "memory": 2},
        "more": {"cpu": 3, "memory": 2},
        "list": {"cpu": 1, "memory": 2, "x": "y2"},
    }
    assert load_yaml(text).position(["more", "memory"]) == (1, 27)


def test_an_anchor_may_be_used_twice_as_yaml_allows() -> None:
    assert load_yaml("a: &x 1\nb: &x 2\nc: *x\n").value == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "the file is empty", (1, 1)),
        ("# only a comment\n", "the file is empty", (1, 1)),
        ("---\na: 1\n---\nb: 2\n", "a second document begins here", (3, 1)),
        ("a: &x [*x]\n", "no anchor of this name ends before this alias", (1, 8)),
        ("a: *nowhere\n", "not valid YAML|no anchor", (1, 4)),
        ("a: !vault x\n", "the value begins with a tag, which is not supported", (1, 4)),
        ("a: !!int 3\n", "the tag !!int is not supported", (1, 4)),
        ("a: !!set {x}\n", "the tag !!set is not supported", (1, 4)),
        ("5000: a\n", 'a key must be text: write "5000" with quotes', (1, 1)),
        ("? [a]\n: 1\n", "a key must be text", (1, 3)),
        ("a:\n  - \x01\n", "not a text file: it holds the character", (2, 5)),
        ("a: [1\n", "not valid YAML", (2, 1)),
        ("a: b: c\n", "not valid YAML", (1, 5)),
        ("<<: 3\n", "<< merges mappings only", (1, 1)),
        ("[" * 200, "nested more than 100 levels deep", (1, 102)),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(text: str, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(YAMLError, match=message) as caught:
        load_yaml(text)
    assert (caught.value.line, caught.value.column) == place


def test_a_few_lines_cannot_fill_the_memory() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
    with pytest.raises(YAMLError, match="more than 100000 values once aliases are expanded"):
        load_yaml(bomb)
