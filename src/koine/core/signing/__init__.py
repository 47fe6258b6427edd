"""Keys that a dialect signs with, where it has one for all it sends."""
