"""Build the command line of Flux: `python flux_cli.py OUT`, in the folder of its go.mod and with `go` on PATH.

Its module does not build as it is: a release embeds the manifests of Flux, which stand in no module. They are for
`flux install` and `flux bootstrap` only, so an empty one is put in their place.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MODULE = "github.com/fluxcd/flux2/v2"


def main(out: str) -> int:
    """Build the program, and return the exit status."""
    found = subprocess.run(["go", "mod", "download", "-json", MODULE], stdout=subprocess.PIPE, check=True)
    module: dict[str, str] = json.loads(found.stdout)
    flags = f"-s -w -X main.VERSION={module['Version'].removeprefix('v')}"
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(module["Zip"]) as archive:
            archive.extractall(folder)
        source = Path(folder, f"{MODULE}@{module['Version']}")
        manifests = source / "cmd/flux/manifests"
        manifests.mkdir()
        (manifests / "none.yaml").touch()
        build = ("go", "build", "-v", "-buildvcs=false", "-trimpath", "-ldflags", flags, "-o", out, "./cmd/flux")
        return subprocess.run(build, cwd=source).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
