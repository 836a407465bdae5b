"""Files of members: in options of commands, in forms, in messages; a bot gets them as Discord gives them."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from contract import DOCUMENT, faults_of, schema_faults
from filing import filing
from gateway_events import EVENTS
from hosting import Attached, Bot, Member
from jsonschema import Draft202012Validator
from PIL import Image

from bot.playground import files as kept_files
from bot.playground.acts import ActError
from bot.playground.api_errors import ApiError
from bot.playground.files import MAX_FILE_BYTES, tame
from bot.playground.limits import check_modal
from bot.playground.rest import Exchange
from bot.playground.server import Playground

SHEET = Attached("Week 3.csv", b"question,answer\n2 + 2,4\n")


def painted(kind: str, width: int = 37, height: int = 21, **how: Any) -> bytes:
    """A picture's bytes."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind, **how)
    return out.getvalue()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


@pytest.fixture
async def taker(playground: Playground, tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot that takes files."""
    async with filing(playground, tmp_path) as running:
        yield running


@pytest.fixture
def heard(taker: Bot, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The interactions that the bot gets."""
    found: list[dict[str, Any]] = []
    dispatch = taker.playground.interactions._dispatch

    def note(event: str, data: dict[str, Any]) -> bool:
        found.append(data)
        return dispatch(event, data)

    monkeypatch.setattr(taker.playground.interactions, "_dispatch", note)
    return found


async def test_a_bot_fetches_the_files_that_a_command_was_given(taker: Bot, heard: list):
    exchanges: list[Exchange] = []
    taker.playground.rest.record = exchanges.append
    picture = painted("PNG")
    shown = await Member(taker.playground).command("take", file=SHEET, picture=Attached("bee.png", picture))
    assert shown["content"].splitlines() == [
        f"Week_3.csv · {len(SHEET.data)} bytes · text/csv · no picture · {digest(SHEET.data)}",
        f"bee.png · {len(picture)} bytes · image/png · 37x21 · {digest(picture)}",
    ]
    sheet, bee = heard[0]["data"]["resolved"]["attachments"].values()
    assert [option["value"] for option in heard[0]["data"]["options"]] == [sheet["id"], bee["id"]]
    assert sheet["ephemeral"] is True
    assert sheet["title"] == "Week 3"
    assert sheet["url"].startswith(taker.playground.api_url.removesuffix("/api/v10") + "/")
    assert "/Week_3.csv?ex=" in sheet["url"]
    described = DOCUMENT["components"]["schemas"]["MessageAttachmentResponse"]
    assert [fault for one in (sheet, bee) for fault in schema_faults(described, one)] == []
    assert list(Draft202012Validator(EVENTS["INTERACTION_CREATE"]).iter_errors(heard[0])) == []
    assert [fault for exchange in exchanges for fault in faults_of(exchange)] == []


async def test_a_form_takes_files_and_says_of_whom(taker: Bot, heard: list):
    ada = Member(taker.playground)
    opened, form = await ada.form_of("hand_in")
    handed = await ada.submit(opened, form, note="two of them", work=SHEET)
    assert handed["content"].startswith("Week_3.csv · ")
    assert [one["filename"] for one in heard[-1]["data"]["resolved"]["attachments"].values()] == ["Week_3.csv"]


async def test_a_message_brings_its_files_to_the_commands_in_its_menu(taker: Bot):
    ada, grace = Member(taker.playground), Member(taker.playground, 1)
    photo = painted("JPEG")
    said = ada.say("", SHEET, Attached("a bee.jpg", photo))
    assert [one["url"].split("/")[-3] for one in said["attachments"]] == [ada.channel_id] * 2
    assert not [one for one in said["attachments"] if "ephemeral" in one]
    told = (await grace.on_message("Take its files", said))["content"]
    assert told.splitlines()[1] == f"a_bee.jpg · {len(photo)} bytes · image/jpeg · 37x21 · {digest(photo)}"


async def test_every_command_in_a_messages_menu_gets_the_whole_message(taker: Bot):
    ada = Member(taker.playground)
    said = ada.say("```py\nprint(1)\n```" + "x" * 1982)
    assert (await ada.on_message("Count its letters", said))["content"] == "2000 letters, 1 blocks"
    assert (await ada.on_message("Take its files", said))["content"] == "No files"


async def upload(playground: Playground, name: str, data: bytes, member: str | None = None) -> tuple[int, Any]:
    """Upload as the page does; the status and the answer."""
    query = {"as": member or next(iter(playground.world.members)), "name": name}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{playground.address}upload", params=query, data=io.BytesIO(data)) as answer,
    ):
        return answer.status, await answer.json()


