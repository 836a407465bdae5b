"""A course on disk as the workbench has it: its files as they were read, and what is wrong with them and with a draft."""

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from bot.packs.faults import LEFT_OUT, Fault
from bot.packs.files import Stamps, stamps_of
from bot.packs.loading import Files, Loaded, put_together, read_files, without_collector
from bot.packs.models import LONGEST_SECTION_ID, Pack, Question
from bot.packs.pictures import Pictures, read_pictures
from bot.packs.shorthand import is_short, made_id
from bot.packs.yaml_files import YamlFile, read_text
from bot.packs.yaml_mending import rewritten
from bot.packs.yaml_writing import item
from bot.ui.layouts import in_short
from bot.workbench.fields import ORDER, Entry

LONGEST_LABEL = 90
QUESTIONS = "questions"


class Sketch(NamedTuple):
    """A question as it is being written: in which file it stands (`questions/all.yaml`) and where; None for a new one."""

    file: str
    place: int | None
    entry: Entry


class Checked(NamedTuple):
    """What one question comes to: its faults, and itself where it has the shape of one, beside the course without the others.

    It is ``sound`` where it can be asked and graded, though its course may want more of it.
    """

    faults: list[Fault]
    question: Question | None
    pack: Pack | None
    sound: bool


class SeenPictures:
    """Opens the pictures of a course, each once as long as its file stays as it is: that takes a worker process."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, Any], Pictures] = {}

    def open(self, folder: Path, there: Sequence[str], names: Sequence[str]) -> Pictures:
        """The pictures of these names, as `read_pictures` gives them."""
        stamps = stamps_of(folder / "pictures")
        keys = {name: (name, stamps.get(str(folder / "pictures" / name))) for name in names}
        missing = [name for name in names if keys[name] not in self._seen]
        if missing:
            found = read_pictures(folder, there, missing)
            for name in missing:
                key = found.keys.get(name)
                files = {key: found.files[key]} if key else {}
                wrong = {name: found.wrong[name]} if name in found.wrong else {}
                self._seen[keys[name]] = Pictures({name: key} if key else {}, files, wrong)
        each = [self._seen[keys[name]] for name in names]
        return Pictures(
            {name: key for one in each for name, key in one.keys.items()},
            {key: file for one in each for key, file in one.files.items()},
            {name: wrong for one in each for name, wrong in one.wrong.items()},
        )


class Course:
    """A pack's files as they are now, and what checking them gave."""

    def __init__(
        self, files: Files, loaded: Loaded, stamps: Stamps, pictures: SeenPictures, demo_ids: Collection[str]
    ) -> None:
        self.files = files
        self.loaded = loaded
        self.stamps = stamps
        self._pictures = pictures
        self._demo_ids = demo_ids
        self.ids = Counter(question.id for question in loaded.shaped)
        """Of every question; one that is there twice was told."""

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.files.folder

    @property
    def is_short(self) -> bool:
        """Whether it may leave things out: its head says so."""
        return is_short(self.files.head)

    @property
    def head(self) -> dict[str, Any]:
        """What ``pack.yaml`` holds; nothing where it can't be read."""
        return _mapping(self.files.head)

    def name_of(self, file: str) -> str:
        """How faults call a file."""
        return f"{self.folder.name}/{file}"

    def bank(self, file: str) -> YamlFile | list[Fault]:
        """A file of questions. Raises LookupError for what is none of this course's."""
        found = dict(zip(self.files.names.questions, self.files.banks, strict=True))
        return found[file]

    def entry(self, file: str, index: int) -> Entry:
        """A question as it is written. Raises LookupError where it is gone."""
        bank = self.bank(file)
        if not isinstance(bank, YamlFile) or not 0 <= index < len(entries_of(bank)):
            raise LookupError(file, index)
        found = bank.as_written((QUESTIONS, index))
        return found if isinstance(found, dict) else {}

    def source(self, file: str, index: int) -> str:
        """The lines of a question. Raises LookupError where it is gone."""
        bank = self.bank(file)
        if not isinstance(bank, YamlFile) or not 0 <= index < len(entries_of(bank)):
            raise LookupError(file, index)
        return bank.source((QUESTIONS, index))

    def section_names(self) -> list[str]:
        """The sections as questions name them, in order."""
        named = self.head.get("sections")
        if isinstance(named, list) and named:
            return [str(one) for one in named]
        lessons = [
            one.data.get("id") for one in self.files.lessons if isinstance(one, YamlFile) and isinstance(one.data, dict)
        ]
        asked = [
            one.get("section") for bank in self.files.banks if isinstance(bank, YamlFile) for one in bank_texts(bank)
        ]
        return list(dict.fromkeys(str(one) for one in [*lessons, *asked] if one))

    def check(self, draft: Sketch) -> Checked:
        """One question by itself, with what it needs of its course: within milliseconds, whatever the course's size."""
        name = self.name_of(draft.file)
        mini = read_text(self._alone(draft), name)
        if not isinstance(mini, YamlFile):
            return Checked(mini, None, None, sound=False)
        own = self._own_id(draft)
        others = set(self.ids - Counter([own] if own else []))
        loaded, faults = self._checked(mini, draft, others)
        question = loaded.shaped[0] if loaded.shaped else None
        if question and draft.entry.get("id") and question.id in others:
            faults.append(mini.fault((QUESTIONS, 0, "id"), f"an id of its own; {question.id} is taken", LEFT_OUT))
        sound = question is not None and all(fault.level == "warning" for fault in faults)
        if not sound:  # what a plain course would ask is shown all the same
            loaded, missing = self._checked(mini, draft, others, "plain")
            question = loaded.shaped[0] if loaded.shaped else question
            sound = bool(loaded.shaped) and all(fault.level == "warning" for fault in missing)
        return Checked(sorted(set(faults)), question, loaded.pack or self.loaded.pack, sound)

    def _checked(
        self, mini: YamlFile, draft: Sketch, others: Collection[str], standard: str = ""
    ) -> tuple[Loaded, list[Fault]]:
        head = self._head_with(str(draft.entry.get("section") or ""), standard)
        files = self.files._replace(head=head, banks=[mini], glossary=None)
        loaded = put_together(files, self._demo_ids, thorough=True, open_pictures=self._pictures.open, others=others)
        return loaded, [fault for fault in loaded.faults if fault.file == mini.name and fault.question == 0]

    def check_all(self, draft: Sketch | None) -> Loaded:
        """The whole course, with a question as it is being written in its place."""
        if draft is None:
            return self.loaded
        bank = self.bank(draft.file)
        if not isinstance(bank, YamlFile):
            return self.loaded
        with _unwalked():
            read = read_text(self.changed(bank, draft), bank.name)
            banks = [read if one is bank else one for one in self.files.banks]
            files = self.files._replace(banks=banks)
            return put_together(files, self._demo_ids, thorough=True, open_pictures=self._pictures.open)

    def changed(self, bank: YamlFile, draft: Sketch) -> str:
        """The text of a file of questions with the draft in it. Raises LookupError, ValueError."""
        index = len(entries_of(bank)) if draft.place is None else draft.place
        return rewritten(bank.text, (QUESTIONS, index), draft.entry, order=ORDER, as_written=True)

    def _alone(self, draft: Sketch) -> str:
        """A file of this one question, written as it would be in its own."""
        if draft.place is not None:
            bank = self.bank(draft.file)
            assert isinstance(bank, YamlFile)
            alone = f"questions:\n{bank.source((QUESTIONS, draft.place))}\n"
            read = read_text(alone, "")
            if isinstance(read, YamlFile) and len(entries_of(read)) == 1:
                return rewritten(alone, (QUESTIONS, 0), draft.entry, order=ORDER, as_written=True)
        return f"questions:\n{item(draft.entry, 2)}\n"

    def _own_id(self, draft: Sketch) -> str:
        """The id that a question has in its file."""
        if draft.place is None:
            return ""
        written = self.entry(draft.file, draft.place).get("id")
        return made_id(str(written)) if written else ""

    def _head_with(self, section: str, standard: str) -> YamlFile | list[Fault]:
        """The head with the sections of all questions, which the one question alone does not tell; of that standard."""
        head = self.files.head
        if not isinstance(head, YamlFile) or not isinstance(head.data, dict):
            return head
        data = {**head.data, "standard": standard} if standard else head.data
        if is_short(head._replace(data=data)) and not self.head.get("sections"):
            names = list(dict.fromkeys([*self.section_names(), *([section] if section else [])]))
            data = {**data, "sections": names} if names else data
        return head._replace(data=data)


