"""Pages as text: what is kept, what is dropped, and that nothing costs more than its size."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.content.mime import prepare_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<div>three</div>four", "one\ntwo\nthree\nfour"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb"),
        ("  a \n\t b  <b> c </b> d", "a b **c** d"),
        ("<h2>Title</h2>text", "## Title\n\ntext"),
        ("<i>so</i> <strong>much</strong>", "*so* **much**"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "- a\n- b\n  - c"),
        ("<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<blockquote>a<br>b<blockquote>c</blockquote></blockquote>x", "> a\n> b\n>\n> > c\n\nx"),
        ("<pre>a  b\n  c</pre>", "a  b\n  c"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("&lt;b&gt; &amp; &euro; &#8364; &nbsp;x", "<b> & € €  x"),
        ("1 < 2 and a<b", "1 < 2 and a<b"),
        ("<p>unclosed <b>bold<p>next", "unclosed **bold**\n\nnext"),
        ("<table><tr><td><b>Hi<p><a href=x>there<td>x", "Hi\n\nthere\n\nx"),
        ("caf\u00e9 <img src=x alt='a photo'>", "café a photo"),
        ("<a name=x>anchor</a>", "anchor"),
        ("", ""),
    ],
)
def test_pages_become_readable_text(html: str, text: str) -> None:
    assert prepare_html(html).text == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>bad()</script>ok",
        "<style>p{}</style>ok",
        "<head><title>bad</title></head>ok",
        "<!-- bad -->ok",
        "<!--[if mso]>bad<![endif]-->ok",
        "<div style='display:none'>bad<div>bad</div></div>ok",
        "<td><span style='display: none !important'>bad</td>ok",
        "<p style='visibility:hidden'>bad<p>ok",
        "<div hidden>bad</div>ok",
        "<div style='max-height:0;overflow:hidden'>bad</div>ok",
        "<img width=1 height=1 alt=bad>ok",
        "<img style='display:none' alt=bad>ok",
        "<svg><text>bad</text></svg>ok",
        "<iframe src=x>bad</iframe>ok",
        "ok<script>bad",
        "ok<style>bad",
    ],
)
def test_what_nobody_sees_is_dropped(html: str) -> None:
    assert prepare_html(html).text == "ok"


def test_data_tables_stay_tables() -> None:
    html = (
        "<table><tr><th>Item</th><th>Price</th></tr>"
        "<tr><td>Lamp</td><td>30</td></tr><tr><td>灯</td><td>5</td></tr></table>"
    )
    assert prepare_html(html).text == "Item | Price\nLamp | 30\n灯   | 5"


def test_layout_tables_become_blocks() -> None:
    html = (
        "<table role=presentation><tr><td><table><tr><td><p>Hello Ann,</p><p>thanks.</p></td></tr>"
        "</table></td></tr><tr><td>Home</td><td>Shop</td></tr></table>"
    )
    assert prepare_html(html).text == "Hello Ann,\n\nthanks.\n\nHome  Shop"


def test_links_are_numbered_with_their_real_host() -> None:
    body = prepare_html(
        '<a href="https://www.dhl.com/t?id=1">Track it</a> '
        '<a href="https://shop.example/">shop.example</a> '
        '<a href="https://www.dhl.com/t?id=1">again</a> <a href="#top">up</a> '
        '<a href="mailto:a@b.example">a@b.example</a> <a href="https://x.example"><img src=y></a>'
    )
    assert body.text == (
        "Track it [1 dhl.com] shop.example [2] again [1 dhl.com] up a@b.example [3 x.example]"
    )
    assert [link.url for link in body.links] == [
        "https://www.dhl.com/t?id=1",
        "https://shop.example/",
        "https://x.example",
    ]


def test_a_link_around_a_block_is_marked_at_its_end() -> None:
    body = prepare_html('<a href="https://x.example/"><h1>Sale</h1><p>Now</p></a><p>b</p>')
    assert body.text == "# Sale\n\nNow [1 x.example]\n\nb"


def test_the_length_of_a_page_is_limited_in_tags_and_characters() -> None:
    assert len(prepare_html("<i>x</i> " * 100_000).text) < 300_000
    assert len(prepare_html("word " * 600_000).text) <= 1_000_000


_PIECES = (
    "<p>|</p>|<div style='display:none'>|</div>|<table>|<tr>|<td>|</table>|<a href='http://a.b'>"
    "|</a>|<b>|</b>|<ul>|<li>|<blockquote>|</blockquote>|text|&amp;|&#27;|<!--|-->|<script>"
    "|</script>|<a href=\"|<|>|'|<pre>|\n|<br>|<h1>|</h1>|<img alt=x>"
).split("|")


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=60).map("".join))
@settings(max_examples=500)
def test_any_page_is_read(html: str) -> None:
    text = prepare_html(html).text
    assert not set(text) & set("\x00\x01\x02\x03\x04\x05\x06\x1b\r")
    assert "\n\n\n" not in text
