"""The one way out by HTTP: it resolves once, checks every answer, and connects to the address it checked."""

from koine.outgoing.client import Outgoing, Reply
from koine.outgoing.failures import AddressRefused, Unreachable
from koine.outgoing.networks import Network
from koine.outgoing.resolving import Resolver

__all__ = ["AddressRefused", "Network", "Outgoing", "Reply", "Resolver", "Unreachable"]
