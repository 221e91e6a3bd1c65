"""What `validate` says of objects, next to what the API server says."""
