"""Remedies that ask to set chart values, and what to say if the description has them so already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry_gitops.smoke.expectations import Expectations


@dataclass(frozen=True)
class Remedy:
    """What to change. A word in backquotes with a dot in it is a value of the chart."""

    text: str
    sets: Mapping[str, object] = field(default_factory=dict, hash=False)
    """The chart values that the text asks to set, by their dotted keys."""
    otherwise: str = ""
    """What to look at instead if the description has all of them so already; "" for the usual causes."""

    def __str__(self) -> str:
        return self.text

    def advise(self, expectations: Expectations) -> str:
        """Return the text, or what to look at instead if the description already has what the text asks to set."""
        settings = expectations.settings
        if not self.sets or any(settings.get(key, ...) != value for key, value in self.sets.items()):
            return self.text
        keys = " and ".join(f"`{key}`" for key in self.sets)
        return f"{expectations.source} sets {keys} already. {self.otherwise or USUAL_CAUSES}"


USUAL_CAUSES = (
    "So what responds is not what it describes: Flux has not applied the commit yet, an old Pod still runs, a Secret "
    "is not mounted, the image is registry 2, or another registry is behind this address. `registry-gitops status` "
    "tells which."
)
