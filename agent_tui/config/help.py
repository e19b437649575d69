"""The help page ``config``, written from the declarations of the settings."""

from agent_tui.config.macros import MACRO_FIELDS
from agent_tui.config.settings import SETTINGS, VIEW_FIELDS, Setting
from agent_tui.config.values import ValueType

_TYPES: dict[ValueType, str] = {
    str: "text",
    int: "number",
    bool: "true or false",
    list[str]: "list of texts",
}

_HEAD = """\
# Settings

Your settings are in `config.toml` in the program's config folder; `agent-tui doctor` says where
that is. The file need not exist and every key may be left out. A mistake in it is told at the
start by file, line and key, and nothing is guessed.

"""

_TAIL = """
## Keys

The table `keys` binds keys to commands, over those of the `key_preset`. The page `keys` lists the
commands, and a key may do a whole line as `:` takes it, such as `snooze tomorrow 9am` or
`view Mine`; `none` takes a key away. Two commands on one key are refused at the start, and a key
that begins another one, such as `g` beside `gg`.

## Macros

Each `[[macros]]` is a row of actions under one name and, if it has one, one key. `m` lists them. It
is done to all selected conversations as one batch: all of it or, where a step is refused, nothing,
and one `u` takes it back. A step that cannot be read is refused at the start.

"""

_VIEWS = """
## Views

Each `[[views]]` adds a view to the list of views.

"""

_EXAMPLE = '''
## Example

    signature = """
    Maria Lopez
    Example Shop, customer care"""
    after_resolve = "list"
    canned = ["~/team/canned"]

    [agent]
    handle = "maria"
    name = "Maria Lopez"

    [undo_seconds]
    mail = 30

    [targets]
    chat = "1 min"
    mail = "4 business hours"
    mail_first = "2 business hours"
    mail_resolution = "5 days"

    [hours]
    zone = "Europe/Berlin"
    friday = ["09:00-12:30", "13:30-16:00"]
    holidays = ["2026-12-25", "2026-12-26"]

    [keys]
    "ctrl+x" = "resolve"
    "gn" = "snooze next business morning"

    [[macros]]
    name = "refund"
    key = "gr"
    actions = ["label refund", "assign me", "snooze next business morning"]

    [[views]]
    name = "Angry reviews"
    query = "status:open channel:review rating:<=2"
    sort = "oldest"
'''


def settings_help() -> str:
    """The page as Markdown."""
    settings = "".join(_row(setting) for setting in SETTINGS)
    views = "".join(_row(declared) for declared in VIEW_FIELDS)
    macros = "".join(_row(declared) for declared in MACRO_FIELDS)
    return f"{_HEAD}{settings}{_TAIL}{macros}{_VIEWS}{views}{_EXAMPLE}"


def _row(setting: Setting) -> str:
    kind = _TYPES[setting.type]
    if setting.choices:
        kind = ", ".join(f"`{choice}`" for choice in setting.choices)
    if setting.most is not None:
        kind = f"{kind}, 0 to {setting.most}"
    return f"- `{setting.name}` ({kind}; {_default(setting)}): {setting.help}\n"


def _default(setting: Setting) -> str:
    if setting.default is None:
        return f"default: {setting.derived}" if setting.derived else "must be given"
    if isinstance(setting.default, bool):
        return f"default: `{str(setting.default).lower()}`"
    if isinstance(setting.default, str):
        return f'default: `"{setting.default}"`'
    if isinstance(setting.default, list):
        items = ", ".join(f'"{item}"' for item in setting.default)
        return f"default: `[{items}]`"
    return f"default: `{setting.default}`"
