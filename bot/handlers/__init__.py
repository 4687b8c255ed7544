"""What comes in from Slack: one class a file, each with its listeners on top."""
