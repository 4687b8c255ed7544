"""The core: what a task, a relay and a person are, and the adapters that reach the outside."""
