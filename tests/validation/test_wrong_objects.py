"""Objects that are wrong in any one place are reported, and stop no rule: neither a wrong type nor a missing field."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from registry_gitops.validation import examine
from tests.support.mutations import mutations

OBJECTS = sorted((Path(__file__).parent / "objects").glob("*.yaml"))


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", OBJECTS, ids=lambda file: file.stem)
def test_object_that_is_wrong_anywhere_is_validated(file: Path, tmp_path: Path) -> None:
    objects = yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    changed = [each for manifest in objects for _, each in mutations(manifest)]
    for number, manifest in enumerate(changed):
        (tmp_path / f"{number}.yaml").write_text(json.dumps(manifest), encoding="utf-8")
    examination = examine([str(tmp_path)])
    assert examination.files == len(changed)
    assert len(examination.findings) > len(changed) / 4
