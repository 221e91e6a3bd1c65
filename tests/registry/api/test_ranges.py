"""Ranges, whatever is asked: parts of what is there, or none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.api.ranges import (
    MAX_RANGES,
    ByteRange,
    UnsatisfiableRangeError,
    parse_content_range,
    parse_range,
)

NUMBER = st.integers(0, 200)
SPEC = st.builds("{}-{}".format, NUMBER, NUMBER) | st.builds("{}-".format, NUMBER) | st.builds("-{}".format, NUMBER)


def positions(spec: str, size: int) -> range | None:
    """What RFC 9110 says that a part is, put as simply as can be; None where it is no part at all."""
    first, _, last = spec.partition("-")
    if not first:
        return range(size)[-int(last) :] if int(last) else range(0)
    if last and int(last) < int(first):
        return None
    return range(size)[int(first) : int(last) + 1 if last else None]


@given(st.lists(SPEC, min_size=1, max_size=5), st.integers(0, 150))
def test_what_is_asked_for_is_what_is_given(specs: list[str], size: int) -> None:
    wanted = [positions(spec, size) for spec in specs]
    there = [part for part in wanted if part]
    try:
        spans = parse_range("bytes=" + ", ".join(specs), size)
    except UnsatisfiableRangeError:
        assert None in wanted or not there
    else:
        assert None not in wanted
        if spans is None:
            assert sum(map(len, there)) > size
        else:
            assert [range(span.first, span.last + 1) for span in spans] == there


@given(st.text(alphabet="bytes=0123456789-, +_x\t", max_size=60), st.integers(0, 1000))
def test_whatever_a_range_is_it_stays_within_what_is_there(header: str, size: int) -> None:
    try:
        spans = parse_range(header, size)
    except UnsatisfiableRangeError:
        return
    for span in spans or []:
        assert 0 <= span.first <= span.last < size


def test_as_many_ranges_as_are_allowed_are_allowed() -> None:
    specs = [f"{2 * number}-{2 * number}" for number in range(MAX_RANGES)]
    assert len(parse_range("bytes=" + ",".join(specs), 100) or []) == MAX_RANGES


@given(NUMBER, NUMBER, st.sampled_from(["{}-{}", "bytes {}-{}/*", "bytes {}-{}/1000", "bytes={}-{}"]))
def test_the_place_of_a_chunk_is_read_in_every_form_that_clients_send(first: int, last: int, form: str) -> None:
    assert parse_content_range(form.format(first, last)) == (ByteRange(first, last) if first <= last else None)


@given(st.text(alphabet="bytes=0123456789-/* +_x", max_size=30))
def test_whatever_a_content_range_is_it_has_a_first_and_a_last_byte_or_none(header: str) -> None:
    span = parse_content_range(header)
    assert span is None or 0 <= span.first <= span.last
