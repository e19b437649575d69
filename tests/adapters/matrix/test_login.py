"""How an account gets in, and what it says when it does not."""

import pytest

from agent_tui.adapters.contract import AccountProblem, Refused, Severity
from agent_tui.adapters.matrix import MatrixAdapter
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.stand import Fault
from agent_tui.testing.stands.matrix import MatrixStand
from agent_tui.testing.stands.matrix_world import US
from tests.adapters.matrix.desk import Desk

BY_PASSWORD = {"access_token": None, "password": {"env": "PASSWORD"}}


async def test_a_password_logs_in_as_the_same_device_each_time(stand: MatrixStand) -> None:
    for _ in range(2):
        desk = Desk(stand, **BY_PASSWORD)
        await desk.pull()
        await desk.close()
    first, second = stand.server.logins
    assert first["device_id"] == second["device_id"] != ""
    assert first["identifier"] == {"type": "m.id.user", "user": US}


async def test_nothing_is_asked_before_the_first_use(stand: MatrixStand) -> None:
    desk = Desk(stand, **BY_PASSWORD)
    await desk.close()
    assert stand.server.requests == []


async def test_a_lost_token_is_had_anew_with_a_password(stand: MatrixStand) -> None:
    desk = Desk(stand, password={"env": "PASSWORD"})
    await desk.stand.write("before")
    await desk.pull()
    stand.server.tokens.clear()
    await desk.stand.write("after")
    assert await desk.texts() == ["after"]
    assert len(stand.server.logins) == 1
    await desk.close()


async def test_who_is_thrown_out_again_at_once_does_not_knock_for_ever(stand: MatrixStand) -> None:
    desk = Desk(stand, **BY_PASSWORD)
    await desk.pull()
    stand.transport.play(Fault.NO_ENTRY, 1_000, lambda r: not r.url.path.endswith("/login"))
    for _ in range(8):
        with pytest.raises(AccountProblem):
            await desk.pull()
    assert len(stand.server.logins) <= 3
    await desk.close()


async def test_a_wrong_password_is_said_to_be_wrong(stand: MatrixStand) -> None:
    stand.server.password = "another"
    desk = Desk(stand, **BY_PASSWORD)
    with pytest.raises(AccountProblem, match="refused the password"):
        await desk.pull()
    await desk.close()


async def test_a_token_without_a_password_cannot_be_had_anew(stand: MatrixStand) -> None:
    desk = Desk(stand)
    stand.server.tokens.clear()
    with pytest.raises(AccountProblem, match="access token"):
        await desk.pull()
    await desk.close()


async def test_a_token_of_somebody_else_is_noticed(stand: MatrixStand) -> None:
    desk = Desk(stand, address="@sales:shop.test")
    with pytest.raises(AccountProblem, match=f"is of {US}, not of @sales:shop.test"):
        await desk.pull()
    await desk.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"address": "support@shop.test"}, "no Matrix user"),
        ({"access_token": None}, "neither 'access_token' nor 'password'"),
        ({"homeserver": "http://matrix.shop.test"}, "not encrypted"),
        ({"homeserver": "matrix.shop.test"}, "no address"),
    ],
)
def test_settings_that_cannot_be_meant_are_named(
    stand: MatrixStand, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(AccountProblem, match=words):
        MatrixAdapter(stand.context(FakeClock(), **settings))


async def test_a_server_nearby_may_go_without_encryption(stand: MatrixStand) -> None:
    desk = Desk(stand, homeserver="http://127.0.0.1:8008/")
    assert await desk.texts() == []
    await desk.close()


async def test_doctor_counts_rooms_and_names_what_cannot_be_read(stand: MatrixStand) -> None:
    desk = Desk(stand, **BY_PASSWORD, invitations="none")
    for room, encrypted in (("!a:shop.test", True), ("!b:shop.test", False)):
        stand.server.open(room, "@ann:shop.test", encrypted=encrypted)
        stand.server.enter(room, US)
    stand.room("waiting")
    found = {one.what: one for one in await desk.adapter.check()}
    assert found["Rooms"].detail == "in 2"
    assert found["Encryption"].detail.startswith("1 of them end-to-end encrypted")
    assert found["Encryption"].severity is Severity.WARNING
    assert found["Invitations"].detail.startswith("1 not accepted")
    await desk.close()


async def test_doctor_leaves_the_engines_log_in_alone(stand: MatrixStand) -> None:
    desk = Desk(stand, **BY_PASSWORD)
    await desk.pull()
    await desk.adapter.check()
    first, second = stand.server.logins
    assert first["device_id"] != second["device_id"]
    assert "token-2" not in stand.server.tokens, "the check left a log-in behind"
    await desk.stand.write("still here")
    assert await desk.texts() == ["still here"]
    await desk.close()


async def test_doctor_says_what_is_wrong(stand: MatrixStand) -> None:
    desk = Desk(stand)
    stand.server.tokens.clear()
    found = await desk.adapter.check()
    assert [one.severity for one in found] == [Severity.OK, Severity.ERROR]
    assert "access token" in found[1].detail
    await desk.close()


async def test_refusals_carry_the_servers_words(desk: Desk) -> None:
    await desk.stand.write("hello")
    await desk.pull()
    with pytest.raises(Refused, match="not in room"):
        await desk.send("!elsewhere:shop.test", "hi")
