"""Fetches attachments from where Chatwoot says they lie, often another host than its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import httpx

from agent_tui.adapters.contract import AccountContext, AccountProblem, Refused
from agent_tui.adapters.http import Http
from agent_tui.content.safe import safe_line

_MOST_MOVES = 5
_NOT_FOR_US = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


async def fetched(account: AccountContext, home: str, ca_file: str, url: str) -> bytes:
    """The bytes at ``url``; the addresses are signed, so no token goes along.

    Raises Refused for an address that is none, leads astray or is used up, Unreachable.
    """
    for _ in range(_MOST_MOVES):
        async with _host(account, home, ca_file, url) as http:
            answer = await http.send("GET", url)
        if not answer.is_redirect:
            return _bytes(answer, url)
        url = urljoin(url, answer.headers.get("Location", ""))
    raise Refused("The attachment's address leads from one to the next; fetch it in Chatwoot.")


@asynccontextmanager
async def _host(account: AccountContext, home: str, ca_file: str, url: str) -> AsyncIterator[Http]:
    """A client of ``url``'s host, which is Chatwoot's own or an encrypted one."""
    try:
        parts, own = urlsplit(url), urlsplit(home)
        at_home = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        if not parts.netloc or (parts.scheme != "https" and not at_home):
            raise ValueError(parts.scheme)  # noqa: TRY301 - as one that cannot be split
        http = Http(
            account,
            f"{parts.scheme}://{parts.netloc}",
            provider="the store of the attachment",
            ca_file=ca_file if at_home else "",
        )
    except (ValueError, AccountProblem) as error:
        raise Refused(
            f"'{safe_line(url, 80)}' is no address that an attachment is fetched from; "
            "open it in Chatwoot.",
            detail=str(error),
        ) from error
    try:
        yield http
    finally:
        await http.close()


def _bytes(answer: httpx.Response, url: str) -> bytes:
    if answer.is_success:
        return answer.content
    where = safe_line(urlsplit(url).netloc, 60)
    if answer.status_code in _NOT_FOR_US or answer.status_code in _GONE:
        raise Refused(
            f"The attachment is no longer at {where} ({answer.status_code}); its address may have "
            "run out. Look for it in Chatwoot.",
            detail=answer.text[:200],
        )
    raise Refused(
        f"{where} does not hand the attachment out ({answer.status_code}).",
        detail=answer.text[:200],
    )
