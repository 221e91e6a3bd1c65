"""Variables that many Kustomizations lack are added by a webhook of the cluster: nobody forgets them everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.validation import examine

KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: NAME, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/NAME
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
POST_BUILD = "  postBuild: {substitute: {APP: NAME}}\n"
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: NAME, namespace: default}
spec:
  hostnames: ["NAME.${DOMAIN}"]
"""


@pytest.mark.parametrize(
    ("post_build", "rule"), [(POST_BUILD, "undefined-variable"), ("", "unsubstituted-variable")], ids=["some", "none"]
)
@pytest.mark.parametrize(("count", "is_told"), [(3, True), (4, False)])
def test_variable_is_told_where_few_kustomizations_lack_it(
    post_build: str, rule: str, count: int, is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b", "c", "d")[:count]:
        for path, text in ((f"clusters/{name}.yaml", KUSTOMIZATION + post_build), (f"apps/{name}/route.yaml", ROUTE)):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(text.replace("NAME", name))
    found = [finding.id for finding in examine(["."]).findings]
    assert found == [rule] * (count if is_told else 0)
