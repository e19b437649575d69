"""``agent-tui account login NAME``: lets a mail account in by OAuth 2, by a browser anywhere.

On this machine by a redirect to a port of ours (RFC 8252) with PKCE (RFC 7636); elsewhere, as over
SSH, by a code that is typed into a browser (RFC 8628). What comes of it is a refresh token, kept as
the account's password.
"""

import asyncio
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from agent_tui.adapters import registry
from agent_tui.adapters.contract import AccountContext, AccountProblem
from agent_tui.adapters.oauth import (
    Denied,
    Provider,
    asked,
    client_of,
    granted,
    provider_of,
)
from agent_tui.adapters.renewal import Granted
from agent_tui.cli.ask import Asker, say
from agent_tui.cli.passwords import Password, keep
from agent_tui.config.accounts import AccountConfig, references, save_account
from agent_tui.config.errors import ConfigError
from agent_tui.config.files import locked
from agent_tui.config.secrets import resolve
from agent_tui.model.clock import SECOND, system_clock

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_POLL_S = 5
_SLOWER_S = 5
_PATIENCE_S = 600.0
_LONGEST = 16 * 1024
_DONE = b"agent-tui: you are logged in; this window can be closed."

Sleep = Callable[[float], Awaitable[None]]


def login(
    config: AccountConfig,
    asker: Asker | None,
    asked_for: Mapping[str, str],
    *,
    elsewhere: bool,
    encrypted: bool,
) -> int:
    """Get a refresh token for the account and keep it; the exit code. ``elsewhere``: the browser is
    not on this machine. Raises ConfigError, AdapterError and SecretProblem."""
    account = context_of(config, asked_for)
    provider = provider_of(account)
    if provider is None:
        raise ConfigError(
            f"The account '{config.name}' has no 'oauth'; add oauth = \"google\", \"microsoft\" or "
            f'"other" and oauth_client_id to {config.path}.'
        )
    by_device = provider.device and (elsewhere or not provider.authorize)
    if elsewhere and not provider.device:
        raise ConfigError(
            "This provider gives mail no codes for a browser elsewhere; log in without "
            "--elsewhere and forward the port that is shown: ssh -L PORT:127.0.0.1:PORT."
        )
    flow = device_flow if by_device else browser_flow
    try:
        got = asyncio.run(flow(account, provider, say))
    except Denied as denied:
        raise AccountProblem(f"The log-in was not given: {denied}.") from denied
    if not got.refresh:
        raise AccountProblem(
            "The log-in server gave no refresh token; add the scope 'offline_access' to "
            "oauth_scope, or what your provider calls it."
        )
    with locked(config.path):  # an engine may be putting a renewed one there
        ref = keep(Password(got.refresh, encrypted=encrypted), config, "password", asker)
        save_account(replace(config, settings={**config.settings, "password": ref}))
    say(f"The account '{config.name}' is logged in.")
    return 0


def context_of(config: AccountConfig, asked_for: Mapping[str, str]) -> AccountContext:
    """What the flows need of an account that may have no password yet."""
    options = registry.load(config.adapter).info.options
    if not any(option.name == "oauth" for option in options):
        raise ConfigError(f"The adapter '{config.adapter}' does not log in by OAuth.")
    settings = {option.name: option.default for option in options} | config.settings

    refs = references(config)

    def secret(name: str) -> str:
        if name not in refs:
            raise AccountProblem(f"The account {config.name} has no '{name}'.")
        return resolve(refs[name], asked=asked_for)

    log = logging.getLogger(f"agent_tui.account.{config.name}")
    return AccountContext(config.name, settings, secret, log, system_clock)


async def device_flow(
    account: AccountContext,
    provider: Provider,
    tell: Callable[[str], None],
    sleep: Sleep = asyncio.sleep,
) -> Granted:
    """Show a code and wait until it was typed into a browser. Raises Denied, AdapterError."""
    who = client_of(account)
    said = await asked(account, provider.device, {"scope": provider.scope, **who})
    code, where = said.text("device_code"), said.text("verification_uri")
    tell(f"Open {where} in any browser and type the code {said.text('user_code')}")
    pause = said.whole("interval") or _POLL_S
    end = account.clock() + (said.whole("expires_in") or _PATIENCE_S) * SECOND
    form = {"grant_type": _DEVICE_GRANT, "device_code": code, **who}
    while account.clock() < end:
        await sleep(pause)
        try:
            return await granted(account, provider.token, form)
        except Denied as denied:
            if denied.code == "slow_down":
                pause += _SLOWER_S
            elif denied.code != "authorization_pending":
                raise
    raise Denied("expired_token", "nobody typed the code in time")


async def browser_flow(
    account: AccountContext, provider: Provider, tell: Callable[[str], None]
) -> Granted:
    """Show an address and wait until the browser comes back to a port of ours with a code. Raises
    Denied, AdapterError."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    code: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(
        partial(_answer, state, code), "127.0.0.1", 0, limit=_LONGEST
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        back = f"http://127.0.0.1:{port}/"
        who = client_of(account)
        query = {
            "response_type": "code",
            "client_id": who["client_id"],
            "redirect_uri": back,
            "scope": provider.scope,
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            "access_type": "offline",  # Google's word for a refresh token; others pass over it
            "prompt": "consent",
        }
        tell(f"Open this in a browser on this machine:\n{provider.authorize}?{urlencode(query)}")
        try:
            found = await asyncio.wait_for(code, _PATIENCE_S)
        except TimeoutError:
            raise Denied("expired_token", "no browser came back in time") from None
    form = {
        "grant_type": "authorization_code",
        "code": found,
        "redirect_uri": back,
        "code_verifier": verifier,
        **who,
    }
    return await granted(account, provider.token, form)


async def _answer(
    state: str,
    code: "asyncio.Future[str]",
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """Take the code from the request that has our state; anything else is somebody else's."""
    try:
        line = (await reader.readline()).decode("ascii", "replace").split()
        query = parse_qs(urlsplit(line[1]).query) if len(line) > 1 else {}
        ours = secrets.compare_digest(query.get("state", [""])[0].encode(), state.encode())
        status, text = (b"200 OK", _DONE) if ours else (b"404 Not Found", b"")
        writer.write(
            b"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
            b"Connection: close\r\n\r\n%s" % (status, len(text), text)
        )
        await writer.drain()
        if ours and not code.done():
            if "code" in query:
                code.set_result(query["code"][0])
            else:
                code.set_exception(Denied(query.get("error", ["no code"])[0], ""))
    except (ConnectionError, ValueError):
        return
    finally:
        writer.close()


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
