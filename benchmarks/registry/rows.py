"""What is measured on all servers: the rows of the table, in full and in quick."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.registry.driver import Load


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    connections: tuple[int, ...] = (1, 10, 64)
    seconds: float = 2.0
    """Of each load that reads."""
    share: float = 1.0
    """Of the blobs and manifests below that are written."""
    largest: int = 2**30
    """Bytes of a blob."""
    repositories: int = 5_000
    tags: int = 10_000
    starts: int = 10


FULL = Scale()
QUICK = Scale((10,), seconds=0.5, share=0.25, largest=10**8, repositories=500, tags=1_000, starts=3)


@dataclass(frozen=True)
class Row:
    """A load, and how we want to compare."""

    title: str
    load: Load
    unit: str = "/s"
    wanted: float = 1.0
    """Our speed over distribution's."""
    writes: bool = False
    """Then olareg may be faster: it syncs nothing."""


@dataclass(frozen=True)
class Size:
    """A size of blobs, and how many are pushed at which number of connections."""

    title: str
    bytes: int
    blobs: dict[int, int]
    wanted: float = 1.0


SIZES = (
    Size("1 MB", 10**6, {1: 100, 10: 300, 64: 300}, wanted=3.0),
    Size("10 MB", 10**7, {1: 20, 10: 40, 64: 64}),
    Size("100 MB", 10**8, {1: 3, 10: 10}),
    Size("1 GiB", 2**30, {1: 1}),
)
MANIFESTS = {1: 400, 10: 1000, 64: 1000}


def small(scale: Scale) -> list[Row]:
    """Requests without a body to speak of."""
    rows = (
        Row("ping", Load("ping")),
        Row("manifest PUT", Load("manifest-put"), wanted=3.0, writes=True),
        Row("manifest GET", Load("manifest-get", name="read")),
        Row("manifest HEAD", Load("manifest-head", name="read")),
        Row("blob HEAD", Load("blob-head", name="read")),
    )
    return [
        replace(row, load=replace(row.load, items=items, connections=count, seconds=scale.seconds, set=f"c{count}"))
        for row in rows
        for count in scale.connections
        for items in [round(MANIFESTS[count] * scale.share) if row.writes else 100]
    ]


def blobs(scale: Scale) -> list[list[Row]]:
    """Blobs of each size: pushed, and those then pulled. A list for each size: they need not all be kept at a time."""
    return [_blobs(scale, size) for size in SIZES if size.bytes <= scale.largest]


def _blobs(scale: Scale, size: Size) -> list[Row]:
    rows = []
    for count, blobs in size.blobs.items():
        if count in scale.connections:
            items = max(round(blobs * scale.share), min(count, blobs))
            load = Load("push", count, items, scale.seconds, size.bytes, set=f"{size.bytes}-c{count}")
            rows.append(Row(f"push {size.title}", load, "MB/s", size.wanted, writes=True))
            rows.append(Row(f"pull {size.title}", replace(load, load="pull"), "MB/s"))
    return rows


def lists(scale: Scale) -> list[Row]:
    """Lists of what `stored` has put there, walked to their end, and single pages of 100."""
    catalog, tags = stored(scale.repositories, scale.tags)
    rows = (
        Row(f"catalog of {scale.repositories:,}", replace(catalog, load="catalog")),
        Row(f"page of {scale.repositories:,} in the catalog", replace(catalog, load="catalog-page")),
        Row(f"list of {scale.tags:,} tags", replace(tags, load="tags")),
    )
    return [
        replace(row, load=replace(row.load, connections=count, seconds=scale.seconds))
        for row in rows
        for count in scale.connections
    ]


def stored(repositories: int, tags: int) -> tuple[Load, Load]:
    """Loads that fill a registry: many repositories with a manifest each, and one with many manifests and tags."""
    return (
        Load("manifest-put", 10, repositories, name="repositories", set="stored", repositories=repositories),
        Load("manifest-put", 10, tags, name="tags", set="stored", repositories=1),
    )
