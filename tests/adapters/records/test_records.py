"""Orders out of files: any usual CSV or JSON, rows joined to orders, mistakes told by row."""

import json
import logging
import os
from pathlib import Path

import pytest

from agent_tui.adapters.contract import AccountContext, AccountProblem, Severity
from agent_tui.adapters.records import RecordsAdapter, book, table
from agent_tui.adapters.records.table import decoded
from agent_tui.model.clock import DAY
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Item, Looked, Money, Record, RecordKind, Score, Shipment

ADA = (Identity(IdentityKind.EMAIL, "ada@example.test"),)
HEAD = "email,number,date,total,currency,item\n"


def adapter(path: Path, **settings: object) -> RecordsAdapter:
    log = logging.getLogger("tests.records")
    given = {"path": str(path)} | settings
    return RecordsAdapter(AccountContext("orders", given, str, log, lambda: 0))


def file(folder: Path, text: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


async def looked(path: Path, **settings: object) -> Looked:
    return await adapter(path, **settings).lookup(ADA)


async def only(path: Path, **settings: object) -> Record:
    (record,) = (await looked(path, **settings)).records
    return record


async def left_out(path: Path, **settings: object) -> str:
    """What check() says of rows that are left out; empty for none."""
    findings = await adapter(path, **settings).check()
    return "".join(one.detail for one in findings if one.severity is Severity.WARNING)


async def test_rows_of_one_number_are_the_items_of_one_order(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "email,number,date,status,total,currency,item,quantity,sku,carrier,tracking,tracking_url,url\n"
        "Ada@Example.test,#7,2026-11-22T10:00:00Z,sent,59.90,EUR,Lamp,2,L1,DHL,0034,"
        "https://dhl.example/0034,https://shop.example/7\n"
        "ada@example.test,#7,2026-11-22T10:00:00Z,sent,,EUR,Shade,,,,,,\n",
    )

    assert await only(path) == Record(
        RecordKind.ORDER,
        "ada@example.test #7",
        "#7",
        1_795_341_600_000,
        "sent",
        Money(5990, "EUR"),
        items=(Item("Lamp", 2, "L1"), Item("Shade")),
        shipments=(Shipment("DHL", "0034", "https://dhl.example/0034"),),
        url="https://shop.example/7",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
async def test_encoding_and_delimiter_are_found_out(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = [
        ["E-Mail", "Nr", "Datum", "Artikel"],
        ["ada@example.test", "7", "22.11.2026", "Gehäuse"],
    ]
    text = "".join(f"{delimiter.join(row)}\r\n" for row in rows)
    columns = ["email=E-Mail", "number=Nr", "date=Datum", "item=Artikel"]

    record = await only(file(tmp_path, text.encode(encoding)), columns=columns)

    assert (record.number, record.items) == ("7", (Item("Gehäuse"),))


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1,234.50", "EUR", 123450),
        ("1.234,50", "EUR", 123450),
        ("1 234,50 €", "EUR", 123450),
        ("1'234.50", "CHF", 123450),
        ("12.500", "EUR", 1250000),
        ("0.500", "EUR", 50),
        ("1,234,567", "USD", 123456700),
        ("$19.9", "USD", 1990),
        ("500", "JPY", 500),
        ("1.250", "KWD", 1250),
        ("-3.00", "EUR", -300),
    ],
)
async def test_sums_are_read_as_people_write_them(
    tmp_path: Path, written: str, currency: str, minor: int
) -> None:
    path = file(tmp_path, f'{HEAD}ada@example.test,7,2026-11-22,"{written}",{currency},Lamp\n')

    total = (await only(path)).total

    assert total is not None
    assert (total.minor, total.currency) == (minor, currency)


async def test_json_is_a_list_of_objects_or_an_object_with_one(tmp_path: Path) -> None:
    rows = [{"Email": "ada@example.test", "number": 7, "date": "2026-11-22", "nested": {"x": 1}}]
    bare = file(tmp_path, json.dumps(rows), "bare.json")
    wrapped = file(tmp_path, json.dumps({"count": 1, "orders": rows}), "wrapped.json")

    assert await looked(bare) == await looked(wrapped)
    assert (await only(bare)).number == "7"


async def test_each_row_that_cannot_be_used_is_told_with_its_place_and_the_rest_is_there(
    tmp_path: Path,
) -> None:
    path = file(
        tmp_path,
        HEAD + "nobody,1,2026-11-22,1,EUR,x\n"
        "ada@example.test,,2026-11-22,1,EUR,x\n"
        "ada@example.test,3,31/12/2026,1,EUR,x\n"
        "ada@example.test,4,2026-11-22,much,EUR,x\n"
        'ada@example.test,5,2026-11-22,1,EUR,"two\nlines"\n'
        "ada@example.test,6,2026-11-22,1,,x\n"
        "ada@example.test,7,2026-11-22\n",
    )

    assert [one.number for one in (await looked(path)).records] == ["5", "7"]
    said = await left_out(path)
    assert "row 2: there is no mail address." in said
    assert "row 3: there is no number." in said
    assert "row 4: '31/12/2026' is no date" in said
    assert "row 5: 'much' is no sum." in said
    assert "row 8: there is a total and no currency" in said


async def test_the_form_of_dates_can_be_given(tmp_path: Path) -> None:
    path = file(tmp_path, HEAD + "ada@example.test,3,31/12/2026,1,EUR,x\n")
    assert await left_out(path, date_format="%d/%m/%Y") == ""
    assert (await only(path, date_format="%d/%m/%Y")).at % DAY == 0


async def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    path = file(tmp_path, HEAD + "ada@example.test,1,2026-11-22,1,EUR,x\n")
    made = adapter(path)
    assert len((await made.lookup(ADA)).records) == 1

    file(
        tmp_path, HEAD + "ada@example.test,1,2026-11-22,1,EUR,x\nada@example.test,2,2026-11-22,,,\n"
    )
    os.utime(path, ns=(1, 1))

    assert len((await made.lookup(ADA)).records) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("name,number,date\n", "no column 'email'"),
        ('{"orders": 7}', "holds no table"),
        ('[{"email": ', "is no JSON in line 1"),
        ("[" * 100_000, "is no JSON"),
    ],
)
async def test_a_file_that_is_of_no_use_is_told_in_a_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    path = file(tmp_path, text)
    with pytest.raises(AccountProblem, match=says):
        await looked(path)
    (finding,) = await adapter(path).check()
    assert (finding.severity, says in finding.detail) == (Severity.ERROR, True)


