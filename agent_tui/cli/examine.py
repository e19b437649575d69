"""Asks an account's adapter how it is, and shows what it finds."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from agent_tui.adapters.contract import AdapterError, AnyAdapter, Finding, Severity
from agent_tui.cli.ask import say
from agent_tui.config.accounts import AccountConfig
from agent_tui.config.mask import masker_of
from agent_tui.content.safe import safe_line
from agent_tui.engine.context import make_adapter
from agent_tui.model.clock import system_clock

LIMIT_S = 90.0
"""For all of one account's servers; an adapter has shorter limits of its own."""

_MARKS = {Severity.OK: "ok", Severity.WARNING: "warning", Severity.ERROR: "ERROR"}


def examine(config: AccountConfig, asked: Mapping[str, str]) -> list[Finding]:
    """What the account's adapter says about log-in, sending and mailboxes; never raises, and never
    repeats a secret that a server has repeated."""
    log = logging.getLogger(f"agent_tui.account.{config.name}")
    masked = masker_of(log).masked
    return [
        Finding(masked(found.what), found.severity, masked(found.detail))
        for found in _found(config, asked, log)
    ]


def _found(
    config: AccountConfig, asked: Mapping[str, str], log: logging.Logger
) -> Sequence[Finding]:
    try:
        adapter = make_adapter(config, asked=asked, clock=system_clock, log=log, notice=say)
    except AdapterError as error:
        return [Finding("Settings", Severity.ERROR, str(error))]
    try:
        return asyncio.run(_checked(adapter))
    except AdapterError as error:
        return [Finding("Account", Severity.ERROR, str(error))]
    except TimeoutError:
        sentence = f"No answer within {LIMIT_S:.0f} s; check the servers' names and the network."
        return [Finding("Account", Severity.ERROR, sentence)]
    except Exception as error:  # noqa: BLE001 - adapters are plugins and may raise anything
        sentence = (
            f"The adapter '{config.adapter}' failed: {type(error).__name__}; tell its author."
        )
        return [Finding("Adapter", Severity.ERROR, sentence)]


def failed(findings: Sequence[Finding]) -> bool:
    """Whether there is an error among ``findings``."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def shown(finding: Finding) -> str:
    """A finding on one line, safe for the terminal."""
    what, detail = safe_line(finding.what), safe_line(finding.detail)
    return f"{_MARKS[finding.severity]:<8} {what}" + (f": {detail}" if detail else "")


def as_json(finding: Finding) -> dict[str, object]:
    """A finding as ``--json`` prints it."""
    return {
        "what": safe_line(finding.what),
        "severity": finding.severity,
        "detail": safe_line(finding.detail),
    }


async def _checked(adapter: AnyAdapter) -> list[Finding]:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await adapter.check()
    finally:
        await adapter.close()
