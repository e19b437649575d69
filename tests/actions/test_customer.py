"""What agents write down of customers and companies; on merged ones nothing is lost or doubled."""

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.model.customer import Company, Newsletter, Person, Said
from agent_tui.store import companies, customers
from agent_tui.store.database import Conflict
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, incoming, listed, mail_account, receive
from tests.store.test_people import dump

ADA, WORK, BEN = "ada@okafor.example", "ada@work.example", "ben@work.example"


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    """Ada, who writes from work, too, and Ben, who works there."""
    mail_account(db)
    receive(
        db,
        incoming(sender=ADA, name="Ada"),
        incoming(sender=WORK, name="A. Okafor"),
        incoming(sender=BEN, name="Ben"),
    )
    return Desk(db)


def do(desk: Desk, address: str, action: str, **args: str) -> str:
    (one,) = [c.id for c in listed(desk.db) if person(desk, address).id == c.person_id][:1]
    return perform(action, desk.context, [one], args).sentence


def person(desk: Desk, address: str) -> Person:
    (found,) = {c.customer_id for c in listed(desk.db) if is_of(desk, c.customer_id, address)}
    known = customers.person(desk.db, found)
    assert known is not None
    return known


def is_of(desk: Desk, customer_id: int, address: str) -> bool:
    one = customers.get(desk.db, customer_id)
    return one is not None and address in [identity.value for identity in one.identities]


def company(desk: Desk, address: str) -> Company | None:
    return companies.of_person(desk.db, person(desk, address))


def test_a_profile_is_written_said_and_undone(desk: Desk) -> None:
    before = dump(desk.db)
    said = [
        do(desk, ADA, "alias", name="Dr Okafor"),
        do(desk, ADA, "language", languages="EN, de"),
        do(desk, ADA, "timezone", zone="Europe/Berlin"),
        do(desk, ADA, "field", field="shoe size: 42"),
        do(desk, ADA, "tag", tags="Wholesale press"),
        do(desk, ADA, "newsletter", wanted="yes phone call on Monday"),
        do(desk, ADA, "vip"),
        do(desk, ADA, "describe", notes="Rings back."),
    ]

    ada = person(desk, ADA)
    assert said[0] == "Ada: also known as Dr Okafor."
    assert (ada.names, ada.languages, ada.time_zone) == (
        ("Dr Okafor",),
        ("en", "de"),
        "Europe/Berlin",
    )
    assert (dict(ada.fields), ada.tags, ada.vip) == (
        {"shoe size": "42"},
        ("press", "wholesale"),
        True,
    )
    assert ada.newsletter == Said(Newsletter.YES, "phone call on Monday", ada.id)
    assert ada.notes == ("Rings back.",)
    for _ in said:
        perform("undo", desk.context)
    assert dump(desk.db) == before
    for _ in said:
        perform("redo", desk.context)
    assert person(desk, ADA).fields == ada.fields


def test_a_merge_shows_both_profiles_and_parting_gives_each_their_own(desk: Desk) -> None:
    do(desk, ADA, "tag", tags="wholesale")
    do(desk, WORK, "tag", tags="press")
    do(desk, WORK, "language", languages="de")
    do(desk, WORK, "timezone", zone="Africa/Lagos")
    do(desk, WORK, "field", field="desk: 4")
    do(desk, WORK, "vip", vip="yes")
    do(desk, WORK, "describe", notes="At work.")
    do(desk, WORK, "newsletter", wanted="no")
    before = dump(desk.db)

    do(desk, ADA, "merge", other=WORK)
    both = person(desk, ADA)
    do(desk, ADA, "unmerge")

    assert (both.tags, both.languages, both.time_zone) == (
        ("press", "wholesale"),
        ("de",),
        "Africa/Lagos",
    )
    assert (dict(both.fields), both.vip, both.notes) == ({"desk": "4"}, True, ("At work.",))
    assert both.newsletter.newsletter is Newsletter.NO
    assert both.names == ("A. Okafor",)
    assert dump(desk.db) == before


def test_what_is_taken_from_a_merged_customer_is_gone_from_all_of_them(desk: Desk) -> None:
    do(desk, WORK, "tag", tags="press b2b")
    do(desk, WORK, "timezone", zone="Africa/Lagos")
    do(desk, WORK, "field", field="desk: 4")
    do(desk, WORK, "vip", vip="yes")
    do(desk, ADA, "merge", other=WORK)

    do(desk, ADA, "tag", tags="-press new")
    do(desk, ADA, "timezone", zone="none")
    do(desk, ADA, "field", field="desk:")
    do(desk, ADA, "vip")

    both = person(desk, ADA)
    assert (both.tags, both.time_zone, dict(both.fields), both.vip) == (
        ("b2b", "new"),
        "",
        {},
        False,
    )
    for _ in range(4):
        perform("undo", desk.context)
    both = person(desk, ADA)
    assert (both.tags, both.time_zone, dict(both.fields), both.vip) == (
        ("b2b", "press"),
        "Africa/Lagos",
        {"desk": "4"},
        True,
    )


