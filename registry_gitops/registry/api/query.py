"""The parameters of a request."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs

from registry_gitops.registry.errors import Code, RegistryError

MAX_PARAMETERS: Final = 200
"""More than anybody needs: 100 tags of one manifest are the most that is allowed."""

_NUMBER = re.compile(r"[0-9]{1,18}")


class Query:
    """Parameters by name. Raises RegistryError for what cannot be read, unless nobody asks for it."""

    def __init__(self, text: str) -> None:
        try:
            self._values = parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise _refused(f"not a query of at most {MAX_PARAMETERS} parameters in UTF-8") from None

    def every(self, name: str) -> list[str]:
        """All values of a parameter, in order."""
        return self._values.get(name, [])

    def one(self, name: str) -> str | None:
        """The value of a parameter that is given at most once."""
        values = self.every(name)
        if len(values) > 1:
            raise _refused(f"the parameter {name} is given more than once")
        return values[0] if values else None

    def number(self, name: str) -> int | None:
        """The value of a parameter that is a number from 0 on."""
        text = self.one(name)
        if text is None:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise _refused(f"the parameter {name} is not a number")
        return int(text)


def _refused(detail: str) -> RegistryError:
    return RegistryError(Code.UNSUPPORTED, detail, status=400)
