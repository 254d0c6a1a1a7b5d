"""Fetching the seller's label and reading the number under its bars, as somebody with a scanner would."""

import hashlib
import io
import re
from urllib.parse import urlsplit

import httpx
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from salur.sandbox.gearment.model import Label

#: The sandbox reaches no farther than its own machine: other addresses are taken down and not called.
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
#: A line that is one word of capitals and digits, like a tracking number.
_NUMBER = re.compile(r"(?=(?:.*\d){6})[A-Z0-9-]{8,40}")


async def fetch(client: httpx.AsyncClient, urls: list[str]) -> tuple[Label, list[str]]:
    """The labels taken together, and a warning for each that could not be had."""
    digest, pages, tracking = hashlib.sha256(), 0, ""
    warnings = []
    for number, url in enumerate(urls, start=1):
        if urlsplit(url).hostname not in _OWN_MACHINE:
            continue
        raw = await _get(client, url)
        if raw is None:
            warnings.append(f"shipping label {number} could not be fetched")
            continue
        digest.update(raw)
        count, found = _scan(raw)
        pages += count
        tracking = tracking or found
    return Label(digest.hexdigest() if pages else "", pages, tracking), warnings


async def _get(client: httpx.AsyncClient, url: str) -> bytes | None:
    try:
        answer = await client.get(url, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return answer.content if answer.is_success and answer.content else None


def _scan(raw: bytes) -> tuple[int, str]:
    """Pages and tracking number; a picture counts as one page without a number."""
    if not raw.startswith(b"%PDF-"):
        return 1, ""
    try:
        pages = PdfReader(io.BytesIO(raw)).pages
        lines = [line.strip() for page in pages for line in page.extract_text().splitlines()]
        return len(pages), next((line for line in lines if _NUMBER.fullmatch(line)), "")
    except (PyPdfError, ValueError):
        return 1, ""