@contextmanager
def _unwalked() -> Iterator[None]:
    """What is made here stays for a while, and holds no rings: the cyclic collector never walks it.

    It would do so for a fifth of a second in a course of 1,000 questions, and nothing else could run meanwhile.
    """
    with without_collector():
        yield
        gc.freeze()


def read_course(folder: Path, pictures: SeenPictures, demo_ids: Collection[str]) -> Course:
    """Read and check a pack's folder, by every rule. Raises OSError when it can't be looked into."""
    stamps = stamps_of(folder)
    with _unwalked():
        files = read_files(folder)
        loaded = put_together(files, demo_ids, thorough=True, open_pictures=pictures.open)
    return Course(files, loaded, stamps, pictures, demo_ids)


def entries_of(bank: YamlFile) -> list[Any]:
    """What stands below ``questions`` of a file."""
    found = bank.data.get(QUESTIONS) if isinstance(bank.data, dict) else None
    return found if isinstance(found, list) else []


def bank_texts(bank: YamlFile) -> Iterator[dict[str, Any]]:
    """The questions of a file, each single value as it is written."""
    written = bank.as_written((QUESTIONS,)) if entries_of(bank) else []
    yield from (one if isinstance(one, dict) else {} for one in written)


def tree_of(course: Course, loaded: Loaded) -> dict[str, Any]:
    """The course as the page lists it: sections with their pages and questions, the glossary, and all faults."""
    faults = Counter((fault.file, fault.question) for fault in loaded.faults if fault.question is not None)
    left_out = {(fault.file, fault.question) for fault in loaded.faults if fault.level != "warning"}
    by_section: dict[str, list[dict[str, Any]]] = {}
    only = course.section_names()
    for file, bank in zip(course.files.names.questions, course.files.banks, strict=True):
        if not isinstance(bank, YamlFile):
            continue
        for index, one in enumerate(bank_texts(bank)):
            place = (bank.name, index)
            section = str(one.get("section") or (only[0] if len(only) == 1 else ""))
            stem = one.get("stem")
            by_section.setdefault(section, []).append(
                {
                    "file": file,
                    "index": index,
                    "id": str(one.get("id") or ""),
                    "label": in_short(stem, LONGEST_LABEL)
                    if isinstance(stem, str) and stem.strip()
                    else "(no question yet)",
                    "faults": faults[place],
                    "left_out": place in left_out,
                }
            )
    lessons = {str(one.get("id")): one for one in map(_mapping, course.files.lessons)}
    sections = []
    for name in [*only, *(one for one in by_section if one not in only)]:
        section_id = made_id(name, LONGEST_SECTION_ID) if name else ""
        lesson = lessons.get(name) or lessons.get(section_id) or {}
        sections.append(
            {
                "name": name,
                "id": section_id,
                "title": str(lesson.get("title") or name or "Without a section"),
                "pages": [str(page.get("title")) for page in _mappings(lesson, "pages")],
                "questions": by_section.get(name, []),
            }
        )
    head = course.head
    terms = _mappings(_mapping(course.files.glossary), "terms")
    return {
        "folder": course.folder.name,
        "title": str(head.get("title") or course.folder.name),
        "standard": str(head.get("standard") or "proven"),
        "short": course.is_short,
        "files": list(course.files.names.questions),
        "sections": sections,
        "terms": [{"id": str(one.get("id")), "name": str(one.get("name"))} for one in terms],
        "misconceptions": [
            {"id": str(one.get("id")), "belief": str(one.get("belief"))} for one in _mappings(head, "misconceptions")
        ],
        "topics": [str(one.get("id")) for one in _mappings(head, "topics")],
        "pictures": list(course.files.names.pictures),
        "faults": [fault_json(fault, course) for fault in loaded.faults],
        "questions": sum(map(len, by_section.values())),
    }


def _mapping(file: YamlFile | list[Fault] | None) -> dict[str, Any]:
    """What a file holds, whatever is wrong with it; nothing where it can't be read."""
    return file.data if isinstance(file, YamlFile) and isinstance(file.data, dict) else {}


def _mappings(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = data.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def fault_json(fault: Fault, course: Course) -> dict[str, Any]:
    """A fault as the page gets it: its file as the tree names it, and its field below its question."""
    parts = fault.field.split(".")
    return {
        "file": fault.file.removeprefix(f"{course.folder.name}/"),
        "line": fault.line,
        "question": fault.question,
        "field": ".".join(parts[2:]) if fault.question is not None else fault.field,
        "expected": fault.expected,
        "level": "left out" if fault.level == LEFT_OUT else fault.level,
    }
