"""What the workbench does with a course: it follows its files, checks drafts, saves, and tells the page what has changed."""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any, NamedTuple

from bot.errors import StudyhallError
from bot.facts import said
from bot.packs.files import stamps_of
from bot.packs.loading import Loaded
from bot.packs.shorthand import made_id
from bot.packs.yaml_files import YamlFile, read_text
from bot.packs.yaml_mending import rewritten
from bot.packs.yaml_writing import inline, item
from bot.workbench.course import (
    QUESTIONS,
    Course,
    SeenPictures,
    Sketch,
    entries_of,
    fault_json,
    read_course,
    tree_of,
)
from bot.workbench.fields import ORDER, Entry, Fields, entry_of, fields_of
from bot.workbench.previews import Previews
from bot.workbench.saving import ChangedMeanwhileError, replace_file

LOOK_SECONDS = 0.4
"""So often it is looked whether a file was changed."""
SETTLE_SECONDS = 0.5
"""So long nobody may have typed before the whole course is checked with what they typed."""
_NEW_FILE = re.compile(rf"{QUESTIONS}/[a-z0-9]+(-[a-z0-9]+)*\.yaml")
BOM = b"\xef\xbb\xbf"


class OpenQuestion(NamedTuple):
    """A question as the form shows it, its lines in the file, and the number of its first one."""

    fields: Fields
    source: str
    line: int


class Saved(NamedTuple):
    """Where a question stands now; or, where it was changed meanwhile, what it is there (None: it is gone)."""

    place: int | None
    conflict: bool = False
    theirs: OpenQuestion | None = None


