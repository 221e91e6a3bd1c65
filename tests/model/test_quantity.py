"""Quantities and durations: one grammar in the config file and on the command line, and plain text in models."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
import typer
from pydantic import ValidationError

from registry_gitops.amounts import parse_duration, parse_quantity
from registry_gitops.cli import param_types
from registry_gitops.masking import quote
from registry_gitops.model import DurationText, Model, QuantityText
from registry_gitops.values.configuration import Configuration

MAX = 2**63 - 1


class Sample(Model):
    size: QuantityText = "1Gi"
    wait: DurationText = "1m"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10Gi", "10737418240"),
        ("500m", "0.5"),
        ("1k", "1000"),
        ("4M", "4000000"),
        ("2E", "2000000000000000000"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("1e0", "1"),
        ("1e-999", "1e-999"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-1Ki", "-1024"),
        ("+1n", "0.000000001"),
        (str(MAX), str(MAX)),
        (f"-{MAX}", f"-{MAX}"),
    ],
)
def test_parse_quantity_returns_the_amount_that_kubernetes_reads(text: str, amount: str) -> None:
    assert parse_quantity(text) == Decimal(amount)
    assert Sample(size=text).size == text


@pytest.mark.parametrize(
    "text",
    ["10Gb", "10 Gi", "", "Gi", "1.2.3", "10gi", "0x10", "1Kii", "1e", "10Gi\n", "٣Gi", "inf", "nan", "-", "1_0"],
)
def test_parse_quantity_refuses_other_text_and_shows_a_right_one(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a quantity: write a number and a unit, such as 10Gi"):
        Sample(size=text)
    with pytest.raises(typer.BadParameter, match="is not a quantity"):
        param_types.parse_size_option(text)


@pytest.mark.parametrize(
    "text", ["1e30", "8Ei", "-8.5Ei", "9" * 30, "9" * 100_000, "1e1000", "1e-1000", f"1e{'9' * 50}"]
)
def test_parse_quantity_refuses_what_kubernetes_cannot_count(text: str) -> None:
    with pytest.raises(ValueError, match="too large|out of range") as caught:
        parse_quantity(text)
    assert len(str(caught.value)) < 200
    with pytest.raises(ValidationError, match="too large|out of range"):
        Sample(size=text)


@pytest.mark.parametrize(
    "text", ["1e999999999", "1e-999999999", "0e999999999", "1E999", "9" * 1_000_000, "1" * 300_000 + "m"]
)
def test_no_amount_takes_long_to_parse(text: str) -> None:
    start = time.process_time()
    for parse in (param_types.parse_size_option, param_types.parse_duration_option):
        with pytest.raises(typer.BadParameter):
            parse(text)
    assert time.process_time() - start < 1


def test_a_quantity_may_be_a_number_as_in_kubernetes() -> None:
    assert Sample.model_validate({"size": 2}).to_config_dict() == {"size": "2"}
    with pytest.raises(ValidationError, match="too large"):
        Sample.model_validate({"size": 1e30})


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1h30m", "5400"),
        ("90s", "90"),
        ("1.5m", "90"),
        ("100ms", "0.1"),
        ("1m1s1ms", "61.001"),
        ("0s", "0"),
        ("5m2h", "7500"),
        ("2562047h", "9223369200"),
    ],
)
def test_parse_duration_returns_the_seconds_that_go_reads(text: str, length: str) -> None:
    assert parse_duration(text) == Decimal(length)
    assert param_types.parse_duration_option(text) == float(length)
    assert Sample(wait=text).wait == text
    assert Configuration.model_validate({"http": {"draintimeout": text}}).to_config_dict() == {
        "http": {"draintimeout": text}
    }


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("7d", "the longest unit is an hour: write 168h"),
        ("1d12h", "the longest unit is an hour: write 36h"),
        ("0.5d", "the longest unit is an hour: write 12h"),
        ("1d90s", "the longest unit is an hour: write 24h90s"),
        ("2w", "the longest unit is an hour: write 336h"),
        ("999999999999d", "write numbers with h, m, s or ms"),
        ("90", "write a unit, such as 90s or 90m"),
        ("1h 30m", "write numbers with h, m, s or ms, such as 5m or 1h30m"),
        ("5 m", "write numbers"),
        ("-5m", "write numbers"),
        ("m", "write numbers"),
        (".5h", "write numbers"),
        ("5m\n", "write numbers"),
        ("٣h", "write numbers"),
        ("", "write numbers"),
    ],
)
def test_other_durations_are_refused_everywhere_with_the_same_words(text: str, remedy: str) -> None:
    message = f"{quote(text)} is not a duration: {remedy}"
    with pytest.raises(ValidationError) as in_a_model:
        Sample(wait=text)
    with pytest.raises(ValidationError) as in_the_configuration:
        Configuration.model_validate({"http": {"draintimeout": text}})
    with pytest.raises(typer.BadParameter) as on_the_command_line:
        param_types.parse_duration_option(text)
    assert in_a_model.value.errors()[0]["msg"].startswith(message)
    assert in_the_configuration.value.errors()[0]["msg"].startswith(message)
    assert str(on_the_command_line.value).startswith(message)


@pytest.mark.parametrize("text", ["2562048h", "9" * 30 + "s", "9999h" * 300])
def test_parse_duration_refuses_what_go_cannot_count(text: str) -> None:
    with pytest.raises(ValueError, match=r"is too long: write at most 2562047h$"):
        parse_duration(text)
    with pytest.raises(typer.BadParameter, match="is too long"):
        param_types.parse_duration_option(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", 1),
        ("512Ki", 524288),
        ("4Mi", 4194304),
        ("4M", 4_000_000),
        ("1Gi", 1 << 30),
        ("1.5Ki", 1536),
        ("1e3", 1000),
    ],
)
def test_parse_size_returns_whole_bytes(text: str, amount: int) -> None:
    assert param_types.parse_size_option(text) == amount
    assert type(param_types.parse_size_option(text)) is int


@pytest.mark.parametrize("text", ["0", "0Gi", "-1", "-4Mi", "500m", "1.5", "1n", "1e-999", "1.0001Ki"])
def test_parse_size_refuses_what_is_no_whole_number_of_bytes(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not a whole number of bytes above 0: write a size such as 512Ki"):
        param_types.parse_size_option(text)


def test_fields_keep_plain_text_as_it_was_written() -> None:
    sample = Sample(size="1024Mi", wait="60s")
    assert sample.to_config_dict() == {"size": "1024Mi", "wait": "60s"}
    assert {type(sample.size), type(sample.wait)} == {str}
    assert sample != Sample(size="1Gi", wait="1m")
