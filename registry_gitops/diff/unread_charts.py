"""Charts that are not in the repository: what is not known of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.assets import read_chart
from registry_gitops.codec import load_yaml
from registry_gitops.diff.plain_objects import PlainObject, look_up
from registry_gitops.diff.rendering import Rendering

_REFERENCES: Final = ("digest", "semver", "tag")
"""What an OCIRepository selects a chart by, the strongest first."""


def describe_charts(before: Rendering, after: Rendering) -> Iterator[str]:
    """Yield a note if a chart is elsewhere, and another one or another version than the one that is compared."""
    one, other = _find_chart(before), _find_chart(after)
    own = str(look_up(load_yaml(read_chart()["Chart.yaml"]).value, "version"))
    compared = f"the objects are those of the chart {own} of this registry-gitops"
    if one and other and one != other:
        yield f"the chart changes from {' '.join(one)} to {' '.join(other)}, and is not read: {compared}"
    elif other and other[1] not in ("", own):
        yield f"the chart {' '.join(other)} is not read: {compared}"


def _find_chart(rendering: Rendering) -> tuple[str, str] | None:
    """Return where Flux gets the chart from, and its version; None if it is in a Git repository."""
    spec = look_up(rendering.release, "spec", default={})
    reference, chart = look_up(spec, "chartRef"), look_up(spec, "chart", "spec", default={})
    source = _find_source(rendering, reference or look_up(chart, "sourceRef", default={}))
    if source is None or source["kind"] not in ("OCIRepository", "HelmRepository"):
        return None
    url = str(look_up(source, "spec", "url", default=""))
    if reference:
        selected: Mapping[str, Any] = look_up(source, "spec", "ref", default={})
        return url, next((str(selected[key]) for key in _REFERENCES if selected.get(key)), "")
    return f"{url.rstrip('/')}/{chart.get('chart')}", str(chart.get("version") or "")


def _find_source(rendering: Rendering, reference: Mapping[str, Any]) -> PlainObject | None:
    wanted = (reference.get("kind"), reference.get("name"))
    found = (each for each in rendering.flux_objects if (each["kind"], each["metadata"]["name"]) == wanted)
    return next(found, None)
