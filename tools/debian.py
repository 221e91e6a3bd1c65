"""Put a program of Debian's where the tests find it: `python -m tools.debian PROGRAM OUT FOLDER`.

One on PATH is taken as it is: OUT becomes a link to it. Else it comes out of Debian's packages, fetched by apt-get as
this user: with lists and cache in a temporary folder, nothing is installed and no right is needed. FOLDER gets what was
unpacked, the libraries that this machine lacks included, and OUT becomes a link into it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = {
    "busybox": "busybox-static",
    "caddy": "caddy",
    "docker-registry": "docker-registry",
    "haproxy": "haproxy",
    "nft": "nftables",
    "nginx": "nginx",
    "openssl": "openssl",
    "redis-server": "redis-server",
    "runc": "runc",
    "skopeo": "skopeo",
    "strace": "strace",
}
"""The programs, and the package that each comes in."""

WRAPPER = """\
#!/bin/sh
me=$(readlink -f "$0")
here=${{me%/*}}
export LD_LIBRARY_PATH={libraries}"${{LD_LIBRARY_PATH:-/usr/lib}}"
exec "$here/{program}" "$@"
"""


def main(program: str, out: Path, folder: Path) -> int:
    """Return the exit status: 0, or 2 when the program is not to be had."""
    found = shutil.which(program)
    if found:
        out.symlink_to(found)
        return 0
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        print(f"{program} is not on PATH, and without apt-get it cannot be fetched: install it.", file=sys.stderr)
        return 2
    try:
        unpack(PACKAGES[program], folder)
    except subprocess.CalledProcessError as error:
        print(f"{program} is not on PATH, and {error.cmd[0]} could not fetch {PACKAGES[program]}.", file=sys.stderr)
        return 2
    # Relative, so that the store may move; and when FOLDER goes, the link leads nowhere and all is made anew.
    out.symlink_to(os.path.relpath(wrap(program, folder), out.parent))
    return 0


def unpack(package: str, folder: Path) -> None:
    """Fetch Debian's package and what this machine lacks of its dependencies, and unpack all of it into `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as workplace:
        place = Path(workplace)
        # apt gives up root for the user _apt, where it is root; that user must be able to write here.
        place.chmod(0o777)
        for name in ("state/lists/partial", "cache/archives/partial"):
            (place / name).mkdir(parents=True)
        apt_get = ["apt-get", f"-oDir::State={place}/state", f"-oDir::Cache={place}/cache"]
        subprocess.run([*apt_get, "-qq", "update"], check=True, cwd=place)
        plan = [*apt_get, "--simulate", "--no-install-recommends", "install", package]
        said = subprocess.run(plan, check=True, cwd=place, stdout=subprocess.PIPE, text=True).stdout
        packages = {package, *re.findall(r"^Inst (\S+)", said, re.MULTILINE)}
        subprocess.run([*apt_get, "-qq", "download", *sorted(packages)], check=True, cwd=place)
        for file in sorted(place.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", file, folder], check=True)


def wrap(program: str, folder: Path) -> Path:
    """Write the script that starts the unpacked program with the unpacked libraries, and return it."""
    inside = next(place for place in ("usr/bin", "bin", "usr/sbin") if (folder / place / program).exists())
    libraries = sorted(place.relative_to(folder) for place in folder.glob("**/lib/*-linux-*") if place.is_dir())
    script = folder / program
    text = WRAPPER.format(libraries="".join(f'"$here/{place}":' for place in libraries), program=f"{inside}/{program}")
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    return script


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
