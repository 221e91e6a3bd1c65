"""One file per command: read the options, call the library once, write the result, return an exit code."""
