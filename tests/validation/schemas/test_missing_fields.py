"""A missing field is told where the object gets to the cluster: many repositories patch fields into all objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.validation import examine

CLUSTER = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
INCOMPLETE = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/web/app
  prune: true
"""


@pytest.mark.parametrize(("listed", "found"), [("web", ["missing-field"]), ("other", [])])
def test_field_is_missing_only_in_a_kustomization_that_is_applied(
    listed: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "clusters/apps.yaml": CLUSTER,
        "apps/kustomization.yaml": f"resources: [{listed}]\n",
        "apps/other/kustomization.yaml": "resources: []\n",
        "apps/web/kustomization.yaml": "resources: [ks.yaml]\n",
        "apps/web/ks.yaml": INCOMPLETE,
        "apps/web/app/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n",
    }.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    assert [finding.id for finding in examine(["."]).findings] == found
