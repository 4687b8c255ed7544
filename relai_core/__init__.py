"""The core: models and rules for tasks, relays and people, and the adapters to the outside."""
