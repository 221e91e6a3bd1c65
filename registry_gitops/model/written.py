"""A model that remembers the text of its fields where they hold a value for references to variables of Flux."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry_gitops.model.computed import ComputedModel


@dataclass(frozen=True)
class NeverSubstituted:
    """Marks a field whose value is read before Flux substitutes, used as ``Annotated[str, NeverSubstituted(...)]``."""

    reader: str
    """Who reads it."""


class WrittenModel(ComputedModel):
    """The base of all models. What it remembers is compared, copied, and pickled with the fields."""

    def as_written(self, name: str) -> Any:
        """Return the value of the field `name` with the references in it, where the attribute has a value for them."""
        value = self.__dict__[name]
        stored, written = (self.__pydantic_private__ or {}).get(name, (None, None))
        # A copy may have replaced the value: `model_copy(update=...)`.
        return written if type(stored) is type(value) and stored == value else value

    def remember(self, written: dict[str, tuple[Any, Any]]) -> None:
        """Remember what was written for fields, by name: the value of the field, and the text or texts."""
        # pydantic's own dict for private attributes, of which no model declares any: so no model pays for it.
        object.__setattr__(self, "__pydantic_private__", written or None)
        self.forget_computed()
