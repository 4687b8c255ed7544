"""Figures of this process, and the only home of the Prometheus client."""
