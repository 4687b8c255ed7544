"""Renders the domain's models as Block Kit. Every function here is pure."""
