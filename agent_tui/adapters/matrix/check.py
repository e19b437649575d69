"""What ``doctor`` says about a Matrix account."""

from typing import Any

from agent_tui.adapters.contract import AccountContext, AdapterError, Finding, Severity
from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.client import V3, Client
from agent_tui.adapters.matrix.rooms import ENCRYPTION
from agent_tui.adapters.matrix.settings import Settings
from agent_tui.content.safe import safe_line

_OVERVIEW: dict[str, Any] = {
    "room": {
        "timeline": {"limit": 1},
        "state": {"types": [ENCRYPTION]},
        "ephemeral": {"not_types": ["*"]},
        "account_data": {"not_types": ["*"]},
    },
    "presence": {"not_types": ["*"]},
    "account_data": {"not_types": ["*"]},
}


async def findings(account: AccountContext, settings: Settings) -> list[Finding]:
    """Server, log-in and rooms; never raises AdapterError."""
    # As a device of its own: a log-in as ours would end that of a running engine.
    client = Client(account, settings, settings.device + "CHECK")
    found: list[Finding] = []
    try:
        found.append(await _server(client, settings))
        found += await _rooms(client, settings)
        await client.leave_device()
    except AdapterError as problem:
        found.append(Finding(f"Matrix as {settings.user}", Severity.ERROR, str(problem)))
    finally:
        await client.close()
    return found


async def _server(client: Client, settings: Settings) -> Finding:
    answer = await client.public("GET", "/_matrix/client/versions")
    versions = [one for one in wire.rows(answer, "versions") if isinstance(one, str)]
    what = f"Homeserver {safe_line(settings.homeserver, 100)}"
    if not versions:
        return Finding(what, Severity.ERROR, "it does not answer as a Matrix server does")
    newest = safe_line(versions[-1], 20)
    return Finding(what, Severity.OK, f"speaks Matrix up to {newest}")


async def _rooms(client: Client, settings: Settings) -> list[Finding]:
    await client.call("GET", f"{V3}/account/whoami")
    sync = await client.sync("", 0, _OVERVIEW)
    encrypted = sum(
        any(event.type == ENCRYPTION for event in (*room.state, *room.timeline))
        for room in sync.rooms
    )
    found = [
        Finding(f"Matrix as {settings.user}", Severity.OK, "logged in"),
        Finding("Rooms", Severity.OK, f"in {len(sync.rooms)}"),
    ]
    if encrypted:
        said = f"{encrypted} of them end-to-end encrypted: these cannot be read or answered here"
        found.append(Finding("Encryption", Severity.WARNING, said))
    waiting = [one for one in sync.invitations if not settings.accepts(one.inviter)]
    if waiting:
        said = f"{len(waiting)} not accepted by the setting 'invitations'"
        found.append(Finding("Invitations", Severity.WARNING, said))
    return found
