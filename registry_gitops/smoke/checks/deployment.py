"""What only shows under the conditions of a deployment: replicas, many clients at once, restarts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from registry_gitops.smoke.check import MUST, CheckFailed, Level, Need, Skipped, check
from registry_gitops.smoke.client import NoAnswer
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect
from registry_gitops.smoke.remedies import REPLICAS, STORAGE_NOT_SHARED

CONNECTIONS: Final = 12
CLIENTS: Final = 32


@check(
    "replicas-upload",
    Level.SMOKE,
    MUST,
    spec="pitfall: replicas that do not share http.secret or storage",
    remedy=REPLICAS,
    needs={Need.PUSH},
)
def replicas_upload(context: Context) -> None:
    """An upload goes on when each part of it comes on a new connection.

    A Service gives each connection to any of the replicas: one that knows nothing of the upload breaks the push.
    """
    blob = context.blob(size=CONNECTIONS * 256)
    upload = context.repository.begin()
    for number in range(CONNECTIONS):
        start = number * 256
        with context.client.again() as fresh:
            upload = upload.by(fresh)
            expect(upload.send(blob.content[start : start + 256], start=start), 202)
    upload.by(context.client).finish(blob)


@check(
    "replicas-read",
    Level.SMOKE,
    MUST,
    spec="pitfall: replicas that do not share their storage",
    remedy=STORAGE_NOT_SHARED,
    needs={Need.PUSH},
)
def replicas_read(context: Context) -> None:
    """What was pushed is there for every client, whichever replica answers.

    Else every other pull fails, in turns.
    """
    image, tag = context.image(), context.tag("a")
    context.repository.push(image, tag)
    lacking = 0
    for _ in range(CONNECTIONS):
        with context.client.again() as fresh:
            lacking += context.repository.by(fresh).manifest(tag).body != image.content
    if lacking:
        raise CheckFailed(f"on {lacking} of {CONNECTIONS} new connections, an image that was just pushed is not there")


@check(
    "pushes-at-once",
    Level.FULL,
    MUST,
    spec="pitfall: bcrypt and small limits under load",
    remedy="Raise `resources.limits.cpu`: passwords are checked at every request, which takes 50 ms at cost 10 of "
    "bcrypt. The log tells of failures of the storage.",
    needs={Need.PUSH},
)
def pushes_at_once(context: Context) -> None:
    """32 clients can push at the same time.

    So push pipelines, and so pull nodes when a deployment rolls.
    """
    images = [context.image(f"image {number}") for number in range(CLIENTS)]

    def push(number: int) -> None:
        with context.client.again() as fresh:
            repository = context.repository.by(fresh)
            repository.push(images[number], context.tag(f"{number:02}"))
            repository.holds(images[number], context.tag(f"{number:02}"))

    with ThreadPoolExecutor(CLIENTS) as pool:
        failures = [done.exception() for done in [pool.submit(push, number) for number in range(CLIENTS)]]
    bad = [failure for failure in failures if failure is not None]
    for failure in bad:
        if not isinstance(failure, CheckFailed | NoAnswer):
            raise failure
    if bad:
        raise CheckFailed(f"{len(bad)} of {CLIENTS} pushes at once failed, the first by: {bad[0]}")


@check(
    "kept-after-restart",
    Level.READ,
    MUST,
    spec="pitfall: images on a volume that goes with the Pod",
    remedy="Set `persistence.enabled`, and mount the volume where the registry writes to "
    "(`configuration.storage.filesystem.rootdirectory`); the storage `inmemory` keeps nothing.",
)
def kept_after_restart(context: Context) -> None:
    """What was pushed before a restart is there after it.

    A Pod moves with every update of its node. Images that are not on a volume are gone then.
    """
    restart = context.options.restart
    if restart is None:
        raise Skipped("nothing was pushed before a restart: see --before-restart")
    repository = context.repository.named(restart.repository)
    repository.ledger.manifest(restart.repository, restart.image.digest, restart.tag)
    for blob in restart.image.blobs:
        repository.ledger.blob(restart.repository, blob.digest)
    if repository.manifest(restart.tag).status == 404:
        raise CheckFailed(f"the image {restart.repository}:{restart.tag} is gone, which was there before the restart")
    repository.holds(restart.image, restart.tag)
