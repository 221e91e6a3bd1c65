"""What builds and checks the project. `tools/README.md` says what is here; the Makefile is the door to it."""