class Bench:
    """One course on the bench.

    What takes its time (reading, checking, drawing) is done in threads, and the whole course by one of them at a time.
    """

    def __init__(self, folder: Path, demo_ids: Collection[str], pictures_at: str) -> None:
        self.folder = folder
        self._demo_ids = demo_ids
        self._pictures_at = pictures_at
        self._pictures = SeenPictures()
        self._course: Course | None = None
        self._whole: Loaded | None = None
        self._draft: Sketch | None = None
        self._shown: dict[str, bytes] = {}
        self._told: set[asyncio.Queue[dict[str, Any]]] = set()
        self._wake = asyncio.Event()
        self._reading = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read the course, and follow its files from now on."""
        await self._read()
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._check_whole())]

    async def close(self) -> None:
        """Follow no longer."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def course(self) -> Course:
        """The course as it was read last. Raises StudyhallError where it can't be read."""
        if self._course is None:
            raise StudyhallError(
                said(f"The folder {self.folder} can't be read. Put it back, or start again with another.")
            )
        return self._course

    async def tree(self) -> dict[str, Any]:
        """The course as the page lists it."""
        course, whole = self.course, self._whole or self.course.loaded
        return await asyncio.to_thread(tree_of, course, whole)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """What has changed, for one page: the course as it is listed, again and again."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told.add(queue)
        try:
            yield await self.tree()
            while True:
                yield await queue.get()
        finally:
            self._told.discard(queue)
            if not self._told:  # nobody writes any more
                self._set_draft(None)

    def picture(self, key: str) -> bytes | None:
        """A picture of the course by its key."""
        found = self._course.loaded.pack if self._course else None
        file = found.pictures.get(key) if found else None
        return file.data if file else self._shown.get(key)

    # One question

    def open(self, file: str, index: int, base: str = "") -> tuple[int, OpenQuestion]:
        """A question for the form, and its place: that of the lines ``base``, where they are still there.

        Raises LookupError where it is gone.
        """
        course = self.course
        course.entry(file, index)
        bank = course.bank(file)
        assert isinstance(bank, YamlFile)
        place = _place_of(bank, index, base) if base else None
        return (index, _opened_of(bank, index)) if place is None else (place, _opened_of(bank, place))

    def blank(self, section: str, form: str) -> Fields:
        """What the form shows of a question that is still to be written."""
        course = self.course
        entry: Entry = {"section": section} if section else {}
        if not course.is_short:
            made = {"id": "", "topic": "", "kind": "recall", "difficulty": "medium", "core": "true", "family": ""}
            entry = {**made, **entry}
        fields = fields_of({name: value for name, value in entry.items() if value})
        fields["form"] = form
        if form in ("choice", "several"):
            fields["options"] = [{"text": "", "right": at == 0, "why": "", "misconception": ""} for at in range(4)]
        if form == "order":
            fields["items"] = ["", "", ""]
        return fields

    async def check(self, file: str, index: int | None, fields: Fields) -> dict[str, Any]:
        """The faults of a question as it is being written, and its messages; the whole course is checked with it next."""
        course = self.course
        draft = await asyncio.to_thread(self._drafted, course, file, index, fields)
        found = await asyncio.to_thread(self._checked, course, draft)
        unchanged = index is not None and draft.entry == course.entry(file, index)
        self._set_draft(None if unchanged else draft)
        return {**found, "changed": not unchanged}

    async def draft_for_proof(self, file: str, index: int | None, fields: Fields) -> Any:
        """The question as it is being written, or None where it has not the shape of one."""
        course = self.course
        draft = self._drafted(course, file, index, fields)
        return (await asyncio.to_thread(course.check, draft)).question

    def forget_draft(self) -> None:
        """Nothing is being written any more: a page that is opened now is told of the files alone."""
        self._set_draft(None)
        self._whole = self._course.loaded if self._course else None

    def _drafted(self, course: Course, file: str, index: int | None, fields: Fields) -> Sketch:
        before = course.entry(file, index) if index is not None else {}
        entry = entry_of(fields, before, short=course.is_short)
        if index is None:
            entry = {name: entry[name] for name in ORDER if name in entry}
        return Sketch(file, index, entry)

    def _checked(self, course: Course, draft: Sketch) -> dict[str, Any]:
        checked = course.check(draft)
        pictures = checked.pack.pictures if checked.pack else {}
        self._shown = {key: file.data for key, file in pictures.items()}
        views = {}
        if checked.question:
            at = {key: f"{self._pictures_at}{key}" for key in pictures}
            views = Previews(at).question(checked.question, checked.pack, sound=checked.sound)
        faults = [fault_json(fault, course) for fault in checked.faults]
        key = checked.question.key if checked.question else 0
        return {"faults": faults, "views": views, "sound": checked.sound, "key": key}

    async def view(self, section: str, page: int | None, term: str) -> list[dict[str, Any]]:
        """The message of a lesson's page or of a term. Raises LookupError."""
        pack = self.course.loaded.pack
        if pack is None:
            raise LookupError(section)
        previews = Previews({key: f"{self._pictures_at}{key}" for key in pack.pictures})
        return previews.term(pack, term) if page is None else previews.page(pack, section, page)

    # Saving

    async def save(self, file: str, index: int | None, fields: Fields, base: str) -> Saved:
        """Write a question into its file, where it still is as ``base`` has it; a new one goes to the end.

        Raises StudyhallError where the file can't be changed.
        """
        async with self._reading:
            saved = await asyncio.to_thread(self._save, file, index, fields, base)
        await self._read()
        self._set_draft(None)
        return saved

    def _save(self, file: str, index: int | None, fields: Fields, base: str) -> Saved:
        course = self.course
        if index is None and _is_new(self.folder, file):
            return self._save_first(file, fields)
        path = self._path(file)
        before, bank = self._bank_now(path, course.name_of(file))
        at = len(entries_of(bank)) if index is None else _place_of(bank, index, base)
        if at is None:
            there = index if index is not None and index < len(entries_of(bank)) else None
            return Saved(None, conflict=True, theirs=_opened_of(bank, there) if there is not None else None)
        was = bank.as_written((QUESTIONS, at)) if index is not None else {}
        entry = entry_of(fields, was, short=course.is_short)
        if index is None:
            entry = {name: entry[name] for name in ORDER if name in entry}
        try:
            text = rewritten(bank.text, (QUESTIONS, at), entry, order=ORDER, as_written=True)
        except ValueError:
            raise StudyhallError(
                said("This question holds a sign that no file can hold. Take it out, then save.")
            ) from None
        self._write(path, before, text)
        return Saved(at)

    def _save_first(self, file: str, fields: Fields) -> Saved:
        """Make a file of questions with this one in it."""
        entry = self._drafted(self.course, file, None, fields).entry
        path = self.folder / file
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8", newline="") as stream:
                stream.write(f"{QUESTIONS}:\n{item(entry, 2)}\n")
        except OSError as problem:
            raise StudyhallError(said(f"{file} can't be made ({problem.strerror}).")) from None
        return Saved(0)

    async def remove(self, file: str, index: int, base: str) -> Saved:
        """Take a question out of its file, where it still is as ``base`` has it. Raises StudyhallError."""
        async with self._reading:
            saved = await asyncio.to_thread(self._remove, file, index, base)
        await self._read()
        self._set_draft(None)
        return saved

    def _remove(self, file: str, index: int, base: str) -> Saved:
        path = self._path(file)
        before, bank = self._bank_now(path, self.course.name_of(file))
        at = _place_of(bank, index, base)
        if at is None:
            return Saved(None, conflict=True)
        if len(entries_of(bank)) == 1:
            raise StudyhallError(said(f"{file} needs at least one question. Delete the file itself instead."))
        rest = [one for place, one in enumerate(bank.as_written((QUESTIONS,))) if place != at]
        self._write(path, before, rewritten(bank.text, (QUESTIONS,), rest, order=ORDER, as_written=True))
        return Saved(at)

    def _path(self, file: str) -> Path:
        if file not in self.course.files.names.questions:
            raise StudyhallError(said(f"{file} is no longer one of this course's files. Reload the page."))
        return self.folder / file

    def _bank_now(self, path: Path, name: str) -> tuple[bytes, YamlFile]:
        try:
            before = path.read_bytes()
            text = before.removeprefix(BOM).decode()
        except (OSError, UnicodeDecodeError) as problem:
            raise StudyhallError(said(f"{name} can't be read now ({problem}). What you typed is still here.")) from None
        bank = read_text(text, name)
        if not isinstance(bank, YamlFile):
            raise StudyhallError(
                said(f"{bank[0]}. Mend that in your editor, then save again. What you typed is still here.")
            )
        return before, bank

    def _write(self, path: Path, before: bytes, text: str) -> None:
        lead = BOM if before.startswith(BOM) else b""
        try:
            replace_file(path, before, lead + text.encode())
        except ChangedMeanwhileError:
            raise StudyhallError(
                said(f"{path.name} was changed at this very moment. Look at it, then save again.")
            ) from None
        except OSError as problem:
            raise StudyhallError(
                said(f"{path.name} can't be written ({problem.strerror}). What you typed is still here.")
            ) from None

    # What goes on beside

    def _set_draft(self, draft: Sketch | None) -> None:
        if draft != self._draft:
            self._draft = draft
            self._wake.set()

    async def reread(self) -> None:
        """Read the course now."""
        await self._read()

    async def _read(self) -> None:
        async with self._reading:
            try:
                course = await asyncio.to_thread(read_course, self.folder, self._pictures, self._demo_ids)
            except OSError:
                self._course = None
                return
        self._course, self._whole = course, course.loaded
        self._wake.set()
        await self._tell()

    async def _tell(self) -> None:
        tree = await self.tree()
        for queue in self._told:
            queue.put_nowait(tree)

    async def _follow(self) -> None:
        """Read the course again whenever one of its files was changed."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._reading.locked():
                continue
            stamps = await asyncio.to_thread(stamps_of, self.folder)
            if self._course is None or stamps != self._course.stamps:
                await self._read()

    async def _check_whole(self) -> None:
        """Check the whole course with what is being written, once nobody types."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), SETTLE_SECONDS)
                continue
            course, draft = self._course, self._draft
            if course is None:
                continue
            try:
                whole = await asyncio.to_thread(course.check_all, draft)
            except (LookupError, ValueError):  # its file was changed meanwhile, and is being read
                continue
            if course is self._course and whole is not self._whole:
                self._whole = whole
                await self._tell()


