"""Recorded exchanges hold no secret and play as they were."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.testing.recording import MASKED, Mask, NotRecorded, Recorder, Replay

TOKEN = "12:very-secret"
MASK = Mask(secrets=(TOKEN,))


def provider(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/photo"):
        return httpx.Response(200, content=b"\xff\x00", headers={"Content-Type": "image/png"})
    said = {"asked": request.url.path, "access_token": "fresh", "deep": [{"password": "p"}]}
    return httpx.Response(200, json=said, headers={"Date": "today"})


def client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url=f"https://bot.example/bot{TOKEN}")


async def recorded(path: Path) -> None:
    recorder = Recorder(httpx.MockTransport(provider), MASK)
    async with client(recorder) as http:
        await http.post("/log-in", json={"user": "ada", "password": "hunter2", "key": TOKEN})
        await http.get(
            "/me", params={"token": "my-token", "page": 1}, headers={"Authorization": TOKEN}
        )
        await http.get("/photo")
    recorder.save(path)


async def test_no_secret_is_written_down(tmp_path: Path) -> None:
    await recorded(tmp_path / "talk.json")
    written = (tmp_path / "talk.json").read_text()
    assert MASKED in written
    for secret in (TOKEN, "hunter2", "fresh", "Authorization", "my-token"):
        assert secret not in written


async def test_a_recording_plays_as_it_was(tmp_path: Path) -> None:
    await recorded(tmp_path / "talk.json")
    replay = Replay(tmp_path / "talk.json", MASK)
    async with client(replay) as http:
        login = {"user": "ada", "password": "another", "key": TOKEN}
        assert (await http.post("/log-in", json=login)).json()["access_token"] == MASKED
        assert (await http.get("/me", params={"page": 1, "token": "u"})).is_success
        assert (await http.get("/photo")).content == b"\xff\x00"
    assert not replay.left


@pytest.mark.parametrize(
    ("method", "path", "how"),
    [
        ("GET", "/me", {}),
        ("POST", "/log-in", {"json": {"user": "eve", "password": "x", "key": TOKEN}}),
        ("DELETE", "/log-in", {}),
    ],
)
async def test_another_request_is_refused_with_what_was_expected(
    tmp_path: Path, method: str, path: str, how: dict[str, Any]
) -> None:
    await recorded(tmp_path / "talk.json")
    async with client(Replay(tmp_path / "talk.json", MASK)) as http:
        with pytest.raises(NotRecorded, match=r"is not recorded; next is POST .*log-in"):
            await http.request(method, path, **how)


async def test_without_order_each_answer_is_given_once(tmp_path: Path) -> None:
    await recorded(tmp_path / "talk.json")
    async with client(Replay(tmp_path / "talk.json", MASK, strict=False)) as http:
        assert (await http.get("/photo")).is_success
        with pytest.raises(NotRecorded, match="2 are left"):
            await http.get("/photo")


async def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "talk.json").write_text('[{"url": "x"}]')
    with pytest.raises(ValueError, match="no recording"):
        Replay(tmp_path / "talk.json")
