"""What the package repeats of other people's texts holds no credentials, and still says what it said."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.masking import mask, quote
from tests.support.credentials import DIGEST, READABLE, TEXTS, URLS


@pytest.mark.parametrize(("text", "shown"), URLS + TEXTS)
def test_mask_hides_a_credential(text: str, shown: str | None) -> None:
    assert "hunter2" not in mask(text)
    assert mask(text) == shown or shown is None


@pytest.mark.parametrize("text", READABLE)
def test_mask_leaves_a_text_without_credentials(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("before", ["cannot read ", "source: ", '"', "(", "url="])
@pytest.mark.parametrize("text", [url for url, _ in URLS if "://" in url])
def test_mask_hides_the_credential_of_a_url_within_a_sentence(before: str, text: str) -> None:
    assert not {"hunter2", "hun", "ter2"} & set(mask(f"{before}{text} or another").replace("/", " ").split())
    assert "hunter2" not in mask(f"{before}{text} or another")


@pytest.mark.parametrize(("text", "shown"), URLS + TEXTS)
def test_quote_hides_at_least_what_mask_hides(text: str, shown: str | None) -> None:
    assert "hunter2" not in quote(text)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Foo_Bar", '"Foo_Bar"'),
        ("a b", '"a b"'),
        ("host/repo:3", '"host/repo:3"'),
        ("https://user:123 456@host", '"https://***@host"'),
        ("https://hun ter2@host", '"https://***@host"'),
        ("user:hun ter2@host", '"***"'),
        ("P@ssw0rd", '"***"'),
        ("@ssw0rd", '"***"'),
        ("@weekly", '"@weekly"'),
        ("@every 1h30m", '"@every 1h30m"'),
        ("@weekly @home", '"***"'),
        (f"a@{DIGEST}", f'"a@{DIGEST}"'),
        ("https://host/?token=hun ter2&n=1", '"https://host/?token=***&n=1"'),
        ("a\nb\x1b[31m", r'"a\nb\x1b[31m"'),
        ("a" * 300, f'"{"a" * 77}..."'),
        (3, '"3"'),
    ],
)
def test_quote_shows_a_value_on_one_line(value: object, shown: str) -> None:
    assert quote(value) == shown


PARTS = st.sampled_from(
    [
        "hunter",
        ":",
        "@",
        "/",
        "://",
        "?",
        "&",
        "=",
        " ",
        "\n",
        '"',
        "'",
        "\\",
        "%40",
        "token",
        "password",
        "user",
        ",",
        ";",
        "{",
        "}",
        "[",
        "]",
        "|",
        "***",
        "Basic ",
        "https",
        "n=1",
        "sha256:",
        "abcdef",
        "x",
        "1",
        "-",
        "#",
        "<",
        ">",
        "the ",
    ]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_mask_changes_nothing_the_second_time(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(), st.text(alphabet=st.characters(exclude_categories=["Zs", "Zl", "Zp", "Cc", "Cs"]), min_size=1))
def test_quote_shows_nothing_in_front_of_the_last_at(user: str, password: str) -> None:
    canary = "hunter2"
    assert canary not in quote(f"https://{user}{canary}:{password}{canary}{password}@host.example.com/path")


@pytest.mark.parametrize(
    "piece",
    [
        *["a", ":", "@", "a:", "token", "password: ", "?a=", "://", '\\"', "-----BEGIN ", "x,", "=", "basic "],
        *["user=", "auth=", "name: token", "--token ", "--user a", "<secret", "password='"],
    ],
)
def test_mask_takes_time_in_proportion_to_the_text(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    mask(text)
    assert time.process_time() - start < 5
