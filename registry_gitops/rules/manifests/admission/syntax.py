"""The texts that the API server accepts: names, labels, ports, and quantities."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from registry_gitops.documents import Problem, is_decided_later

_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DNS_LABEL: Final = re.compile(_LABEL)
_DNS_SUBDOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NAME_PART: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")

Syntax = Callable[[str], str]
"""Returns what is wrong with a text, as the end of a sentence, or ""."""


def dns_label(text: str) -> str:
    """Check a name as in RFC 1123, of one label."""
    if len(text) > 63:
        return "is longer than 63 characters"
    if not _DNS_LABEL.fullmatch(text):
        return 'is not made of lowercase letters, digits, and "-", with a letter or digit at both ends'
    return ""


def dns_subdomain(text: str) -> str:
    """Check a name as in RFC 1123, of labels with dots in between."""
    if len(text) > 253:
        return "is longer than 253 characters"
    if not _DNS_SUBDOMAIN.fullmatch(text):
        return 'is not made of lowercase letters, digits, "-", and ".", with a letter or digit at both ends'
    return ""


def service_name(text: str) -> str:
    """Check a name as in RFC 1035. Kubernetes 1.36 and newer accept a digit in front as well."""
    if text[:1].isdigit():
        return "begins with a digit, which Kubernetes before 1.36 refuses"
    return dns_label(text)


def path_segment(text: str) -> str:
    """Check a name that is only a part of a URL's path."""
    if text in (".", "..") or "/" in text or "%" in text:
        return 'has "/" or "%" in it, or only dots'
    return ""


def qualified_name(text: str) -> str:
    """Check the key of a label or an annotation: PREFIX/NAME, or NAME."""
    prefix, slash, name = text.rpartition("/")
    if slash and (not prefix or dns_subdomain(prefix)):
        return 'has a prefix that is no DNS name in lowercase, or more than one "/"'
    if len(name) > 63:
        return "has a name of more than 63 characters"
    if not _NAME_PART.fullmatch(name):
        return 'has a name that is not made of letters, digits, "-", "_", and ".", with a letter or digit at both ends'
    return ""


def label_value(text: str) -> str:
    """Check the value of a label."""
    if len(text) > 63:
        return "is longer than 63 characters"
    if text and not _NAME_PART.fullmatch(text):
        return 'is not made of letters, digits, "-", "_", and ".", with a letter or digit at both ends'
    return ""


def port_name(text: str) -> str:
    """Check the name of a port of a container, as in RFC 6335."""
    if len(text) > 15:
        return "is longer than 15 characters"
    if dns_label(text) or "--" in text or not any(map(str.isalpha, text)):
        return 'is not made of lowercase letters, digits, and single "-" in between, with at least one letter'
    return ""


def is_open(text: str) -> bool:
    """Whether Flux, SOPS, kustomize, or a template replaces parts of a text later."""
    return is_decided_later(text) or any(mark in text for mark in ("{{", "<<", "$(", "%[", "%s"))


def matches(syntax: Syntax, what: str, remedy: str) -> Callable[[Any], Iterable[Problem]]:
    """Return a check of a text."""

    def check(value: Any) -> Iterable[Problem]:
        if not isinstance(value, str) or not value:
            return ()
        wrong = syntax(value)
        return (Problem((), f"{what} {wrong}", remedy),) if wrong and not is_open(value) else ()

    return check