def test_vips_are_found_by_any_of_their_addresses(desk: Desk) -> None:
    do(desk, WORK, "vip")
    do(desk, ADA, "merge", other=WORK)

    assert len(listed(desk.db, "is:vip")) == 2
    assert {c.customer: c.vip for c in listed(desk.db)} == {"Ada": True, "Ben": False}


def test_a_company_has_who_is_put_there_and_who_writes_from_its_domains(desk: Desk) -> None:
    assert do(desk, BEN, "company", company="Work  Ltd") == "Ben is with Work Ltd."
    assert company(desk, WORK) is None

    do(desk, BEN, "company-domains", domains="@work.example")
    do(desk, ADA, "merge", other=WORK)

    assert len(listed(desk.db, "company:work")) == 3
    found = company(desk, ADA)
    assert found is not None
    assert companies.people(desk.db, found.id) == sorted(
        {person(desk, ADA).id, person(desk, BEN).id}
    )
    do(desk, ADA, "company", company="Okafor & Co")  # said by an agent, that counts more
    assert len(listed(desk.db, "company:work")) == 1
    assert companies.names(desk.db) == ["Okafor & Co", "Work Ltd"]


def test_a_company_is_described_and_undone(desk: Desk) -> None:
    do(desk, BEN, "company", company="Work Ltd")
    before = dump(desk.db)

    do(desk, BEN, "company-notes", notes="Pays late.")
    do(desk, BEN, "company-domains", domains="work.example work.test")
    do(desk, BEN, "company-domains", domains="-work.test")
    do(desk, BEN, "company-name", name="Work GmbH")

    found = company(desk, BEN)
    assert found is not None
    assert (found.name, found.notes, found.domains) == (
        "Work GmbH",
        "Pays late.",
        ("work.example",),
    )
    for _ in range(4):
        perform("undo", desk.context)
    assert dump(desk.db) == before


def test_undo_leaves_what_a_colleague_wrote_of_a_company(desk: Desk) -> None:
    do(desk, BEN, "company", company="Work Ltd")
    do(desk, BEN, "company-notes", notes="Pays late.")
    do(Desk(desk.db, agent="jonas"), BEN, "company-notes", notes="Pays in time.")

    with pytest.raises(ActionError, match="jonas has since changed Work Ltd"):
        perform("undo", desk.context)

    found = company(desk, BEN)
    assert found is not None
    assert found.notes == "Pays in time."


@pytest.mark.parametrize(
    ("action", "args", "sentence"),
    [
        ("timezone", {"zone": "Berlin-ish"}, "'Berlin-ish' is no time zone"),
        ("timezone", {"zone": "../../etc/passwd"}, "is no time zone"),
        ("language", {"languages": "german!"}, "'german!' is no language"),
        ("tag", {"tags": 'a"b'}, "is no tag"),
        ("field", {"field": "forty-two"}, "needs a name and a value"),
        ("newsletter", {"wanted": "perhaps"}, "neither 'yes', 'no' nor 'unknown'"),
        ("vip", {"vip": "very"}, "neither 'yes' nor 'no'"),
        ("company-notes", {"notes": "x"}, "Ada is with no company"),
        ("company-domains", {"domains": "x"}, "Ada is with no company"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_sentence(
    desk: Desk, action: str, args: dict[str, str], sentence: str
) -> None:
    before = dump(desk.db)

    with pytest.raises(ActionError, match=sentence):
        do(desk, ADA, action, **args)

    assert dump(desk.db) == before


def test_a_domain_of_everybody_or_of_another_company_is_refused(desk: Desk) -> None:
    do(desk, BEN, "company", company="Work Ltd")
    do(desk, BEN, "company-domains", domains="work.example")
    do(desk, ADA, "company", company="Okafor")

    with pytest.raises(ActionError, match="no company's"):
        do(desk, ADA, "company-domains", domains="gmail.com")
    with pytest.raises(Conflict, match="example belongs to Work Ltd already"):
        do(desk, ADA, "company-domains", domains="work.example")
    with pytest.raises(ActionError, match="There is a company Work Ltd already"):
        do(desk, ADA, "company-name", name="work ltd")
    do(desk, WORK, "vip")
    with pytest.raises(ActionError, match="belongs to Work Ltd by a mail address"):
        do(desk, WORK, "company", company="none")


def test_nothing_to_do_is_said(desk: Desk) -> None:
    do(desk, ADA, "tag", tags="press")

    assert do(desk, ADA, "tag", tags="PRESS") == "Nothing to do: already tagged +press."
    assert do(desk, ADA, "company", company="none") == "Nothing to do: there is no company."
