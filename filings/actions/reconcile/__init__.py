"""Reconciliation with the systems of the municipality: read and matched, then decided on value by value."""
