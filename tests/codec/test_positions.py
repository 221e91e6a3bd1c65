"""A position is that of the value that a reader of the document gets."""

from __future__ import annotations

import pytest

from registry_gitops.codec import compose_yaml, find_positions

TEXT = """\
# a comment
a:
  b: [x, {c: y}]
  "d": |
    text
  on: 1
  8080: 2
  ? e
  : f
a2: 1
a2: 2
'é': {g: h}
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("a",), (3, 3), (2, 1)),
        (("a", "b", 1, "c"), (3, 14), (3, 11)),
        (("a", "b", 0), (3, 7), (3, 7)),
        (("a", "b", 7), (3, 6), (3, 6)),
        (("a", "d"), (4, 8), (4, 3)),
        (("a", "true"), (6, 7), (6, 3)),
        (("a", "8080"), (7, 9), (7, 3)),
        (("a", "e"), (9, 5), (8, 5)),
        (("a", "missing", "x"), (3, 3), (3, 3)),
        (("a2",), (11, 5), (11, 1)),
        (("é", "g"), (12, 10), (12, 7)),
        ((0,), (2, 1), (2, 1)),
    ],
)
def test_value_and_key_have_their_places(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    root, _ = compose_yaml(TEXT)
    for positions in (find_positions(TEXT), root):
        assert positions is not None
        assert positions.position(path) == value
        assert positions.position(path, of_key=True) == key


def test_libyaml_builds_the_tree_of_a_text_without_anchors() -> None:
    assert type(find_positions(TEXT)) is not type(find_positions("a: &x 1\n")), "PyYAML has no libyaml"


def test_alias_and_merged_key_have_their_places() -> None:
    positions = find_positions("a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n")
    assert positions.position(("c",), of_key=True) == (2, 1)
    assert positions.position(("d", "b")) == (1, 11)