def _is_new(folder: Path, file: str) -> bool:
    """Whether it is the name of a file of questions that a course may still get."""
    return bool(_NEW_FILE.fullmatch(file)) and not os.path.lexists(folder / file)


def _opened_of(bank: YamlFile, index: int) -> OpenQuestion:
    written = bank.as_written((QUESTIONS, index))
    fields = fields_of(written if isinstance(written, dict) else {})
    return OpenQuestion(fields, bank.source((QUESTIONS, index)), bank.fault((QUESTIONS, index), "").line)


def _place_of(bank: YamlFile, index: int, base: str) -> int | None:
    """Where a question stands now: where it was, or wherever the same lines are."""
    sources = [bank.source((QUESTIONS, place)) for place in range(len(entries_of(bank)))]
    if index < len(sources) and sources[index] == base:
        return index
    return sources.index(base) if base in sources else None


def new_course(parent: Path, title: str, example: Path | None) -> Path:
    """Make a folder with a small course, or a copy of the example; returns it. Raises StudyhallError."""
    folder = parent / made_id(title, 30)
    if os.path.lexists(folder):
        raise StudyhallError(said(f"{folder} is there already. Choose another title."))
    try:
        if example is not None:
            shutil.copytree(example, folder)
            head = folder / "pack.yaml"
            text = head.read_text("utf-8")
            text = rewritten(text, ("title",), title)
            head.write_text(rewritten(text, ("id",), made_id(title, 30)), "utf-8")
        else:
            (folder / QUESTIONS).mkdir(parents=True)
            (folder / "pack.yaml").write_text(f"standard: plain\ntitle: {inline(title)}\n", "utf-8")
            (folder / QUESTIONS / "questions.yaml").write_text(FIRST_QUESTION, "utf-8")
    except OSError as problem:
        raise StudyhallError(said(f"{folder} can't be made ({problem.strerror}). Choose another place.")) from None
    return folder


FIRST_QUESTION = """\
# One question to begin with: change it, and add yours below.
questions:
  - section: Questions
    stem: What is 2 + 2?
    options: ["3", "4", "5"]
    answer: "4"
"""
