"""Moments and sizes as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

_UNITS = ("kB", "MB", "GB", "TB")


def said(at: datetime, zone: tzinfo, form: str) -> str:
    """A moment as `ago` ("3 m", "2 h", "Tue", "4 Mar"), `clock` ("14:05"), `date`, `day` or `whole`."""
    if form == "clock":
        return at.astimezone(zone).strftime("%H:%M")
    if form == "date":
        return f"{at.astimezone(zone):%-d %b %Y}"
    if form == "day":
        return day(at, zone)
    return whole(at, zone) if form == "whole" else ago(at, zone)


def ago(at: datetime, zone: tzinfo) -> str:
    """How long ago, shortly; from a week on the date. What is to come says its day and time."""
    passed = datetime.now(UTC) - at
    if passed < timedelta(minutes=-1):
        return _ahead(at, zone)
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} m"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h"
    local = at.astimezone(zone)
    if passed < timedelta(days=6):
        return local.strftime("%a")
    return _date(local.date(), datetime.now(zone).date())


def day(at: datetime, zone: tzinfo) -> str:
    """Today, Yesterday, or the date with its weekday."""
    local, today = at.astimezone(zone).date(), datetime.now(zone).date()
    if local == today:
        return "Today"
    if local == today - timedelta(days=1):
        return "Yesterday"
    return f"{local:%A}, {_date(local, today)}"


def whole(at: datetime, zone: tzinfo) -> str:
    """All of it: "Tuesday, 4 March 2025, 14:05:09 CET"."""
    local = at.astimezone(zone)
    return f"{local:%A}, {local.day} {local:%B %Y, %H:%M:%S %Z}"


def size(count: int) -> str:
    """Bytes as people say them: "14 kB"."""
    if count < 1000:
        return f"{count} B"
    power = min((len(str(count)) - 1) // 3, len(_UNITS))
    number = count / 1000**power
    return f"{number:.1f} {_UNITS[power - 1]}" if number < 9.95 else f"{number:.0f} {_UNITS[power - 1]}"


def _ahead(at: datetime, zone: tzinfo) -> str:
    local, now = at.astimezone(zone), datetime.now(zone)
    clock = f"{local:%H:%M}"
    if local.date() == now.date():
        return clock
    if local.date() == now.date() + timedelta(days=1):
        return f"tomorrow {clock}"
    return f"{_date(local.date(), now.date())} {clock}"


def _date(local: date, today: date) -> str:
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"
