"""Why a registry was slow: the password check, the way to it, or its CPU and storage."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Final

from registry_gitops.smoke.client import AnonymousAuthenticator, Client, ClientAuthenticator

_SLOW: Final = 0.1
"""Seconds of the median response from which a run measures why."""
_VERY_SLOW: Final = 0.5
"""Seconds of the median response from which the reader must know, whatever the reason."""
_PASSWORD_CHECK: Final = 0.03
"""Seconds that a password must add to a request to be the reason. bcrypt takes 50 ms at its usual cost of 10."""
_SAMPLES: Final = 3


def describe_slowness(client: Client) -> Iterator[str]:
    """Yield a sentence on what made the registry slow, or nothing if it was not. Raises NoResponseError."""
    median = client.traffic.median
    if median < _SLOW:
        return
    alone = _measure(client, client.authenticator)
    has_password = client.authenticator.sends_password
    without = _measure(client, AnonymousAuthenticator(client.mask)) if has_password else alone
    begin = f"Half of the {client.traffic.count} responses took longer than {_format(median)}"
    if alone - without > _PASSWORD_CHECK:
        yield (
            f"{begin}. A request that is sent alone takes {_format(alone)} with the password, and {_format(without)} "
            "without: the registry computes a bcrypt hash for each request. Raise `resources.limits.cpu`; pulls and "
            "pushes wait in the same way"
        )
    elif median > _VERY_SLOW and alone > median / 2:
        yield f"{begin}, and a GET of /v2/ that is sent alone takes {_format(alone)}: see the network and the proxies"
    elif median > _VERY_SLOW:
        kind, seconds = client.traffic.find_slowest()
        yield (
            f"{begin}, most of the time for {kind} ({_format(seconds)} each); a GET of /v2/ that is sent alone takes "
            f"{_format(alone)}. See `resources.limits.cpu` and the storage of the registry"
        )


def _measure(client: Client, authenticator: ClientAuthenticator) -> float:
    """Return the median seconds of a GET of /v2/ that is sent alone."""
    return statistics.median(
        _time(lambda: client.request("GET", "/v2/", authenticator=authenticator)) for _ in range(_SAMPLES)
    )


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _format(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
