"""Each wrong input gives one clear error, with its place where it has one: exit 2, no traceback, nothing written."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from .running import Outcome, Run, listing, process, program

DESCRIPTIONS = {
    "an unknown key": ("valuez: {}\n", '1:1: valuez: unknown key "valuez": did you mean "values"?'),
    "a quantity with a unit that does not exist": (
        "values:\n  persistence:\n    size: 10Gb\n",
        '3:11: values.persistence.size: "10Gb" is not a quantity: write a number and a unit, such as 10Gi',
    ),
    "a port that does not exist": (
        "values:\n  service:\n    ports:\n      http: 99999\n",
        "4:13: values.service.ports.http: 99999 is not a port: a port is a number from 1 to 65535",
    ),
    "two replicas on a volume for one": (
        "values:\n  replicaCount: 2\n  http:\n    existingSecret: uploads\n",
        "2:17: values.replicaCount: 2 replicas cannot share a ReadWriteOnce volume: set replicaCount to 1",
    ),
    "a bad host name": (
        "values:\n  ingress:\n    hostname: Registry_1.example.com\n",
        '3:15: values.ingress.hostname: "Registry_1.example.com" is not a host name: use lower-case letters',
    ),
    "a key twice": ("name: a\nname: b\n", '2:1: the key "name" stands here already, on line 1: keep one of them'),
    "a tab": ("values:\n\treplicaCount: 1\n", "2:1: a tab cannot indent YAML: use spaces"),
    "an empty file": ("", "1:1: the file is empty"),
    "a file of comments": ("# nothing\n", "1:1: the file is empty"),
    "a list": ("- name: a\n", "1:1: must be a mapping of keys to values"),
    "no mapping where one is needed": ("source: git\n", "1:9: source: must be a mapping of keys to values"),
    "a boolean of YAML 1.1": (
        "values:\n  deletion:\n    enabled: yes\n",
        '3:14: ambiguous YAML value yes: write true for a boolean, or "yes" for a string',
    ),
    "a number as text": (
        'values:\n  replicaCount: "1"\n',
        "2:17: values.replicaCount: must be a whole number, without quotes",
    ),
    "two documents": ("name: a\n---\nname: b\n", "2:1: a second document begins here: keep one to a file"),
    "a template": ("name: {{ name }}\n", "1:8: a key must be text"),
    "a missing URL": ("source:\n  type: oci\n", "2:3: source.url: is required"),
    "an unknown source": ("source:\n  type: gti\n", "2:3: source: needs a type: git, helm or oci"),
    "users without a Secret": (
        "values:\n  auth:\n    htpasswd:\n      enabled: true\n",
        "4:7: values.auth.htpasswd: htpasswd is enabled without credentials: set existingSecret",
    ),
}

PROGRAMS = {
    "a program that raises": ("x = 1\nraise ValueError('no luck')\n", "2: registry.py raised ValueError: no luck"),
    "a program that ends itself": ("import sys\nsys.exit(0)\n", "2: registry.py raised SystemExit: 0"),
    "a program with a syntax error": ("def f(:\n    pass\n", "1:7: not valid Python: "),
    "a program with a NUL byte": ("x = 1\0\n", "1:6: not a text file in UTF-8"),
    "a program that defines nothing": ("x = 1\n", " defines no `deployment`: assign a RegistryDeployment to that name"),
    "a program that defines something else": ("deployment = 1\n", " defines no `deployment`: assign a Registry"),
    "a program with a wrong value": (
        "import registry_gitops as rg\ndeployment = rg.RegistryDeployment(name='A')\n",
        '2: name: "A" is not the name of a deployment: use lower-case letters',
    ),
    "a program that imports what is not there": (
        "import no_such\n",
        "1: registry.py raised ModuleNotFoundError: No",
    ),
}

OPTIONS = {
    "no description at all": (
        ("render",),
        "error: no registry.yaml or registry.py in or below this directory: pass CONFIG, or run",
    ),
    "a description that is not there": (
        ("render", "else.yaml"),
        "else.yaml: no such file: `registry-gitops init` writes one",
    ),
    "a rule that is not there": (
        ("render", "good.yaml", "--allow", "nonsense"),
        'Error: Invalid value for --allow: unknown rule "nonsense": to list the rules, run ',
    ),
    "a stream and a folder": (
        ("render", "good.yaml", "--stdout", "--check"),
        "Error: Invalid value for --stdout: cannot be combined with --check, --diff, --force, or --output-dir",
    ),
    "a comparison by force": (
        ("render", "good.yaml", "--diff", "--force"),
        "Error: Invalid value for --force: cannot be combined with --check or --diff",
    ),
    "an unknown command": (("rendr",), "Error: No such command 'rendr'. Did you mean 'render'?"),
    "an unknown kind of source": (("init", "new", "--source", "svn"), "'svn' is not one of 'git', 'helm', 'oci'."),
    "an OCI source without a URL": (
        ("init", "new", "--source", "oci"),
        "--source oci needs --url oci://HOST/PATH/docker-registry: push the chart first, with",
    ),
    "a URL for a chart in this repository": (("init", "new", "--url", "oci://host/chart"), "add --source helm or"),
    "a URL that is none": (
        ("init", "new", "--source", "oci", "--url", "https://host"),
        'error: --url: "https://host" is not the URL of an OCI repository: write oci://HOST/REPOSITORY',
    ),
    "a name that no Service can have": (
        ("init", "new", "--name", "1st"),
        'error: --name: "1st" is not the name of a deployment: use lower-case letters, digits',
    ),
    "a namespace that is none": (("init", "new", "--namespace", "a.b"), 'error: --namespace: "a.b" is not a DNS label'),
    "an unknown key to explain": (
        ("explain", "values.persistance"),
        'error: values: unknown key "persistance": did you',
    ),
    "an unknown schema": (("schema", "chart"), "'chart' is not one of 'config', 'values'."),
}


def refused(done: Outcome, message: str, lines: int = 1) -> None:
    assert done.code == 2, done
    assert done.out == ""
    assert "Traceback" not in done.err
    assert message in done.err.splitlines()[-1]
    assert len(done.err.splitlines()) == lines


@pytest.mark.parametrize("what", DESCRIPTIONS)
@pytest.mark.parametrize("options", [(), ("--check",), ("--stdout",)])
def test_a_wrong_description_is_one_line_with_its_place(
    cli: Run, tmp_path: Path, what: str, options: tuple[str, ...]
) -> None:
    text, message = DESCRIPTIONS[what]
    (tmp_path / "registry.yaml").write_text(text)
    before = listing(tmp_path)
    refused(cli("render", *options), f"registry.yaml:{message}")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("what", PROGRAMS)
def test_a_wrong_program_is_one_line_with_its_place(cli: Run, tmp_path: Path, what: str) -> None:
    text, message = PROGRAMS[what]
    (tmp_path / "registry.py").write_text(text)
    before = listing(tmp_path)
    refused(cli("render"), f"registry.py:{message}")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("what", OPTIONS)
def test_a_wrong_option_is_one_line_after_the_usage(cli: Run, tmp_path: Path, what: str) -> None:
    (tmp_path / "good.yaml").write_text("name: good\n")
    arguments, message = OPTIONS[what]
    before = listing(tmp_path)
    done = cli(*arguments)
    # A mistake in the use of a command is preceded by its usage, and where to read more.
    refused(done, message, lines=4 if done.err.startswith("Usage: ") else 1)
    assert listing(tmp_path) == before


@pytest.mark.pinned
def test_an_unknown_option_is_one_line_after_the_usage(cli: Run, tmp_path: Path) -> None:
    refused(cli("render", "--fast"), "Error: No such option: --fast", lines=4)
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"name: \xff\n", b"\xff\xfen\0a\0"])
def test_a_binary_file_is_refused_with_the_place_of_its_first_wrong_byte(
    cli: Run, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "registry.yaml").write_bytes(content)
    column = 7 if content.startswith(b"name") else 1
    refused(cli("render"), f"registry.yaml:1:{column}: not a text file in UTF-8")
    assert listing(tmp_path) == {"registry.yaml": content}


def test_a_text_file_with_control_characters_is_refused_with_their_place(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_bytes(b"name: a\nnamespace: \x1b[31m\n")
    refused(cli("render"), "registry.yaml:2:12: not a text file: it holds the character")


def test_text_that_is_quoted_in_an_error_cannot_break_the_line_or_reach_the_terminal(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text('name: "a\\nb\\e[31m"\n')
    refused(cli("render"), 'registry.yaml:1:7: name: "a\\nb\\x1b[31m" is not the name of a deployment: ')


def test_every_mistake_of_a_description_is_told_at_once_in_the_order_of_the_file(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("name: A\nvalues:\n  replicaCount: x\n  imagee: {}\n")
    done = cli("render")
    assert done.code == 2
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [
        f"registry.yaml:{n}" for n in ("1:7", "3:17", "4:3")
    ]


def test_keys_that_do_not_go_together_in_one_object_are_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("kustomization:\n  resources: [helmrelease.yaml]\n")
    refused(cli("render"), '"helmrelease.yaml" is listed twice: remove one of them')
    assert list(listing(tmp_path)) == ["registry.yaml"]


def test_a_folder_in_place_of_a_file_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").mkdir()
    refused(cli("render"), "registry.yaml: is a directory: name the file, such as registry.yaml in it")
    assert list(listing(tmp_path)) == ["registry.yaml"]


# Root may read and write everything, whatever a file's mode says: it has to give up the capabilities that let it.
AS_ANYONE = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if getattr(os, "geteuid", lambda: 1)() == 0 else ()
)


def as_anyone(*arguments: str | Path, folder: Path) -> Outcome:
    assert not AS_ANYONE or shutil.which(AS_ANYONE[0]), "as root this test needs setpriv, of util-linux"
    return process(*arguments, folder=folder, under=AS_ANYONE)


@pytest.mark.tools
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text("name: a\n")
    config.chmod(0)
    refused(as_anyone("render", folder=tmp_path), "registry.yaml: cannot be read: Permission denied")
    assert list(listing(tmp_path)) == ["registry.yaml"]


@pytest.mark.tools
def test_an_unreadable_directory_is_not_validated(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    done = as_anyone("validate", folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == "closed: cannot read the directory: Permission denied\n"


@pytest.mark.tools
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("render", "--output-dir", "out"), "out: cannot be written: Permission denied; nothing was changed"),
        (("render", "--output-dir", "out/new"), "out/new: cannot be written: Permission denied; nothing was changed"),
        (("init", "out"), "out/registry.yaml: cannot be written: Permission denied; nothing was changed"),
        (("init", "out/new"), "out/new: cannot be written: Permission denied; nothing was changed"),
    ],
)
def test_a_folder_that_is_not_writable_is_refused(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "registry.yaml").write_text("name: a\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o555)
    refused(as_anyone(*arguments, folder=tmp_path), message)
    assert list(listing(tmp_path)) == ["out", "registry.yaml"]


def test_a_file_in_the_way_of_the_folder_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("name: a\n")
    (tmp_path / "out").write_text("mine")
    before = listing(tmp_path)
    refused(cli("render", "--output-dir", "out"), "out: cannot be written: ")
    refused(cli("init", "out"), "out: cannot be written: ")
    assert listing(tmp_path) == before


@pytest.mark.tools
@pytest.mark.parametrize(
    "arguments", [("render", "../registry.yaml", "--output-dir", "."), ("init", "."), ("init", "new/folder")]
)
def test_a_full_disk_is_refused_and_nothing_is_left_on_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "registry.yaml").write_text("name: a\n")
    (tmp_path / "disk").mkdir()
    done = on_a_small_disk(tmp_path / "disk", *arguments)
    refused(done, ": cannot be written: No space left on device; nothing was changed")


def on_a_small_disk(folder: Path, *arguments: str) -> Outcome:
    """Run the command line in a file system of 32 KiB, which must be empty after it."""
    assert shutil.which("unshare"), "this test mounts a file system of its own: it needs unshare, of util-linux"
    command = shlex.join(program(*arguments))
    script = (
        f"mount -t tmpfs -o size=32k none {shlex.quote(str(folder))} || exit 99; cd {shlex.quote(str(folder))}; "
        f"{command}; code=$?; ls -A; exit $code"
    )
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    done = process(folder=folder.parent, under=(*unshare, "sh", "-c", script))
    assert done.code != 99, f"this test needs to be allowed to mount a tmpfs: {done.err}"
    return done
