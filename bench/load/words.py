"""What is written in the conversations of a bench: some words are everywhere, and one nearly nowhere."""

from __future__ import annotations

from random import Random

COMMON = "invoice"  # in about a tenth of the subjects
UNCOMMON = "escrow"  # in about one of 200
RARE = "zyzzyva"  # in the handful that is oldest
ABSENT = "quixotry"

_OPENERS = ("Question about", "Missing receipt for", "Please check", "Refund of", "Second reminder:", "Booked twice:")
_THINGS = ("the card payment", "a transfer", "the rent", "the payroll run", "a subscription", "the fuel card", "travel")
_PLACES = ("Bergen", "Lisbon", "Utrecht", "Graz", "Leeds", "Turku", "Nantes", "Brno", "Porto", "Malmo", "Ghent", "Cork")
CLOSING = "Monthly closing"  # the whole subject of about three in a hundred

_SENTENCES = (
    "Could you have a look at this one when you find the time?",
    "The amount does not match what the bank shows.",
    "I attached the receipt that you asked for.",
    "Thank you, that settles it.",
    "We have sent it again this morning, please tell us if it did not arrive.",
    "Which category should this go to?",
    "The customer says that they have paid twice.",
)


def subject(random: Random, number: int) -> str:
    """A subject as people write them."""
    dice = random.random()
    if dice < 0.03:
        return CLOSING
    if dice < 0.05:
        return ""
    if dice < 0.15:
        return f"{random.choice(_OPENERS)} {COMMON} {100000 + number}"
    if dice < 0.155:
        return f"{random.choice(_OPENERS)} the {UNCOMMON} account of {random.choice(_PLACES)}"
    return (
        f"{random.choice(_OPENERS)} {random.choice(_THINGS)} in {random.choice(_PLACES)} ({random.randrange(100_000)})"
    )


def text(random: Random) -> str:
    """Something to say: 30 to 400 characters."""
    return " ".join(random.choice(_SENTENCES) for _ in range(random.randint(1, 5)))
