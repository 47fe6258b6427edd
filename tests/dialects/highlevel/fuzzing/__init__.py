"""How Schemathesis asks: loaded by its command, not by the tests."""
