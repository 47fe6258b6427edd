"""HighLevel: conversations and contacts as the contract of that name has them."""
