"""A strict stand-in for a Slack workspace: see docs/slack-sandbox.md."""
