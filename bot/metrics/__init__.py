"""Metrics of this process. Only this package imports the Prometheus client."""
