"""The HTTP API of the registry, as a function from a request to a response."""
