"""What takes how long, measured on the real parts, for the figures of the README."""
