"""The image that is pushed before a restart of the registry, and checked after it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from registry_gitops.errors import InputError
from registry_gitops.smoke.images import ImageFactory, LocalManifest
from registry_gitops.smoke.repository_names import require_repository_name

_API_VERSION: Final = "registry-gitops/restart/v1"
_RUN_ID: Final = re.compile(r"[a-z0-9]{1,64}")


@dataclass(frozen=True)
class RestartImage:
    """An image that was pushed before a restart: its repository, and the seed to make it again for a comparison."""

    repository: str
    run_id: str

    @property
    def tag(self) -> str:
        """The tag of the image."""
        return f"smoke-{self.run_id}-kept"

    @property
    def manifest(self) -> LocalManifest:
        """The manifest of the image, the same before and after the restart."""
        return ImageFactory(self.run_id).make_image("kept")

    def write(self, file: Path) -> None:
        """Write the state for the run after the restart. Raises InputError."""
        try:
            file.write_text(json.dumps({"apiVersion": _API_VERSION, **asdict(self)}) + "\n", "utf-8")
        except OSError as error:
            raise InputError.single(f"cannot be written: {error.strerror}", file) from None

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the state that a run before the restart wrote. Raises InputError."""
        try:
            state: Any = json.loads(file.read_text("utf-8"))
            repository, run_id = state["repository"], state["run_id"]
            if state["apiVersion"] == _API_VERSION and _RUN_ID.fullmatch(run_id):
                # The file can be an artifact of a pipeline, which others can write: its names become paths of requests.
                require_repository_name(repository)
                return cls(repository, run_id)
        except OSError as error:
            raise InputError.single(f"cannot be read: {error.strerror}", file) from None
        except (ValueError, KeyError, TypeError):
            pass
        raise InputError.single("is not what --before-restart writes", file)
