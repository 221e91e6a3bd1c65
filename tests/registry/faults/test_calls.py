"""The system calls that the registry makes on its files fail once each, in the middle of whatever a client does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.faults.exercise import Exercise
from tests.support.injection import Injection
from tests.support.mortal import MortalRegistry

pytestmark = [pytest.mark.tools, pytest.mark.exhaustive]

FAILURES = [
    ("openat", "EMFILE"),
    ("openat", "EIO"),
    ("write,pwrite64,writev,pwritev", "ENOSPC"),
    ("write,pwrite64,writev,pwritev", "EIO"),
    ("fsync,fdatasync,sync_file_range,syncfs", "EIO"),
    ("rename,renameat,renameat2", "EIO"),
    ("rename,renameat,renameat2", "ENOSPC"),
    ("link,linkat", "EIO"),
    ("mkdir,mkdirat", "ENOSPC"),
    ("ftruncate,fallocate,fadvise64", "EIO"),
    ("unlink,unlinkat,rmdir", "EIO"),
    ("stat,lstat,newfstatat,statx,fstat", "EIO"),
    ("read,pread64", "EIO"),
    ("getdents64", "EIO"),
    ("utimensat", "EIO"),
    ("sendfile", "EIO"),
    ("flock", "EIO"),
]
MOST = 150
"""More calls of one kind no thread makes in an exercise."""


@pytest.mark.parametrize(("calls", "error"), FAILURES)
def test_a_call_that_fails_refuses_the_request_and_breaks_nothing(tmp_path: Path, calls: str, error: str) -> None:
    with MortalRegistry(tmp_path / "root", "--access-log", "off") as registry:
        for number in range(1, MOST):
            exercise = Exercise(registry.url, f"number{number}", tmp_path / "root")
            exercise.prepare()
            injection = Injection(registry.pid, calls, f"error={error}:when={number}", tmp_path / "strace")
            try:
                with injection:
                    exercise.steps()
                exercise.check()
            except AssertionError as problem:
                problem.add_note("\n".join(["What failed:", *injection.hits]))
                raise
            if not injection.hits:
                return
    pytest.fail(f"there is no end of {calls}")
