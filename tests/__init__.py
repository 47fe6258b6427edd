"""The tests; `rules` read the source, all others run it."""
