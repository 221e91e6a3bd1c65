"""Errors of validators: at a field below the model that finds them, and without credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import LiteralString

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from registry_gitops.masking import mask

LocatedError = tuple[tuple[int | str, ...], PydanticCustomError]
"""The path from a model to a field below it, and the error there."""

RuleErrors = Iterator[LocatedError]
"""The errors of the rules that a model breaks."""


def rule_error(code: LiteralString, message: str, *path: int | str) -> LocatedError:
    """Return the error of a broken rule: `code` names it for programs; `path` leads from the model to the field."""
    return path, custom_error(code, message)


def custom_error(code: LiteralString, message: str) -> PydanticCustomError:
    """Return an error for a validator to raise. `code` names it for programs; credentials in `message` are masked.

    Quote values in the message with `masking.quote`, which masks more.
    """
    return PydanticCustomError(code, "{message}", {"message": mask(message)})


def error_at(title: str, errors: Iterable[LocatedError]) -> ValidationError:
    """Return a ValidationError for a validator of a model to raise, with errors at fields below that model.

    pydantic puts the path of the model in front. `title` is the name of the model.
    """
    return ValidationError.from_exception_data(
        title, [InitErrorDetails(type=error, loc=path, input=None) for path, error in errors]
    )
