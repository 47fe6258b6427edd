"""The audit trail: who did what to one thing, and when."""
