"""What browsers are told beside a page: load nothing that is not ours, run nothing that is not meant."""

from __future__ import annotations

_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}


def headers(nonce: str, *, leads_to: str | None = None) -> dict[str, str]:
    """The headers of a page whose scripts have this nonce; without one it has none.

    `leads_to` is the origin that its form may lead to besides ours: browsers look at where an answer redirects, too.
    """
    scripts = f"'nonce-{nonce}'" if nonce else "'none'"
    forms = "'self'" if leads_to is None else f"'self' {leads_to}"
    return HEADERS | {"content-security-policy": _POLICY.format(scripts=scripts, forms=forms)}
