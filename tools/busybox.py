"""Put a busybox where the tests find it: `python -m tools.busybox OUT`.

The chart's `helm test` is a script that runs in the registry's image, whose programs are busybox's; the tests run it in
the same. A busybox on PATH is taken as it is. Else it comes out of Debian's package, fetched by apt-get as this user:
with lists and cache in a temporary folder, nothing is installed and no right is needed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "busybox-static"


def main(out: Path) -> int:
    """Return the exit status: 0, or 2 when there is no busybox to be had."""
    found = shutil.which("busybox")
    if found:
        shutil.copy(found, out)
        return 0
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        print("busybox is not on PATH, and without apt-get it cannot be fetched: install it.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        try:
            shutil.copy(unpacked(Path(folder)) / "bin" / "busybox", out)
        except subprocess.CalledProcessError as error:
            print(f"busybox is not on PATH, and {error.cmd[0]} could not fetch {PACKAGE}.", file=sys.stderr)
            return 2
    return 0


def unpacked(folder: Path) -> Path:
    """Fetch Debian's package into `folder`, and return where its content is."""
    # apt gives up root for the user _apt, where it is root; that user must be able to write here.
    folder.chmod(0o777)
    places = [f"-oDir::State={folder}/state", f"-oDir::Cache={folder}/cache"]
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    for action in (["update"], ["download", PACKAGE]):
        subprocess.run(["apt-get", "-qq", *places, *action], check=True, cwd=folder)
    (package,) = folder.glob("*.deb")
    subprocess.run(["dpkg-deb", "-x", package, folder / "content"], check=True)
    return folder / "content"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
