"""Where links really lead, which may be opened, and which lie."""

import pytest

from agent_tui.content.links import LinkList, inspected
from agent_tui.content.mime import prepare_text


@pytest.mark.parametrize(
    ("text", "url", "host", "suspicious"),
    [
        ("click", "https://shop.example/a", "shop.example", False),
        ("shop.example", "https://www.shop.example/a", "www.shop.example", False),
        ("https://www.bank.example/login", "http://evil.example/p", "evil.example", True),
        ("bank.com", "https://bank.com.evil.example/", "bank.com.evil.example", True),
        ("bank.com", "https://bank.com@evil.example/", "evil.example", True),
        ("invoice.pdf", "https://files.example/x", "files.example", False),
        ("x", "http://аpple.com/", "xn--pple-43d.com", False),
        ("x", "//cdn.example/x", "cdn.example", False),
        ("x", "HTTP://Shop.Example:8080/a b", "shop.example", False),
        ("x", "http://[2001:db8::1]/", "2001:db8::1", False),
    ],
)
def test_web_links_show_their_real_host(text: str, url: str, host: str, suspicious: bool) -> None:
    link = inspected(1, text, url)
    assert link is not None
    assert (link.host, link.suspicious, link.openable) == (host, suspicious, True)
    assert not set(link.url) & set(" \"'<>\n\\")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " \x01javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "smb://host/share",
        "vbscript:x",
        "ssh://-oProxyCommand=touch/x",
        "x-scheme-handler:foo",
        "http://a b/",
        "http://-oProxy/",
        "http://[broken/",
        "https://ho\x1b[2Jst/",
    ],
)
def test_other_schemes_and_broken_hosts_are_never_openable(url: str) -> None:
    link = inspected(1, "click", url)
    assert link is not None
    assert (link.openable, link.suspicious) == (False, True)
    assert link.url.isprintable()


@pytest.mark.parametrize("url", ["", "#top", "/path", "page.html", "--help", "tel:+4930", "cid:x"])
def test_what_leads_nowhere_is_no_link(url: str) -> None:
    assert inspected(1, "text", url) is None


def test_of_a_mail_link_only_subject_and_body_are_kept() -> None:
    link = inspected(1, "write", "mailto:a@b.example?attach=/etc/passwd&bcc=x@y&subject=Hi%20you")
    assert link is not None
    assert (link.url, link.openable) == ("mailto:a@b.example?subject=Hi%20you", True)


def test_there_are_at_most_500_numbers() -> None:
    links = LinkList()
    markers = [links.marker("x", f"https://h{number}.example/") for number in range(600)]
    assert (len(links.links), markers[499], markers[500]) == (500, "[500 h499.example]", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See https://a.example/x.", "See https://a.example/x [1]."),
        ("(https://a.example/x)", "(https://a.example/x [1])"),
        ("https://a.example/x_(y)", "https://a.example/x_(y) [1]"),
        ("<https://a.example/x>", "<https://a.example/x [1]>"),
        ("www.a.example, ok", "www.a.example [1], ok"),
        ("me@www.a.example", "me@www.a.example"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_addresses_in_plain_text_are_numbered(text: str, shown: str) -> None:
    assert prepare_text(text).text == shown
