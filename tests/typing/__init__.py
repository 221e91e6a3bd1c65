"""What a user's type checker says about the models."""
