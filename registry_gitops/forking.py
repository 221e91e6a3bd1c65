"""A function over many items in several processes, where the system can fork."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int = 0, *, least: int
) -> Iterator[Result]:
    """Yield the result of each item, in their order, as `map` does.

    `jobs` is how many processes there are at most, 0 is one per core; each has `least` items or more.

    The processes are forks: they have all that this one has, and only results are copied. One that ends by an error
    leaves its items to this process, which raises the same error.
    """
    count = min(jobs or _cores(), len(items) // least)
    if count < 2 or not hasattr(os, "fork"):
        yield from map(function, items)
        return
    import pickle

    # Before the others begin: they have the modules and validators that it loads.
    yield function(items[0])
    items = items[1:]
    bounds = [len(items) * part // count for part in range(count + 1)]
    parts = [items[start:end] for start, end in itertools.pairwise(bounds)]
    children = [_fork(function, part) for part in parts[1:]]
    try:
        yield from map(function, parts[0])
        for part, (_, pipe) in zip(parts[1:], children, strict=True):
            with os.fdopen(pipe, "rb", closefd=False) as stream:
                content = stream.read()
            yield from pickle.loads(content) if content else map(function, part)  # noqa: S301 - of our own fork
    finally:
        for process, pipe in children:
            os.close(pipe)
            os.waitpid(process, 0)


def _cores() -> int:
    """Return how many cores this process can use, which a container can limit."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fork(function: Callable[[Item], Result], items: Sequence[Item]) -> tuple[int, int]:
    """Return the id of a new process, and the pipe to which it writes the pickled list of results."""
    out, into = os.pipe()
    process = os.fork()
    if process:
        os.close(into)
        return process, out
    import pickle

    try:
        os.close(out)
        with os.fdopen(into, "wb") as stream:
            stream.write(pickle.dumps(list(map(function, items)), pickle.HIGHEST_PROTOCOL))
    finally:
        # Neither buffers nor exit handlers of the parent are this process's business.
        os._exit(0)
