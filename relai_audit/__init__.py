"""The operator's report: what the store, Temporal and the ledger hold, checked against each other.

It only reads, unless it is asked to repair, and works while the system runs.
"""
