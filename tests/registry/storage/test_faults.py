"""What is refused changes nothing, leaves nothing behind, and does not spoil what comes after it."""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.registry.storage import FileStorage
from tests.support.tools import tool

from .test_filesystem import scratch

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

START = """
import json, os, resource, sys
from pathlib import Path
from registry_gitops.registry.storage import FileStorage

root = Path(sys.argv[1])
storage = FileStorage(root)
top = root / "docker/registry/v2"

def there():
    found = [path for path in top.rglob("*") if path.is_file()] + [*top.glob("_scratch/*/*")]
    return sorted(str(path.relative_to(top)) for path in found)

def attempt(work):
    try:
        work()
    except OSError as error:
        return error.errno
"""

# A tag that is there names something new, and so does one that is not; an upload replaces a blob.
CHANGE = """
def change():
    upload = storage.draft("up/data", new=False) or storage.draft("up/data", new=True)
    if not upload.size:
        upload.append(memoryview(b"new bytes"))
    link = b"new"
    first = {"blobs/new/data": b"new", "revisions/new/link": link}
    tags = ("tags/old/index/new/link", "tags/old/current/link", "tags/new/current/link")
    storage.publish(first, dict.fromkeys(tags, link) | {"blob/data": upload})

def say(*what):
    os.writev(1, [json.dumps(what).encode(), b"\\n"])

say(attempt(change), there())
say(attempt(lambda: storage.publish({"blobs/other/data": b"other"}, {"tags/old/current/link": b"other"})), there())
storage.close()
"""

OLD = {"tags/old/index/old/link": b"old", "tags/old/current/link": b"old", "blob/data": b"old"}
NEW = ["tags/old/index/new/link", "tags/new/current/link"]


def strace(*options: str) -> tuple[str, ...]:
    return (str(tool("strace")), "-f", "-qq", "-o", "/dev/null", *options)


def child(root: Path, program: str, *under: str) -> list[Any]:
    command = [*under, sys.executable, "-c", START + program, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("call", "error"),
    [("fsync", "EIO"), ("rename", "EIO"), ("mkdir", "ENOSPC"), ("write", "ENOSPC"), ("pwrite64", "ENOSPC")],
)
def test_a_change_that_fails_anywhere_changes_nothing(call: str, error: str, tmp_path: Path) -> None:
    # Its own scratch folder is the first that a storage makes; Python itself makes none of these calls.
    for number in range(2 if call == "mkdir" else 1, 40):
        root = tmp_path / str(number)
        storage = FileStorage(root)
        storage.publish(OLD)
        storage.close()
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")
        (done, there), (again, later) = child(root, CHANGE, *strace(*inject))
        if done is None:
            break
        storage = FileStorage(root)
        assert [path for path in NEW if path in there] == []
        assert [path for path in there + later if "_scratch" in path] == []
        assert storage.read("blob/data") == b"old"
        assert again is None
        assert storage.read("tags/old/current/link") == b"other"
        storage.close()
    assert number > 1
    assert number < 39


LEFT = """
left = []
for number in range(3):
    upload = storage.draft(f"uploads/{number}/data", new=True)
    upload.append(memoryview(b"%d" % number))
    storage.publish({f"blobs/{number}/data": upload, "revisions/link": b"%d" % number}, {f"tags/{number}/link": b"1"})
    storage.expire(f"uploads/{number}", float("inf"))
    storage.expire(f"tags/{number}", float("inf"))
    left += [path for path in there() if path.startswith("_scratch")]
attempt(storage.probe)
storage.publish({"last/link": b"1"})
print(json.dumps([left, there(), attempt(storage.probe)]))
"""


@pytest.mark.parametrize("calls", ["unlink", "rmdir", "unlinkat"])
def test_what_could_not_be_deleted_is_deleted_by_the_next_change(calls: str, tmp_path: Path) -> None:
    ever_left = []
    for number in range(1, 8):
        inject = ("-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO:when={number}..{number + 1}")
        ((left, after, probed),) = child(tmp_path / str(number), LEFT, *strace(*inject))
        ever_left += left
        assert after == ["blobs/0/data", "blobs/1/data", "blobs/2/data", "last/link", "revisions/link"]
        assert probed is None
    assert ever_left, "something could not be deleted"


def test_a_disk_that_lets_nothing_be_removed_is_not_well(tmp_path: Path) -> None:
    eio = 5
    program = "print(json.dumps(attempt(storage.probe)))"
    assert child(tmp_path, program, *strace("-e", "trace=unlink", "-e", "inject=unlink:error=EIO")) == [eio]
    assert child(tmp_path, program) == [None]


