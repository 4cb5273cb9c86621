"""What `make` runs. Standard library only: at first nothing else is installed."""
