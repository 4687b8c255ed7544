"""The routes of the sandbox: a module for each Web API family, and the control API."""
