"""What the sandbox answers: one module for each Web API family, and the control API."""
