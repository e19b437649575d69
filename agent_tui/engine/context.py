"""Makes the adapter of an account: its class, its checked settings, its secrets and its log."""

import logging
from collections.abc import Callable, Mapping

from agent_tui.adapters import registry
from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AnyAdapter,
    Exchange,
    NotKept,
)
from agent_tui.config.accounts import AccountConfig, validate
from agent_tui.config.errors import ConfigError
from agent_tui.config.files import locked
from agent_tui.config.mask import Masker, masker_of
from agent_tui.config.secret_ref import SecretRef
from agent_tui.config.secrets import SecretProblem, replace_secret, resolve
from agent_tui.model.clock import Clock


def make_adapter(
    config: AccountConfig,
    *,
    asked: Mapping[str, str],
    clock: Clock,
    log: logging.Logger,
    notice: Callable[[str], None],
) -> AnyAdapter:
    """The adapter of ``config``, not yet connected.

    ``asked`` has the answers to ``{ask = true}`` by account.option. Every secret that the
    adapter fetches is masked in what is logged with ``log`` from then on. Raises AccountProblem
    when the file, the adapter or a setting is wrong.
    """
    if config.problem:
        raise AccountProblem(config.problem)
    adapter = registry.load(config.adapter)
    try:
        settings = validate(config, adapter.info.options)
    except ConfigError as error:
        raise AccountProblem(str(error)) from error
    secrets = _Secrets(config, settings, asked, masker_of(log))
    return adapter(
        AccountContext(
            config.name, settings, secrets, log, clock, exchange=secrets.exchange, notice=notice
        )
    )


class _Secrets:
    """Fetches the secrets of one account, each time anew: tokens expire, passwords change."""

    def __init__(
        self,
        config: AccountConfig,
        settings: Mapping[str, object],
        asked: Mapping[str, str],
        masker: Masker,
    ) -> None:
        self._config = config
        self._settings = settings
        self._asked = asked
        self._masker = masker

    def __call__(self, option: str) -> str:
        try:
            secret = resolve(self._ref(option), asked=self._asked)
        except SecretProblem as problem:
            raise AccountProblem(f"The account {self._config.name}: {problem}") from problem
        self._masker.add(secret)
        return secret

    def exchange(self, option: str, exchange: Exchange) -> None:
        """As of AccountContext; the account's file is what processes hold meanwhile."""
        try:
            with locked(self._config.path):
                kept = self(option)
                new = exchange(kept)
                self._masker.add(new)
                if new != kept:
                    replace_secret(self._ref(option), new, asked=self._asked)
        except SecretProblem as problem:
            raise NotKept(str(problem)) from problem
        except ConfigError as problem:
            raise AccountProblem(str(problem)) from problem

    def _ref(self, option: str) -> SecretRef:
        ref = self._settings.get(option)
        if not isinstance(ref, SecretRef):
            raise AccountProblem(
                f"The account {self._config.name} has no '{option}'; add it to "
                f"{self._config.path}, or add the account again."
            )
        return ref
