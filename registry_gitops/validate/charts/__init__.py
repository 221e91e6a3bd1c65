"""Values of Helm charts, checked as Helm checks them."""
