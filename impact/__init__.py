"""What it means: how a failure below reaches a service."""
