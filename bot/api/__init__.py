"""The API, `/health` and `/metrics`, over plain HTTP."""
