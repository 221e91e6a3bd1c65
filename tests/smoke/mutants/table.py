"""All mutants, by what is broken."""

from __future__ import annotations

from typing import Final

from tests.smoke.mutants.blobs import BLOBS
from tests.smoke.mutants.breaking import Mutant
from tests.smoke.mutants.crowds import CROWDS
from tests.smoke.mutants.deletion import DELETION
from tests.smoke.mutants.front import FRONT
from tests.smoke.mutants.lists import LISTS
from tests.smoke.mutants.manifests import MANIFESTS
from tests.smoke.mutants.uploads import UPLOADING

MUTANTS: Final[tuple[Mutant, ...]] = (*FRONT, *UPLOADING, *BLOBS, *MANIFESTS, *LISTS, *DELETION, *CROWDS)
