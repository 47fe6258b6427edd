"""Teams: who answers together."""
