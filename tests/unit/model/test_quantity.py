"""Quantities and durations compare by amount and are refused when Kubernetes would refuse them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from registry_gitops.model import Duration, DurationText, Model, Quantity, QuantityText


class Sample(Model):
    size: QuantityText = "1Gi"
    wait: DurationText = "1m"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("10Gi", "10737418240"),
        ("500m", "0.5"),
        ("1k", "1000"),
        ("2E", "2000000000000000000"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-1Ki", "-1024"),
        ("+1n", "0.000000001"),
    ],
)
def test_a_quantity_has_the_amount_that_kubernetes_reads(text: str, amount: str) -> None:
    assert Quantity(text).amount == Decimal(amount)


@pytest.mark.parametrize("text", ["10Gb", "10 Gi", "", "Gi", "1.2.3", "10gi", "0x10", "1Kii", "1e", "10Gi\n"])
def test_what_is_no_quantity_is_refused_and_the_message_shows_a_right_one(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a quantity: write a number and a unit, such as 10Gi"):
        Sample(size=text)


def test_a_quantity_may_be_a_number_as_in_kubernetes() -> None:
    assert Sample.model_validate({"size": 2}).to_dict() == {"size": "2"}


def test_quantities_compare_by_amount() -> None:
    assert Quantity("1Gi") == "1024Mi" == Quantity("1024Mi")
    assert Quantity("900m") < Quantity("1") < "1001m"
    assert max(Quantity("9Mi"), Quantity("10Mi")) == "10Mi"
    assert Quantity("1Gi") != "one"
    assert len({Quantity("1Gi"), Quantity("1024Mi")}) == 1
    assert Quantity("2Gi") >= "2048Mi" > Quantity("2047Mi") <= "2Gi"


@pytest.mark.parametrize("other", ["much", Duration("1m")])
def test_a_quantity_is_not_compared_with_something_else(other: str) -> None:
    with pytest.raises(ValueError, match="cannot be compared|is not a quantity"):
        _ = Quantity("1") < other
    assert Quantity("1") != other


@pytest.mark.parametrize(
    ("text", "seconds"), [("1h30m", "5400"), ("90s", "90"), ("1.5m", "90"), ("100ms", "0.1"), ("1m1s1ms", "61.001")]
)
def test_a_duration_has_the_length_that_go_reads(text: str, seconds: str) -> None:
    assert Duration(text).seconds == Decimal(seconds)


@pytest.mark.parametrize("text", ["10", "1d", "5 m", "-5m", "m", "", "1h 30m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a duration"):
        Sample(wait=text)


def test_durations_compare_by_length_and_not_by_text() -> None:
    assert Duration("60s") == "1m"
    assert Duration("9m") < Duration("10m") < "1h"
    assert Sample(wait="60s") == Sample(wait="1m")


def test_what_was_written_is_what_is_rendered_as_plain_text() -> None:
    plain = Sample(size="1024Mi", wait="60s").to_dict()
    assert plain == {"size": "1024Mi", "wait": "60s"}
    assert {type(value) for value in plain.values()} == {str}
