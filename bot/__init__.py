"""The Slack side of the product: commands and buttons in, answers out."""
