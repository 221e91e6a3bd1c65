"""Searches for what objects name and the repository does not have, and for what reaches the cluster twice or never."""