@pytest.mark.parametrize("limit", ["size=128k", "nr_inodes=60"])
def test_a_full_disk_refuses_and_goes_on_when_there_is_room(limit: str, tmp_path: Path) -> None:
    program = """
acknowledged = []
for number in range(1000):
    content = b"%d" % number * 1000
    publish = lambda: storage.publish({f"blobs/{number}/data": content}, {f"tags/{number}/current/link": content})
    if (refused := attempt(publish)):
        break
    acknowledged.append(number)
before = there()
big = {f"tags/0/current/{number}": b"x" * 10000 for number in range(20)}
tag_again = attempt(lambda: storage.publish({"tags/0/current/link": b"x"} | big, {"tags/1/current/link": b"x"}))
whole = all(storage.read(f"tags/{number}/current/link") == b"%d" % number * 1000 for number in acknowledged)
same = there() == before
storage.remove(f"blobs/{acknowledged[-1]}")
storage.remove(f"tags/{acknowledged[-1]}")
print(json.dumps([refused, len(acknowledged), before, tag_again, whole, same, attempt(publish)]))
"""
    assert shutil.which("unshare"), "this test mounts a file system of its own: it needs unshare, of util-linux"
    python = shlex.join([sys.executable, "-c", START + program, str(tmp_path)])
    script = f"mount -t tmpfs -o {limit} none {shlex.quote(str(tmp_path))} || exit 99; {python}"
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    done = subprocess.run([*unshare, "sh", "-c", script], capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    refused, number, before, tag_again, whole, same, again = json.loads(done.stdout)
    enospc = 28
    assert refused == enospc
    assert number > 3
    assert len(before) == 2 * number
    assert tag_again == enospc
    assert whole
    assert same
    assert again is None


def test_without_file_descriptors_it_refuses_and_goes_on_when_there_are_some(tmp_path: Path) -> None:
    program = """
storage.publish({"a/link": b"1"}, {})
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
some = {f"many/{number}/link": b"x" for number in range(20)}
outcomes = []
for spare in range(12):
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + spare, limit[1]))
    refused = attempt(lambda: storage.publish({"a/link": b"%d" % spare}, some))
    unread = attempt(lambda: storage.read("a/link"))
    resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    outcomes.append([refused, unread, len(there())])
print(json.dumps(outcomes))
resource.setrlimit(resource.RLIMIT_NOFILE, limit)
print(json.dumps([attempt(lambda: storage.publish({"a/link": b"2"}, some)), len(there())]))
"""
    outcomes, (last, count) = child(tmp_path, program)
    emfile = 24
    assert outcomes[0] == [emfile, emfile, 1]
    assert {refused for refused, _, _ in outcomes} == {emfile}
    assert {number for _, _, number in outcomes} == {1}
    assert last is None
    assert count == 21


KILLED = """
number = int(sys.argv[2])
while True:
    number += 1
    link = b"%d" % number
    upload = storage.draft(f"uploads/{number}/data", new=True)
    upload.append(memoryview(link * 1000))
    storage.publish({f"blobs/{number}/data": upload, f"revisions/{number}/link": link}, {
        f"tags/moving/index/{number}/link": link,
        "tags/moving/current/link": link,
        f"tags/{number}/index/{number}/link": link,
        f"tags/{number}/current/link": link,
    })
    print(number, flush=True)
    storage.expire(f"uploads/{number}", float("inf"))
    if number % 3 == 0:
        storage.remove(f"tags/{number}")
        print(-number, flush=True)
"""


def test_whenever_it_is_killed_all_that_was_acknowledged_is_there_and_nothing_is_half_there(tmp_path: Path) -> None:
    acknowledged: list[int] = [0]
    for cycle in range(8):
        command = [sys.executable, "-c", START + KILLED, str(tmp_path), str(1000 * cycle)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            acknowledged += [int(process.stdout.readline())]
            time.sleep(random.random() / 10)
            process.kill()
            acknowledged += [int(line) for line in process.stdout]
        storage = FileStorage(tmp_path)
        tags = storage.names("tags")
        for tag in tags:
            link = storage.read(f"tags/{tag}/current/link")
            assert link, "a tag that is listed can be served"
            assert storage.read(f"revisions/{link.decode()}/link") == link
            assert storage.read(f"blobs/{link.decode()}/data") == link * 1000
        removed = {-number for number in acknowledged if number < 0}
        assert {str(number) for number in acknowledged if number > 0 and number % 3} <= set(tags)
        assert not {str(number) for number in removed} & set(tags)
        assert int(storage.read("tags/moving/current/link") or 0) >= max(acknowledged)
        assert scratch(tmp_path / "docker/registry/v2") == []
        storage.close()
    assert len(acknowledged) > 8
