"""The named world of the demo, the tests and the docs. What only `koine demo` adds to it is `koine.demo.lively`."""

from koine.demo.world import Place, World, found, make

__all__ = ["Place", "World", "found", "make"]