async def test_the_page_uploads_a_file_and_whoever_has_its_address_gets_it_back(playground: Playground):
    status, attachment = await upload(playground, "notes.html", b"<script>alert(1)</script>")
    assert (status, attachment["size"], attachment["content_type"]) == (200, 25, "text/html; charset=utf-8")
    async with aiohttp.ClientSession() as session, session.get(attachment["url"]) as fetched:
        assert await fetched.read() == b"<script>alert(1)</script>"
        assert fetched.headers["Content-Disposition"] == "attachment"  # never a page of ours
        assert fetched.content_type == "application/octet-stream"


async def test_a_file_that_is_too_large_has_no_name_or_comes_from_nobody_is_refused_in_a_sentence(
    playground: Playground,
):
    assert (await upload(playground, "most.bin", bytes(MAX_FILE_BYTES)))[0] == 200
    assert await upload(playground, "more.bin", bytes(MAX_FILE_BYTES + 1)) == (
        400,
        {"error": "This file is too large. Choose one of at most 10 MB."},
    )
    assert "needs a name" in (await upload(playground, " ", b"x"))[1]["error"]
    assert "has left the server" in (await upload(playground, "a.txt", b"x", "5"))[1]["error"]


COMMAND = {
    "id": "77",
    "name": "take",
    "description": "t",
    "type": 1,
    "options": [{"name": "file", "type": 11, "description": "f", "required": True}],
}


async def test_a_file_of_somebody_else_and_one_that_has_gone_are_refused(
    playground: Playground, monkeypatch: pytest.MonkeyPatch
):
    acts, (ada, grace, _linus) = playground.acts, playground.world.members
    playground.world.commands = [COMMAND]
    here = next(iter(playground.world.channels))
    monkeypatch.setattr(kept_files, "KEPT_BYTES", 10_000)
    monkeypatch.setattr(playground.interactions, "_dispatch", lambda _event, _data: True)

    def run(member: str, value: Any) -> Any:
        options = [{"name": "file", "type": 11, "value": value}]
        return acts.run_command(member, here, "77", options, lambda _state, _details: None)

    first = acts.upload(ada, "a.txt", b"a" * 5_000)["id"]
    run(ada, first)
    for member, value in ((grace, first), (ada, "5"), (ada, "../x")):
        with pytest.raises(ActError, match="no longer has this file"):
            run(member, value)
    with pytest.raises(ActError, match="file should be a file"):
        run(ada, 5)
    second = acts.upload(ada, "b.txt", b"b" * 5_000)["id"]
    with pytest.raises(ActError, match="no longer has this file"):
        acts.say(ada, here, "look", [first])
    run(ada, second)
    with pytest.raises(ActError, match="10 files at most"):
        acts.say(ada, here, "look", [second] * 11)


@pytest.mark.parametrize(
    ("kind", "how"), [("PNG", {}), ("JPEG", {}), ("GIF", {}), ("WEBP", {}), ("WEBP", {"lossless": True})]
)
async def test_a_picture_is_known_by_its_first_bytes_and_has_its_size(playground: Playground, kind: str, how: dict):
    for width, height in ((37, 21), (700, 300)):
        attachment = (await upload(playground, "without-ending", painted(kind, width, height, **how)))[1]
        assert attachment["content_type"] == f"image/{kind.lower()}"
        assert (attachment["width"], attachment["height"]) == (width, height)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_a_picture_cut_short_anywhere_is_a_file_without_a_size_or_has_its_own(playground: Playground, kind: str):
    whole = painted(kind)
    for length in range(1, 60):
        attachment = playground.acts.upload(next(iter(playground.world.members)), "a.png", whole[:length])
        assert (attachment.get("width", 37), attachment.get("height", 21)) in ((37, 21), (0, 0))
    assert attachment["size"] == 59


async def test_what_is_called_a_picture_and_is_none_is_a_file(playground: Playground):
    attachment = (await upload(playground, "bee.png", b"<svg onload=alert(1)>"))[1]
    assert attachment["content_type"] == "application/octet-stream"
    assert "width" not in attachment


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Week 3 (final).csv", "Week_3_final.csv"),
        ("Übung.yaml", "Ubung.yaml"),
        ("テスト.csv", "file.csv"),
        ("../../etc/passwd", "passwd"),
        (".", "file."),
        (".env", "file.env"),
        ("no ending", "no_ending"),
        ("x" * 300 + ".txt", "x" * 200 + ".txt"),
    ],
)
def test_a_files_name_is_kept_as_discord_keeps_it(name: str, kept: str):
    assert tame(name) == kept


def test_a_form_that_asks_for_eleven_files_is_refused():
    def form(**how: int) -> dict[str, Any]:
        part = {"type": 19, "custom_id": "work", **how}
        return {"title": "t", "custom_id": "c", "components": [{"type": 18, "label": "l", "component": part}]}

    check_modal(form(min_values=0, max_values=10))
    for how in ({"max_values": 11}, {"min_values": -1}, {"max_values": 0}):
        with pytest.raises(ApiError):
            check_modal(form(**how))
