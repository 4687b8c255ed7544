"""The dev stack: one command runs real servers, the Slack sandbox, the bot and the worker."""
