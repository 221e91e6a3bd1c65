"""What `registry-gitops status` says of a registry: as data, and in the words that a person gets to read."""

from __future__ import annotations

from registry_gitops.cluster.status import Cause, CauseId, Status
from registry_gitops.findings import Severity
from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet


def status(fleet: Fleet, code: int = 0) -> Status:
    """The JSON of it. It has to end with `code`: 0 ready, 1 not."""
    found = Status.model_validate_json(fleet.cli("status", fleet.description, "-o", "json", code=code).out)
    assert found.ready is (code == 0)
    return found


def ready_without_causes(fleet: Fleet, seconds: float = 60) -> Status:
    """Wait until it is ready, and nothing is to be said of it, and return that status."""

    def found() -> Status:
        now = status(fleet)
        assert now.findings == (), now.findings
        return now

    return until("status that is ready, without a cause", found, seconds)


def not_applied(fleet: Fleet) -> Status | None:
    """Return the status if it says that there is no such release, among what else the cluster has that may be why."""
    options = ("--namespace", fleet.namespace, "-o", "json")
    found = Status.model_validate_json(fleet.cli("status", *options, code=1).out)
    # Kustomizations of other stories may fail at the same time.
    return found if CauseId.NOT_APPLIED in [each.id for each in found.findings] else None


def text(fleet: Fleet, code: int = 0) -> str:
    """The text of it, with every run of white space as one space: where it breaks its lines is not what is tested."""
    return " ".join(fleet.cli("status", fleet.description, code=code).out.split())


def cause(fleet: Fleet, id_: CauseId, saying: str, severity: Severity = Severity.ERROR, seconds: float = 60) -> Cause:
    """Wait until this is the first cause that is named, in words that have `saying` among them, and give it.

    A person who reads the text finds its sentence, its object and its remedy there.
    """
    code = 1 if severity is Severity.ERROR else 0

    def named() -> Cause:
        first, *_ = (*status(fleet, code).findings, None)
        assert first is not None, "no cause at all"
        assert (first.id, first.severity) == (id_, severity), first
        assert saying in " ".join((first.message, *first.evidence)), first
        said = text(fleet, code)
        for part in (first.message, first.remedy, first.location.object.rpartition("/")[2]):
            assert part, first
            assert " ".join(part.split()) in said, f"{part!r} is not in {said!r}"
        return first

    return until(f"status that names {id_.value} first", named, seconds)
