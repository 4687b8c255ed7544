"""The activities: each does one step against a port, and says what a retry of it does."""
