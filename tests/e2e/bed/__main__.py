"""A cluster to look around in: `python -m tests.e2e.bed up`."""

from __future__ import annotations

import sys

from tests.e2e.bed import leftovers, requirements
from tests.e2e.bed.launch import in_a_bed

USAGE = """\
python -m tests.e2e.bed up      start a cluster, keep it until Ctrl-C, and remove it
python -m tests.e2e.bed down    remove what killed runs have left
"""


def main(arguments: list[str]) -> int:
    """Return the exit code: 2 for wrong usage, or where something is missing that a bed needs."""
    match arguments:
        case ["up"]:
            return in_a_bed(["sleep", "infinity"], announce=True) if requirements.met() else 2
        case ["down"]:
            leftovers.remove_all()
            return 0
        case _:
            print(USAGE, end="", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
