"""The control API: through it a test or the page acts for people and for Slack itself."""
