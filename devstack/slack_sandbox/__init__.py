"""A strict stand-in for one Slack workspace: see docs/slack-sandbox.md."""
