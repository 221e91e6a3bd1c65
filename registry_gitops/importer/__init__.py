"""Read a registry that somebody deployed in another way, and write the config file that renders to the same one.

Nothing is lost in silence: `ImportReport` has what became of every key of the input.
"""

from registry_gitops.importer.import_report import Fate, ImportReport, KeyOutcome

__all__ = ["Fate", "ImportReport", "KeyOutcome"]