async def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AccountProblem, match="cannot be found"):
        await looked(tmp_path / "gone.csv")
    with pytest.raises(AccountProblem, match="cannot be read"):
        await looked(tmp_path)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"columns": ["mail=E-Mail"]}, "mail=E-Mail"), ({"currency": "Euro"}, "three letters")],
)
def test_settings_that_mean_nothing_are_refused(
    tmp_path: Path, settings: dict[str, object], says: str
) -> None:
    with pytest.raises(AccountProblem, match=says):
        adapter(tmp_path, **settings)


async def test_a_quote_that_is_never_closed_ends_the_table_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_LONGEST_FIELD", 1_000)
    row = "ada@example.test,1,2026-11-22,1,EUR,x\n"
    path = file(tmp_path, f'{HEAD}{row}ada@example.test,2,2026-11-22,1,EUR,"x\n{row * 100}')

    assert [one.number for one in (await looked(path)).records] == ["1"]
    assert "row 3: a quote is never closed" in await left_out(path)


async def test_what_is_too_large_is_refused_or_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "ada@example.test,1,2026-11-22,1,EUR,x\n"
    path = file(tmp_path, HEAD + row * 3)
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    assert "row 4: only 2 rows are read" in await left_out(path)

    monkeypatch.setattr(table, "MOST_BYTES", 10)
    with pytest.raises(AccountProblem, match="has more than"):
        await looked(path)


async def test_an_unpaid_invoice_is_open_and_an_order_is_not(tmp_path: Path) -> None:
    head = "email,number,date,kind,status,due\n"
    path = file(
        tmp_path,
        head + "ada@example.test,I1,2026-11-22,invoice,Unpaid,2026-12-01\n"
        "ada@example.test,O1,2026-11-21,order,pending,\n"
        "ada@example.test,X1,2026-11-20,gift,new,\n",
    )
    first, second = (await looked(path)).records
    assert (first.open, first.due_at) == (True, 1_796_083_200_000)
    assert not second.open
    assert "'gift' is no kind" in await left_out(path)


def test_only_addresses_of_the_web_are_taken() -> None:
    assert book._url("https://shop.example/1") == "https://shop.example/1"
    for wrong in ("javascript:alert(1)", "file:///etc/passwd", "https://", "http://[", "x"):
        assert book._url(wrong) == ""


def test_octets_that_are_no_utf_8_are_read_as_windows_writes_them() -> None:
    assert decoded(b"Gr\xfc\xdfe \x80 \x81") == "Grüße € \ufffd"


@pytest.mark.parametrize(
    ("score", "read"), [("4", Score(4)), ("9/10", Score(9, 10)), ("0 of 10", Score(0, 10))]
)
async def test_a_survey_has_a_score_a_comment_and_no_number(
    tmp_path: Path, score: str, read: Score
) -> None:
    path = file(
        tmp_path,
        "email,number,date,kind,score,comment\n"
        f"ada@example.test,,2026-11-22,survey,{score},Quick answer\n"
        "ada@example.test,,2026-11-23,survey,1,Slow answer\n",
    )

    newest, record = (await looked(path)).records

    assert (record.kind, record.score, record.reason) == (RecordKind.SURVEY, read, "Quick answer")
    assert newest.remote_id != record.remote_id


@pytest.mark.parametrize("score", ["9", "11/10", "good"])
async def test_a_score_beyond_its_scale_is_told(tmp_path: Path, score: str) -> None:
    path = file(
        tmp_path,
        f"email,number,date,kind,score\nada@example.test,,2026-11-22,survey,{score}\n",
    )

    assert f"'{score}' is no score" in await left_out(path)


async def test_a_parcel_knows_when_it_was_sent(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "email,number,date,tracking,shipped\nada@example.test,7,2026-11-22,JD1,2026-11-23\n",
    )

    (parcel,) = (await only(path)).shipments

    assert parcel.at == (await only(path)).at + DAY
