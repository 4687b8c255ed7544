"""The control API: what a test or the page does in place of people and of Slack itself."""
