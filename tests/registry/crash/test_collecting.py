"""Garbage collection is killed at random moments."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from registry_gitops.registry.contents import Digest
from registry_gitops.registry.storage import FileStorage
from tests.registry.contents.shelf import Shelf
from tests.support.audit import strays

pytestmark = pytest.mark.tools

IMAGES = 30
Image = tuple[Digest, ...]
"""A manifest and its layers."""


def test_a_collection_that_is_killed_takes_nothing_that_is_needed_and_can_be_repeated(
    tmp_path: Path, cycles: int
) -> None:
    cut_short = 0
    tagged, untagged = push_old_images(tmp_path / "pushed")
    for cycle in range(1 + cycles // 5):
        root = shutil.copytree(tmp_path / "pushed", tmp_path / f"root{cycle}")
        random = Random(cycle)
        collecting = subprocess.Popen(command(root), stdout=subprocess.DEVNULL)
        wait_for_the_first_removal(root, collecting)
        time.sleep(random.uniform(0, 0.05))
        collecting.kill()
        cut_short += collecting.wait() != 0
        assert whole(root, tagged) == len(tagged)
        subprocess.run(command(root), check=True, stdout=subprocess.DEVNULL)
        assert (whole(root, tagged), whole(root, untagged)) == (len(tagged), 0)
    assert cut_short


def command(root: Path) -> list[str | Path]:
    return [sys.executable, "-m", "registry_gitops", "gc", root, "--delete-untagged", "--older-than", "1h"]


def push_old_images(root: Path) -> tuple[list[Image], list[Image]]:
    """Push images, tagged and untagged, and make all of it old."""
    storage = FileStorage(root)
    app = Shelf(storage)
    images = []
    for number in range(IMAGES):
        layers = [app.blob(f"{number} {part}".encode()) for part in range(2)]
        images.append((app.manifest(*layers, tags=[f"v{number}"] * (number % 2)), *layers))
    storage.close()
    old = time.time() - 10_000
    for path in [root, *root.rglob("*")]:
        os.utime(path, (old, old))
    return images[1::2], images[::2]


def wait_for_the_first_removal(root: Path, collecting: subprocess.Popen[bytes]) -> None:
    folder = root / "docker/registry/v2/repositories/app/_manifests/revisions/sha256"
    while len(list(folder.iterdir())) == IMAGES and collecting.poll() is None:
        time.sleep(0.001)


def whole(root: Path, images: list[Image]) -> int:
    """How many of these images can be pulled. What was interrupted is put in order first, as by any start."""
    storage = FileStorage(root)
    app = Shelf(storage)
    found = sum(app.has_manifest(image) and all(map(app.has, layers)) for image, *layers in images)
    assert strays(root) == []
    storage.close()
    return found
