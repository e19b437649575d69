"""Keeps known secrets out of the log."""

import logging
from base64 import b64encode
from urllib.parse import quote, quote_plus

MASK = "******"


class Masker(logging.Filter):
    """A filter for loggers and handlers that replaces every secret it has been told of.

    On a handler it sees the records of all libraries; on a logger only that logger's own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def __repr__(self) -> str:
        return f"<Masker of {len(self._secrets)} forms>"

    def add(self, secret: str) -> None:
        """Never let ``secret`` through, nor its forms in JSON, in URLs and in base64."""
        forms = (
            secret,
            repr(secret)[1:-1],
            quote(secret, safe=""),
            quote_plus(secret),
            b64encode(secret.encode()).decode(),
        )
        self._secrets.update(form for form in forms if form)

    def masked(self, text: str) -> str:
        """``text`` with a mask in place of each secret."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the message, the traceback and the stack of ``record``; always lets it pass."""
        record.msg, record.args = self.masked(record.getMessage()), None
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self.masked(text), None
        if record.stack_info:
            record.stack_info = self.masked(record.stack_info)
        return True


def masker_of(log: logging.Logger) -> Masker:
    """The masker of ``log``; it gets one if it has none."""
    for known in log.filters:
        if isinstance(known, Masker):
            return known
    masker = Masker()
    log.addFilter(masker)
    return masker
