"""Read a registry that somebody deployed in another way, and write the config file that renders to the same one.

Nothing is lost in silence: `ImportReport` has what became of every key of the input.
"""

from registry_gitops.importer.import_folder import import_path, import_running
from registry_gitops.importer.import_report import Fate, ImportReport, KeyOutcome
from registry_gitops.importer.imported_files import Imported, write_import
from registry_gitops.importer.release_moves import InstalledRelease
from registry_gitops.importer.report_text import format_import

__all__ = [
    "Fate",
    "ImportReport",
    "Imported",
    "InstalledRelease",
    "KeyOutcome",
    "format_import",
    "import_path",
    "import_running",
    "write_import",
]
