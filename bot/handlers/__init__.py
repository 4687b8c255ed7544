"""Listeners for Slack's payloads: one class a file, with its `register` first."""
