"""Companies, their owners and the bookkeepers: what a partner provides (contracts/tight.md §12)."""
