"""Slack's Web API: the only home of calls to it."""
