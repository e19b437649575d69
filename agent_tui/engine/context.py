"""Makes the adapter of an account: its class, its checked settings, its secrets and its log."""

import logging
from collections.abc import Mapping

from agent_tui.adapters import registry
from agent_tui.adapters.contract import AccountContext, AccountProblem, AnyAdapter
from agent_tui.config.accounts import AccountConfig, validate
from agent_tui.config.errors import ConfigError
from agent_tui.config.mask import Masker, masker_of
from agent_tui.config.secret_ref import SecretRef
from agent_tui.config.secrets import SecretProblem, resolve
from agent_tui.model.clock import Clock


def make_adapter(
    config: AccountConfig, *, asked: Mapping[str, str], clock: Clock, log: logging.Logger
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
    return adapter(AccountContext(config.name, settings, secrets, log, clock))


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
        ref = self._settings.get(option)
        if not isinstance(ref, SecretRef):
            raise AccountProblem(
                f"The account {self._config.name} has no '{option}'; add it to "
                f"{self._config.path}, or add the account again."
            )
        try:
            secret = resolve(ref, asked=self._asked)
        except SecretProblem as problem:
            raise AccountProblem(f"The account {self._config.name}: {problem}") from problem
        self._masker.add(secret)
        return secret
