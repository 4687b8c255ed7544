"""The use cases: rights are checked here early, and bindingly where the change takes effect."""
