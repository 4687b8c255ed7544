"""The dev stack: real servers, the Slack sandbox, the bot and the worker, by one command."""
