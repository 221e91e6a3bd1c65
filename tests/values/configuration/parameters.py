"""Lists the keys that distribution's source looks up in maps: `python parameters.py MODULE > parameters.txt`.

Storage drivers, authentication and middleware take their settings as maps, so no type names their keys: only the
lookups in the source do. MODULE is the folder of the module, as this tells it in tools/go/distribution:
`go list -m -f '{{.Dir}}' github.com/distribution/distribution/v3`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LOOKUPS = re.compile(
    r"""
    \b(?:parameters|options|config|cc|mc|d|p|readOnly|redirectConfig|config\.Storage)\["(\w+)"\]
    | getParameterAs\w+(?:\[\w+\])?\(parameters,\s"(\w+)"
    | \bstorage\["(\w+)"\]
    | getStringOption\("(\w+)",\soptions\)
    | `mapstructure:"(\w+)"`
    """,
    re.VERBOSE,
)
LOOKUP_LISTS = re.compile(r'\bkeys := \[\]string\{((?:"\w+",?\s*)+)\}')
# A file that registers something is listed even if it looks nothing up: so a new driver cannot be missed.
REGISTRATION = re.compile(r"\b(?:factory|auth|storagemiddleware|registrymiddleware|repositorymiddleware)\.Register\(")
FOLDERS = ("configuration", "registry/auth", "registry/handlers", "registry/middleware", "registry/storage/driver")


def parameters(module: Path) -> Iterator[str]:
    """Lines `file: key ...`, in the order of the files."""
    for path in sorted(path for folder in FOLDERS for path in (module / folder).rglob("*.go")):
        source = path.read_text()
        if path.name.endswith("_test.go"):
            continue
        keys = {key for found in LOOKUPS.findall(source) for key in found if key}
        keys.update(key for found in LOOKUP_LISTS.findall(source) for key in re.findall(r"\w+", found))
        if keys or REGISTRATION.search(source):
            yield f"{path.relative_to(module).as_posix()}: {' '.join(sorted(keys))}".rstrip()


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(f"# distribution {folder.name.rpartition('@')[2]}, made by parameters.py")
    print("\n".join(parameters(folder)))
