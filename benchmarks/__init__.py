"""What is measured, each by one command: `make bench`, `make bench-registry`, `make bench-smoke`."""
