"""The workbench over HTTP: who may call it, what it tells of a question, and what it writes."""

import asyncio
import json
import os
import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from calling import Caller

from bot.demos.registry import DEMOS
from bot.packs.loading import read_pack
from bot.settings import CHECKOUT
from bot.workbench.playing import Playing
from bot.workbench.server import Workbench

COLONY = "questions/colony.yaml"


async def opened(bench, file=COLONY, index=0):
    return await bench.call("open", file=file, index=index)


async def next_tree(lines) -> dict:
    """The next course that the page is told of."""
    async for line in lines:
        if line.startswith(b"data: "):
            return json.loads(line[6:])
    raise AssertionError("the page is told no more")


async def test_only_its_own_page_is_answered(bench):
    address, session = bench.workbench.address, bench.session
    async with session.get(address) as page:
        assert page.status == 200
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    async with session.get(address, headers={"Host": "evil.example"}) as foreign:
        assert foreign.status == 403
    call = f"{address}call/save"
    async with session.post(call, json={}, headers={"Origin": "http://evil.example"}) as foreign:
        assert foreign.status == 403
    async with session.get(f"http://{bench.workbench.host}/wrong-secret/") as guessed:
        assert guessed.status == 404
    for path in ("bench/../../../pyproject.toml", "page/%2e%2e/server.py", "pictures/..%2fpack.yaml", "export/exe"):
        async with session.get(f"{address}{path}") as outside:
            assert outside.status == 404


async def test_a_fault_is_told_at_its_field_and_the_message_is_drawn(bench):
    fields = (await opened(bench))["fields"]
    sound = await bench.call("check", file=COLONY, index=0, fields=fields)
    assert sound["faults"] == []
    assert not sound["changed"]
    assert {"asked", "round", "reveal", "reasons-0"} <= sound["views"].keys()
    assert "Who lays the eggs" in json.dumps(sound["views"]["asked"])
    fields["options"][1]["text"] = ""
    fields["explanation"] = ""
    found = await bench.call("check", file=COLONY, index=0, fields=fields)
    assert {one["field"] for one in found["faults"]} == {"options.1.text", "explanation"}
    assert {one["level"] for one in found["faults"]} == {"left out"}


async def test_what_is_not_finished_is_shown_as_far_as_it_goes(bench):
    blank = (await bench.call("blank", section="colony", form="choice"))["fields"]
    blank |= {"stem": "Which colour is honey?"}
    blank["options"] = [{"text": text, "right": False, "why": "", "misconception": ""} for text in ("Gold", "Blue")]
    found = await bench.call("check", file=COLONY, index=None, fields=blank)
    assert "Which colour is honey?" in json.dumps(found["views"]["asked"])
    assert "reveal" not in found["views"]
    blank["options"][0]["right"] = True
    found = await bench.call("check", file=COLONY, index=None, fields=blank)
    assert "reveal" in found["views"]
    assert {one["field"] for one in found["faults"]} == {"explanation", "source"}


async def test_an_id_that_another_question_has_is_a_fault(bench):
    fields = (await opened(bench))["fields"]
    other = (await opened(bench, index=1))["fields"]["id"]
    fields["id"] = other
    found = await bench.call("check", file=COLONY, index=0, fields=fields)
    assert [one["expected"] for one in found["faults"]] == [f"an id of its own; {other} is taken"]


