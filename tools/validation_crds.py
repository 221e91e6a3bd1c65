"""Collect the definitions of the custom resources that `validate` knows: `python -m tools.validation_crds OUT`.

An API server that has them is the judge of `validate` in `make e2e`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tools import golang
from tools.validation_schemas import Collection, Loader


def main(out: Path) -> int:
    """Write a file for each archive of definitions; return the exit status."""
    out.mkdir()
    with tempfile.TemporaryDirectory() as workplace:
        try:
            for name, files in Collection(Path(workplace)).definitions():
                texts = (document for file in sorted(files) for document in yaml.load_all(file.read_bytes(), Loader))
                crds = [each for each in texts if each and each.get("kind") == "CustomResourceDefinition"]
                (out / f"{name}.yaml").write_text(yaml.dump_all(crds, Dumper=yaml.CSafeDumper), encoding="utf-8")
        except (golang.GoProblem, subprocess.CalledProcessError) as problem:
            print(problem, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
