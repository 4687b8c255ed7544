"""What comes in over plain HTTP."""
