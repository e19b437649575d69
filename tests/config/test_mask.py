"""Known secrets never reach the log."""

import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from agent_tui.config.mask import Masker, masker_of

CANARY = "sk-live/CANARY 'ö'"


@pytest.fixture
def written() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.Logger("account")
    log.addHandler(handler)
    masker_of(log).add(CANARY)
    yield log, stream
    handler.close()


@pytest.mark.parametrize(
    "form",
    [
        CANARY,
        repr(CANARY),
        quote(CANARY, safe=""),
        b64encode(CANARY.encode()).decode(),
        f"<{CANARY}>",
    ],
)
def test_every_form_of_a_secret_is_masked(
    written: tuple[logging.Logger, io.StringIO], form: str
) -> None:
    log, stream = written

    log.warning("the server said %s", form)
    log.warning(f"the server said {form}")

    assert form not in stream.getvalue()
    assert stream.getvalue().count("******") == 2


def test_arguments_that_only_show_the_secret_when_formatted_are_masked(
    written: tuple[logging.Logger, io.StringIO],
) -> None:
    log, stream = written

    log.warning("%(login)r", {"login": {"password": CANARY}})

    assert "CANARY" not in stream.getvalue()


def test_tracebacks_are_masked(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written

    try:
        int(CANARY)
    except ValueError:
        log.exception("failed", stack_info=True)

    assert "sk-live" not in stream.getvalue()
    assert "ValueError: invalid literal" in stream.getvalue()


def test_other_text_is_left_as_it_is(written: tuple[logging.Logger, io.StringIO]) -> None:
    log, stream = written

    log.warning("%d%% of %s", 5, json.dumps({"a": 1}))

    assert stream.getvalue() == '5% of {"a": 1}\n'


def test_a_masker_does_not_show_what_it_masks() -> None:
    masker = Masker()
    masker.add(CANARY)

    assert "CANARY" not in repr(masker)


def test_a_log_has_one_masker() -> None:
    log = logging.Logger("account")

    assert masker_of(log) is masker_of(log)
    assert len(log.filters) == 1


def test_an_empty_secret_masks_nothing() -> None:
    masker = Masker()
    masker.add("")

    assert masker.masked("text") == "text"
