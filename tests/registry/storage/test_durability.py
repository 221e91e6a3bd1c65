"""What is said to be there for good is on the disk, by the system calls of a real process."""

from __future__ import annotations

from pathlib import Path

import pytest

from .traced import Call, Disk, trace

pytestmark = pytest.mark.tools

BEGIN, END = "/--- begin", "/--- end"

PROGRAM = f"""
import os, sys
from pathlib import Path
from registry_gitops.registry.storage import FileStorage

def mark(path):
    try:
        os.stat(path)
    except OSError:
        pass

def draft(path, content):
    draft = storage.draft(path, new=True)
    draft.append(memoryview(content))
    return draft

def flush(folder):
    os.fsync(os.open(f"{{sys.argv[1]}}/docker/registry/v2/{{folder}}", os.O_RDONLY))

def replace(path, content):
    with open(sys.argv[1] + "/docker/registry/v2/_scratch/other", "xb", buffering=0) as file:
        file.write(content)
        os.fsync(file)
        os.rename(file.name, sys.argv[1] + "/docker/registry/v2/" + path)

manifest = {{"blobs/ab/abcd/data": b"x" * 500, "app/revisions/abcd/link": b"abcd"}}
tag = {{"app/tags/1/index/abcd/link": b"abcd", "app/tags/1/current/link": b"abcd"}}
storage = FileStorage(Path(sys.argv[1]))
exec(sys.argv[2])
mark("{BEGIN}")
exec(sys.argv[3])
mark("{END}")
"""

MANIFEST = "storage.publish(manifest, tag)"
OTHER = "storage.publish({'blobs/ef/ef01/data': b'e', 'app/revisions/ef01/link': b'ef01'}, {})"

# What was done before, what is done, and files of the first and of the second stage.
CASES = {
    "a manifest in a new repository": ("", MANIFEST, "revisions/abcd/link", "tags/1/current/link"),
    "a manifest in a repository": (OTHER, MANIFEST, "revisions/abcd/link", "tags/1/current/link"),
    "the same manifest again": (MANIFEST, MANIFEST, "", ""),
    "a tag that names something else": (
        MANIFEST,
        "storage.publish({'app/revisions/ef01/link': b'ef01'}, {'app/tags/1/current/link': b'ef01'})",
        "revisions/ef01/link",
        "tags/1/current/link",
    ),
    "a hundred files": (
        "",
        "storage.publish(manifest, {f'app/tags/{n}/{k}/link': b'abcd' for n in range(50) for k in 'ab'})",
        "revisions/abcd/link",
        "tags/33/b/link",
    ),
    "an upload": (
        OTHER + "; upload = draft('app/uploads/1/data', b'abcd'); flush('app')",
        "storage.publish({'blobs/ab/abcd/data': upload}, {'app/layers/abcd/link': b'x'})",
        "blobs/ab/abcd/data",
        "layers/abcd/link",
    ),
    "an upload of what is there": (
        "upload = draft('app/uploads/1/data', b'abcd');"
        "storage.publish({'blobs/ab/abcd/data': b'rotten', 'app/layers/abcd/link': b'x'}); flush('app')",
        "storage.publish({'blobs/ab/abcd/data': upload}, {'app/layers/abcd/link': b'x'})",
        "blobs/ab/abcd/data",
        "",
    ),
    "a folder that another process removed": (
        MANIFEST + "; import shutil; shutil.rmtree(sys.argv[1] + '/docker/registry/v2/app/tags'); flush('app')",
        MANIFEST,
        "",
        "tags/1/current/link",
    ),
    "what another process has just put there": (
        MANIFEST + "; replace('app/tags/1/current/link', b'ef01')",
        "storage.publish({'app/tags/1/current/link': b'ef01'})",
        "",
        "",
    ),
    "a folder that was removed and made for an upload": (
        MANIFEST + "; storage.remove('app/tags/1'); draft('app/tags/1/uploads/data', b'x')",
        "storage.publish({'app/tags/1/index/link': b'x'})",
        "",
        "",
    ),
    "a removed tag": (MANIFEST, "storage.remove('app/tags/1')", "", ""),
}


def changes(calls: list[Call], disk: Disk) -> list[Call]:
    """The calls between the marks, after the disk has seen what came before them."""
    names = [call.paths[:1] for call in calls]
    begin, end = names.index([BEGIN]), names.index([END])
    for call in calls[:begin]:
        disk.see(call)
    return calls[begin:end]


@pytest.mark.parametrize("case", CASES)
def test_everything_is_on_the_disk_before_it_is_acknowledged_and_in_order(case: str, tmp_path: Path) -> None:
    before, done, first, second = CASES[case]
    root = tmp_path / "root"
    disk = Disk(str(root / "docker/registry/v2"))
    calls = [*trace(PROGRAM, str(root), before, done, log=tmp_path / "log")]
    seen = []
    for call in changes(calls, disk):
        if call.name.startswith("rename") and call.result == 0:
            source, target = (path.removeprefix(disk.top).lstrip("/") for path in call.paths)
            assert not disk.unsynced(source), "what is moved into place is on the disk"
            arrived = [target + name[len(source) :] for name in disk.nodes if name.startswith(source)]
            seen += [stage for stage in (first, second) if stage and any(name.endswith(stage) for name in arrived)]
            if seen and seen[-1] == second:
                assert disk.unsynced() == [], "the first stage is there before the second can be seen"
        disk.see(call)
    assert seen == [stage for stage in (first, second) if stage]
    assert disk.unsynced() == []


def test_a_synced_draft_is_on_the_disk(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path / "docker/registry/v2"))
    work = "d = draft('app/uploads/1/data', b'abc'); d.sync(); d.append(memoryview(b'd')); d.sync()"
    for call in changes([*trace(PROGRAM, str(tmp_path), "", work, log=tmp_path / "log")], disk):
        disk.see(call)
    assert not disk.nodes["app/uploads/1/data"].unsynced


def test_the_folders_of_a_new_root_are_there_for_good(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    for call in trace(PROGRAM, str(tmp_path / "new/root"), "", "", log=tmp_path / "log"):
        disk.see(call)
    assert disk.unsynced() == []
