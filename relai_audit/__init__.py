"""`relai audit`: compares MongoDB, Temporal and the ledger of notices, and repairs."""
