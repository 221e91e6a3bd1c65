"""The parameters of a request."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs

from registry_gitops.registry.error_responses import Code, RegistryError

MAX_PARAMETERS: Final = 200
"""Parameters of one request. The most that any endpoint permits is 100 tags of one manifest."""

_NUMBER = re.compile(r"[0-9]{1,18}")


class Query:
    """Parameters by name. Raises RegistryError for what is malformed, but only when it is read."""

    def __init__(self, text: str) -> None:
        try:
            self._values = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise _invalid(f"not a query of at most {MAX_PARAMETERS} parameters in UTF-8") from None

    def get_all(self, name: str) -> list[str]:
        """Return all values of a parameter, in order."""
        return self._values.get(name, [])

    def get_single(self, name: str) -> str | None:
        """Return the value of a parameter that can be given once."""
        values = self.get_all(name)
        if len(values) > 1:
            raise _invalid(f"the parameter {name} is given more than once")
        return values[0] if values else None

    def get_number(self, name: str) -> int | None:
        """Return the value of a parameter that is an integer from 0 on."""
        text = self.get_single(name)
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise _invalid(f"the parameter {name} is not a number")
        return int(text)


def _invalid(detail: str) -> RegistryError:
    return RegistryError(Code.UNSUPPORTED, detail, status=400)
