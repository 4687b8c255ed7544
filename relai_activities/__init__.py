"""The activities. Each does one step against a port, and its docstring says what a retry does."""
