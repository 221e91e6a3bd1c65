"""What the API server refuses, in whichever object its words are."""

from __future__ import annotations

from registry_gitops.cluster.status.causes.refusals.refusal_phrases import Refusal, explain_refusal
from registry_gitops.cluster.status.causes.refusals.refusals import CAUSES, job_refused
from registry_gitops.cluster.status.causes.refusals.refused_values import join_keys

__all__ = [
    "CAUSES",
    "Refusal",
    "explain_refusal",
    "job_refused",
    "join_keys",
]
