"""The bot: it answers Slack's requests and the API's."""
