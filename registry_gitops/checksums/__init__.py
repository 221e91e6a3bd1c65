"""The checksum file of an output directory: which files are ours, and whether anything changed since their last check.

Importing this package loads no model.
"""

from registry_gitops.checksums.checksum_file import ChecksumFile, Owned, checksum, read_bytes, read_checksum_file
from registry_gitops.checksums.leftovers import find_leftovers
from registry_gitops.checksums.seal import InputDigests, Inputs, SealChecks, build_seal, path_from

__all__ = [
    "ChecksumFile",
    "InputDigests",
    "Inputs",
    "Owned",
    "SealChecks",
    "build_seal",
    "checksum",
    "find_leftovers",
    "path_from",
    "read_bytes",
    "read_checksum_file",
]
