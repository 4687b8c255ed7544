"""The use cases. They check rights early; the store checks them again at the write."""
