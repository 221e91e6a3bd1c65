"""Run the unit tests on other versions of our dependencies: `python -m tools.versions lowest|newest`.

lowest: those of requirements/lowest.txt, the floors of pyproject.toml. newest: whatever pip finds today.
Standard library only, as `tools.environment`, whose environments it uses: .tools/venv-lowest and .tools/venv-newest.
"""

import argparse
import shlex
import subprocess
import sys

from tools.environment import ROOT, EnvironmentProblem, create, ensure, pip
from tools.lock import locked

LOWEST = ROOT / "requirements" / "lowest.txt"
UNIT_TESTS = shlex.split("""
tests/cli/test_cli_htpasswd.py tests/cli/test_cli_init.py tests/cli/test_cli_main.py
tests/cli/test_cli_missing_values.py tests/cli/test_cli_render.py tests/cli/test_cli_schema_and_explain.py
tests/cli/test_cli_serve.py tests/cli/test_cli_smoke.py tests/cli/test_public_api.py
tests/cluster/test_changes.py tests/cluster/test_deployments.py tests/cluster/test_last_words.py
tests/cluster/test_page.py tests/codec/test_dump.py tests/codec/test_load.py tests/deployment
tests/manifests/test_manifest_rendering.py tests/manifests/test_manifest_rules.py
tests/manifests/test_manifest_texts.py tests/model tests/render/readme/test_readme.py
tests/render/test_deploy.py tests/render/test_folder.py tests/render/test_tree.py tests/rules tests/schema
tests/starter tests/target tests/test_masking.py tests/test_no_credential_is_repeated.py
tests/values/test_configuration.py tests/values/test_configuration_bounds.py
tests/values/test_configuration_secrets.py tests/values/test_registry_values.py
""")
TEST_TOOLS = ("hypothesis", "pytest", "pytest-xdist")


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
    return subprocess.run([python, "-m", "pytest", "-q", "-n", "2", *UNIT_TESTS, *options.pytest], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
