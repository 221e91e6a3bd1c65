"""The remedies of the phrases about sources, with the keys, names, and commands of one source."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.sources.failed_fetch import FailedFetch
from registry_gitops.cluster.status.causes.sources.source_secrets import (
    describe_certificates,
    describe_credentials,
    describe_proxy,
    describe_secret,
    print_public_key,
)
from registry_gitops.cluster.status.causes.unknown import NOT_KNOWN
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command


def fill_placeholders(text: str, fetch: FailedFetch) -> str:
    """Return a message or remedy with texts for its placeholders: {url} is the key of the URL, {then} the last step."""

    what, then, rest = text.partition("{then}")
    text = re.sub(r"\{(\w+)\}", lambda placeholder: _PARTS[placeholder[1]](fetch), what)
    return f"{text}{_then(text, fetch) if then else ''}{rest}"


def reason_of(fetch: FailedFetch, phrase: Phrase | None) -> str:
    """Return why a source cannot be fetched, as the end of a sentence."""
    return f": {fill_placeholders(phrase.message, fetch)}" if phrase else NOT_KNOWN


def remedy_for(fetch: FailedFetch, phrase: Phrase | None) -> str:
    """Return what to change; if the reason is not known, what Flux does."""
    if phrase:
        return fill_placeholders(phrase.remedy, fetch)
    return f"read what Flux reports; Flux tries again by itself, or at once with {reconcile_command(fetch.failed)}"


def _then(text: str, fetch: FailedFetch) -> str:
    """Return how a change takes effect. One of the source of the Kustomization cannot arrive through that source."""
    if "`source." in text or "`spec.chart." in text:
        return RENDER
    if "`spec." not in text:
        return f"then {reconcile_command(fetch.failed)}"
    source = fetch.source
    return f"change it in Git, and with `kubectl edit {source.kind.lower()} -n {source.namespace} {source.name}`"


def _address_key(fetch: FailedFetch) -> str:
    return fetch.key("endpoint" if fetch.source.kind == "Bucket" else "url")


def _without_tls(fetch: FailedFetch) -> str:
    if fetch.is_registry or fetch.source.kind == "Bucket":
        return f"set {fetch.key('insecure')} to true, or give the server a certificate"
    return f"write an http:// address in {fetch.key('url')}, or give the server a certificate"


def _with_tls(fetch: FailedFetch) -> str:
    if fetch.is_registry or fetch.source.kind == "Bucket":
        return f"remove {fetch.key('insecure')}"
    return f"write an https:// address in {fetch.key('url')}"


def _verification(fetch: FailedFetch) -> str:
    is_chart = fetch.source.kind == "HelmRepository"
    return "`spec.chart.spec.verify` of the HelmRelease" if is_chart else fetch.key("verify")


def _version_key(fetch: FailedFetch) -> str:
    return fetch.key("version" if fetch.source.kind == "HelmRepository" else "ref")


def _layer(fetch: FailedFetch) -> str:
    if fetch.release is None:
        return "push the directory with `flux push artifact`, or select its layer in `spec.layerSelector`"
    return (
        "leave `source.layerSelector` at its default, which selects the layer of a Helm chart, and push the chart with "
        "`helm push`"
    )


def _shorten_url(fetch: FailedFetch) -> str:
    return f"remove /{fetch.repeated_name} from the end of {fetch.key('url')}: Flux adds the name of the chart"


def _credentials(fetch: FailedFetch) -> str:
    return _shorten_url(fetch) if fetch.repeated_name else describe_credentials(fetch)


def _publication(fetch: FailedFetch) -> str:
    if fetch.source.kind == "OCIRepository":
        return f"push it there, or correct {fetch.key('url')} and {fetch.key('ref')}"
    if fetch.repeated_name:
        return _shorten_url(fetch)
    return f"publish the chart, or correct {fetch.key('url')}, {fetch.key('chart')}, and {fetch.key('version')}"


def _directory(fetch: FailedFetch) -> str:
    chart = fetch.release.text("spec.chart.spec.chart") if fetch.release else ""
    command = f"`registry-gitops chart write {chart.removeprefix('./') or 'DIR'}`"
    correction = (
        "set `source.path` to the directory that `render` writes, relative to the root of the repository"
        if chart.endswith("/chart")
        else f"run {command} in the root of the repository, and commit the chart, or correct `source.chart`"
    )
    return f"{correction}; if it is right, let neither .sourceignore nor {fetch.key('ignore')} exclude the chart"


_KEYS: Final = (
    *(
        "secretRef",
        "serviceAccountName",
        "provider",
        "timeout",
        "ref",
        "include",
        "sparseCheckout",
        "recurseSubmodules",
    ),
    *("bucketName", "region", "artifacts"),
)
_PARTS: Final[Mapping[str, Callable[[FailedFetch], str]]] = {
    **{key: partial(FailedFetch.key, name=key) for key in _KEYS},
    "certificates": describe_certificates,
    "credentials": _credentials,
    "proxy": describe_proxy,
    "secret": describe_secret,
    "public_key": print_public_key,
    "refusal": lambda fetch: "refuses the credentials" if fetch.has_credentials else "wants credentials",
    "url": _address_key,
    "plain": _without_tls,
    "tls": _with_tls,
    "verify": _verification,
    "version": _version_key,
    "layer": _layer,
    "publish": _publication,
    "directory": _directory,
    "retry": lambda fetch: reconcile_command(fetch.failed),
}
"""Placeholder -> its text."""
