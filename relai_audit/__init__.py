"""`relai audit`: what runs and what does not, from MongoDB, Temporal and the ledger of notices."""
