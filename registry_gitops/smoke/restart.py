"""Whether images outlive a restart of the registry: what is pushed before it, and looked at after it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from registry_gitops.errors import InputError
from registry_gitops.smoke.content import Content, Manifest

_KIND: Final = "registry-gitops/restart/v1"


@dataclass(frozen=True)
class Restart:
    """An image that was pushed before a restart: where it is, and how to make it again to compare."""

    repository: str
    run_id: str

    @property
    def tag(self) -> str:
        """The tag of the image."""
        return f"smoke-{self.run_id}-kept"

    @property
    def image(self) -> Manifest:
        """The image, the same on both sides of the restart."""
        return Content(self.run_id).image("kept")

    def write(self, file: Path) -> None:
        """Keep it for the run after the restart. Raises InputError where that cannot be."""
        try:
            file.write_text(json.dumps({"apiVersion": _KIND, **asdict(self)}) + "\n", "utf-8")
        except OSError as error:
            raise InputError.of(f"cannot be written: {error.strerror}", file) from None

    @classmethod
    def read(cls, file: Path) -> Self:
        """What a run before the restart has kept. Raises InputError where that is not what the file has."""
        try:
            said: Any = json.loads(file.read_text("utf-8"))
            if said["apiVersion"] == _KIND:
                return cls(str(said["repository"]), str(said["run_id"]))
        except OSError as error:
            raise InputError.of(f"cannot be read: {error.strerror}", file) from None
        except (ValueError, KeyError, TypeError):
            pass
        raise InputError.of("is not what --before-restart writes", file)