async def test_saving_changes_the_line_of_the_value_and_no_other(bench):
    path = bench.folder / COLONY
    path.write_bytes(b"# Mine.\n" + path.read_bytes())
    before = path.read_text("utf-8").splitlines()
    found = await until_fresh(bench, lambda one: one["line"] > 2)
    fields = found["fields"]
    fields["stem"] = "Who lays all of the eggs?"
    saved = await bench.call("save", file=COLONY, index=0, fields=fields, base=found["source"])
    assert saved == {"index": 0, "conflict": False, "theirs": None}
    after = path.read_text("utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in changed] == ["    stem: Who lays all of the eggs?"]
    assert not list(path.parent.glob(".*.new"))


async def until_fresh(bench, holds, **place):
    """The question as soon as the workbench has read the file as the test wrote it."""
    async with asyncio.timeout(60), bench.events() as response:
        await next_tree(response.content)
        while not holds(found := await opened(bench, **place)):
            await next_tree(response.content)
        return found


async def test_a_file_that_was_changed_meanwhile_is_shown_and_not_overwritten(bench):
    path = bench.folder / COLONY
    found = await opened(bench)
    theirs = path.read_text("utf-8").replace("Who lays the eggs", "Which bee lays the eggs")
    path.write_text(theirs, "utf-8")
    fields = {**found["fields"], "explanation": "Mine."}
    saved = await bench.call("save", file=COLONY, index=0, fields=fields, base=found["source"])
    assert saved["conflict"]
    assert "Which bee lays the eggs" in saved["theirs"]["source"]
    assert path.read_text("utf-8") == theirs
    again = await bench.call("save", file=COLONY, index=0, fields=fields, base=saved["theirs"]["source"])
    assert not again["conflict"]
    assert "Mine." in path.read_text("utf-8")


async def test_a_change_elsewhere_in_the_file_stays(bench):
    path = bench.folder / COLONY
    found = await opened(bench, index=1)
    before = path.read_text("utf-8")
    first = before.index("  - id: ")
    added = "  - id: new-one\n    section: colony\n    stem: New?\n    options: [a1, b1]\n    answer: a1\n\n"
    path.write_text(before[:first] + added + before[first:], "utf-8")
    fields = {**found["fields"], "explanation": "Mine."}
    saved = await bench.call("save", file=COLONY, index=1, fields=fields, base=found["source"])
    assert saved["index"] == 2
    after = path.read_text("utf-8")
    assert added in after
    assert "explanation: Mine." in after


async def test_a_file_that_is_no_yaml_at_the_moment_is_left_alone(bench):
    path = bench.folder / COLONY
    found = await opened(bench)
    path.write_text("questions:\n  - stem: [", "utf-8")
    saved = await bench.call("save", file=COLONY, index=0, fields=found["fields"], base=found["source"])
    assert "What you typed is still here" in saved["problem"]
    assert path.read_text("utf-8") == "questions:\n  - stem: ["


async def test_a_new_question_goes_to_the_end_and_can_be_deleted(bench):
    path = bench.folder / COLONY
    before = path.read_bytes()
    fields = (await bench.call("blank", section="colony", form="typed"))["fields"]
    fields |= {"stem": "What do bees make?", "accepted": ["honey"], "explanation": "From nectar.", "source": "A book"}
    saved = await bench.call("save", file=COLONY, index=None, fields=fields, base="")
    assert path.read_bytes().startswith(before.rstrip(b"\n"))
    loaded = read_pack(bench.folder)
    assert loaded.pack
    assert any(question.stem == "What do bees make?" for question in loaded.pack.questions)
    there = await opened(bench, index=saved["index"])
    await bench.call("remove", file=COLONY, index=saved["index"], base=there["source"])
    assert path.read_bytes() == before


async def test_the_first_question_makes_its_file(bench):
    fields = (await bench.call("blank", section="colony", form="order"))["fields"]
    fields |= {"stem": "Put them in order:", "items": ["egg", "larva", "pupa"], "explanation": "So.", "source": "Mine"}
    await bench.call("save", file="questions/mine.yaml", index=None, fields=fields, base="")
    assert "items: [egg, larva, pupa]" in (bench.folder / "questions/mine.yaml").read_text("utf-8")
    refused = await bench.call("save", file="../outside.yaml", index=None, fields=fields, base="")
    assert "problem" in refused
    assert not (bench.folder.parent / "outside.yaml").exists()


@pytest.mark.skipif(os.name == "nt", reason="links and modes as POSIX has them")
async def test_a_link_stays_a_link_and_keeps_who_may_read_it(bench, tmp_path):
    path, target = bench.folder / COLONY, tmp_path / "elsewhere.yaml"
    target.write_bytes(path.read_bytes())
    target.chmod(0o640)
    path.unlink()
    path.symlink_to(target)
    found = await opened(bench)
    await bench.call("save", file=COLONY, index=0, fields={**found["fields"], "source": "Linked"}, base=found["source"])
    assert path.is_symlink()
    assert "Linked" in target.read_text("utf-8")
    assert target.stat().st_mode & 0o777 == 0o640


async def test_the_page_is_told_when_a_file_was_changed(bench):
    async with asyncio.timeout(60), bench.events() as response:
        first = await next_tree(response.content)
        assert first["questions"] == 13
        path = bench.folder / "questions/year.yaml"
        path.write_text(path.read_text("utf-8").replace("options:", "optoins:", 1), "utf-8")
        told = await next_tree(response.content)
        while not told["faults"]:
            told = await next_tree(response.content)
        assert told["faults"][0]["file"] == "questions/year.yaml"
        assert 'did you mean "options"?' in told["faults"][0]["expected"]


async def test_the_whole_course_is_checked_with_what_is_being_typed(bench):
    async with asyncio.timeout(60), bench.events() as response:
        await next_tree(response.content)
        fields = (await opened(bench))["fields"] | {"stem": ""}
        await bench.call("check", file=COLONY, index=0, fields=fields)
        told = await next_tree(response.content)
        assert [(one["file"], one["question"], one["field"]) for one in told["faults"]] == [(COLONY, 0, "stem")]
    assert read_pack(bench.folder).faults == []


async def test_a_page_and_a_term_are_drawn_as_learners_see_them(bench):
    page = await bench.call("view", section="colony", page=0)
    assert "One queen, many workers" in json.dumps(page["view"])
    gone = await bench.call("view", section="colony", page=7)
    assert gone["gone"]


async def test_a_picture_of_the_course_and_an_emoji_are_served(bench):
    fields = await opened(bench, "questions/flowers.yaml", 2)
    found = await bench.call("check", file="questions/flowers.yaml", index=2, fields=fields["fields"])
    shown = json.dumps(found["views"]["asked"])
    address = shown.partition('"url": "')[2].partition('"')[0]
    assert address.startswith("pictures/picture-")
    async with bench.session.get(f"{bench.workbench.address}{address}") as picture:
        assert picture.headers["Content-Type"] == "image/png"
        assert (await picture.read()).startswith(b"\x89PNG")
    number = shown.partition("<:letter_a:")[2].partition(">")[0]
    async with bench.session.get(f"{bench.workbench.address}emojis/{number}.png") as emoji:
        assert emoji.status == 200


async def test_questions_are_imported_with_a_report_and_exported_again(bench):
    gift = b"::Wax::What is a comb made of? {=wax ~honey ~wood}\n\nNo answer here {"
    async with bench.session.post(
        f"{bench.workbench.address}import?name=extra.gift&section=Finding%20flowers", data=gift
    ) as response:
        report = (await response.json())["lines"]
    assert report[0].startswith("extra.gift (gift): 1 imported")
    assert "left out" in report[0]
    assert "comb made of" in (bench.folder / "questions/extra.yaml").read_text("utf-8")
    async with bench.session.get(f"{bench.workbench.address}export/zip") as response:
        assert 'filename="bees.zip"' in response.headers["Content-Disposition"]
        names = zipfile.ZipFile(BytesIO(await response.read())).namelist()
    assert any(name.endswith("pack.yaml") for name in names)
    async with bench.session.post(f"{bench.workbench.address}import?name=x.bin", data=b"\x00\x01") as response:
        assert "problem" in await response.json()


async def test_a_new_course_is_made_from_the_example_or_empty(bench):
    made = await bench.call("new", title="Friday quiz", example=True)
    loaded = read_pack(Path(made["folder"]))
    assert loaded.pack
    assert (loaded.pack.head.title, loaded.pack.id, len(loaded.pack.questions)) == ("Friday quiz", "friday-quiz", 13)
    assert Path(made["folder"]).parent == bench.folder.parent
    again = await bench.call("new", title="Friday quiz", example=False)
    assert "is there already" in again["problem"]
    empty = await bench.call("new", title="日本語", example=False)
    loaded = read_pack(Path(empty["folder"]))
    assert loaded.pack
    assert [question.answer for question in loaded.pack.questions] == ["4"]


async def test_what_the_page_never_sends_is_refused_in_a_sentence(bench):
    for name, asked in (("save", {"file": COLONY}), ("check", {"file": COLONY, "index": 0, "fields": 3}), ("open", {})):
        found = await bench.call(name, **asked)
        assert found["problem"]
    gone = await bench.call("open", file="questions/none.yaml", index=0)
    assert gone["gone"]


async def test_a_proof_is_run_and_told(tmp_path):
    folder = tmp_path / "proven"
    shutil.copytree(CHECKOUT / "content" / "python-concurrency", folder)
    playing = Playing(tmp_path / "data")
    made = Workbench(folder, playing, example=None, demo_ids=DEMOS)
    async with made as running, aiohttp.ClientSession() as session:
        bench = Caller(running, session, folder)
        file = "questions/threads.yaml"
        found = await opened(bench, file, 1)
        fields = found["fields"]
        [holds] = (await bench.call("prove", file=file, index=1, fields=fields))["proved"]
        assert holds == {
            "what": "The proof",
            "holds": True,
            "printed": "MainThread\n",
            "wanted": "MainThread\n",
            "trouble": "",
        }
        fields["proof"]["prints"] = "helper\n"
        [refuted] = (await bench.call("prove", file=file, index=1, fields=fields))["proved"]
        assert (refuted["holds"], refuted["printed"]) == (False, "MainThread\n")
        fields["code"] = 'import os\nprint(os.environ.get("DISCORD_TOKEN"), "STUDYHALL_DATA_DIR" in os.environ)\n1 / 0'
        [failed] = (await bench.call("prove", file=file, index=1, fields=fields))["proved"]
        assert failed["printed"] == "None False\n"
        assert "ZeroDivisionError" in failed["trouble"]


async def test_a_proven_course_is_listed_whole_while_one_question_has_a_fault(tmp_path):
    folder = tmp_path / "proven"
    shutil.copytree(CHECKOUT / "content" / "python-concurrency", folder)
    made = Workbench(folder, Playing(tmp_path / "data"), example=None, demo_ids=DEMOS)
    async with made as running, aiohttp.ClientSession() as session:
        bench = Caller(running, session, folder)
        async with asyncio.timeout(60), bench.events() as response:
            before = await next_tree(response.content)
            fields = (await opened(bench, "questions/threads.yaml", 0))["fields"] | {"stem": ""}
            await bench.call("check", file="questions/threads.yaml", index=0, fields=fields)
            after = await next_tree(response.content)
    assert after["faults"]
    listed = ("sections", "terms", "misconceptions", "topics")
    assert [len(after[name]) for name in listed] == [len(before[name]) for name in listed]
    assert [one["title"] for one in after["sections"]] == [one["title"] for one in before["sections"]]
    assert all(one["pages"] for one in after["sections"])


async def test_a_question_of_a_proven_course_is_written_with_all_that_it_promises(tmp_path):
    folder = tmp_path / "proven"
    shutil.copytree(CHECKOUT / "content" / "python-concurrency", folder)
    made = Workbench(folder, Playing(tmp_path / "data"), example=None, demo_ids=DEMOS)
    async with made as running, aiohttp.ClientSession() as session:
        bench = Caller(running, session, folder)
        file = "questions/threads.yaml"
        like = (await opened(bench, file, 0))["fields"]
        fields = (await bench.call("blank", section="threads", form="choice"))["fields"]
        fields |= {name: like[name] for name in ("options", "explanation", "source", "topic")}
        fields |= {"id": "mine", "family": "mine", "stem": "Which of these do two threads of a process share?"}
        assert [
            one["expected"] for one in (await bench.call("check", file=file, index=None, fields=fields))["faults"]
        ] == []
        saved = await bench.call("save", file=file, index=None, fields=fields, base="")
        text = (await opened(bench, file, saved["index"]))["source"]
    keys = re.findall(r"^(?:  - |    )(\w+):", text, re.MULTILINE)
    assert keys[:7] == ["id", "section", "topic", "kind", "difficulty", "core", "family"]
    loaded = read_pack(folder, DEMOS)
    assert loaded.faults == []
    assert loaded.pack
    assert any(question.id == "mine" for question in loaded.pack.questions)


async def test_what_a_page_that_was_closed_had_not_saved_is_forgotten(bench):
    async with asyncio.timeout(60), bench.events() as response:
        await next_tree(response.content)
        fields = (await opened(bench))["fields"] | {"stem": ""}
        await bench.call("check", file=COLONY, index=0, fields=fields)
        assert (await next_tree(response.content))["faults"]
    await bench.call("courses")
    async with asyncio.timeout(60), bench.events() as response:
        assert (await next_tree(response.content))["faults"] == []
