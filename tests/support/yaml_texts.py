"""Texts and documents that YAML readers are known to trip over, as hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = """
    y n yes no on off true false null ~ << = 1e3 1E-3 0o644 0644 0x1f 0b1 089 1_000 12:30 1:2:3 .inf -.nan 2026-11-23 +1
    -1 1. .5 10Gi 500m 30s 3.1.1 1.10 - ? : # & * ! | > ' " % @ ` { [ , a:b a#b --- ... -a ${VAR} {{x}} 0x1p-2 1e 0o8
    _1 1__0
"""
_LINES = [
    *("", "a: b", "a #b", " a", "a ", "a\n", "a\nb", "a\n\n", "\na", " \n a", "a\n b\n", "a\tb\nc", "#\n", "a\r\nb"),
    *("x\n\ty\n", "\n", "\t", "a:\u2028", "\ufeff", "\x85", "\x7f", "a\n---\nb\n", "a\n...\n", "\ufffe"),
]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from([*_WORDS.split(), *_LINES])
"""Any text that UTF-8 has, and often a hazard."""

# Floats no larger, because JSON has one kind of number: a Go program writes larger ones as integers.
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15) | TEXTS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXTS, children, max_size=4),
    max_leaves=12,
)

DOCUMENTS = st.dictionaries(TEXTS, _VALUES, max_size=5)
"""Mappings of such texts to anything that YAML has."""
