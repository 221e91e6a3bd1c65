"""What the registry keeps and how."""
