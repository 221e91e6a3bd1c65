"""The command line: one file per command, each of which reads its options and calls the library."""

from registry_gitops.cli.entry import main

__all__ = ["main"]
