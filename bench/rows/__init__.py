"""The rows of the report, a module for each group of targets (P1 to P9)."""
