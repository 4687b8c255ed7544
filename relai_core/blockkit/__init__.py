"""What things look like: pure functions from the domain to Block Kit, and nothing else."""
