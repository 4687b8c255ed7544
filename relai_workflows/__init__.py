"""The four workflows. Deterministic: they ask `workflow` for time, and activities for the rest."""
