"""A copy of a deployment's table in a file, and the way back. The service itself keeps none."""
