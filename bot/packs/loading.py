"""From a folder to a Pack: every file read, validated and cross-checked, every fault found."""

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bot.errors import PackError
from bot.facts import said
from bot.packs.faults import LEFT_OUT, Fault, at_most, leaving_out
from bot.packs.files import PackFiles, files_of, pack_folders, stamps_of, unused_picture
from bot.packs.forms import option_faults
from bot.packs.linting import lint
from bot.packs.models import (
    BANKS,
    LESSONS,
    Glossary,
    Misconception,
    Pack,
    PackHead,
    Page,
    ProvenHead,
    Question,
    QuestionFile,
    Section,
    Standard,
    Term,
    Topic,
)
from bot.packs.pictures import MOST_OF_A_COURSE_BYTES, Pictures, composed, named_by, read_pictures
from bot.packs.places import Places, ReadBank
from bot.packs.prose import check_prose
from bot.packs.shorthand import Read, is_short, written_out
from bot.packs.yaml_files import YamlFile, read_yaml, validate

READINGS = 5
"""How often files that were changed while they were read are read again."""
S = TypeVar("S", Question, Page)
M = TypeVar("M", PackHead, ProvenHead, Section, QuestionFile, Glossary)


class Files(NamedTuple):
    """The files of a course as they were read: each with the places of its values, or its faults."""

    folder: Path
    names: PackFiles
    head: Read
    glossary: Read | None
    lessons: list[Read]
    banks: list[Read]


class Loaded(NamedTuple):
    """What reading one pack's folder gave: the pack where it could be put together, and all faults.

    ``shaped`` are all that have the shape of a question, those that can't be asked too.
    """

    folder: Path
    head: YamlFile | None
    pack: Pack | None
    faults: list[Fault]
    shaped: Sequence[Question] = ()

    @property
    def errors(self) -> list[Fault]:
        """The faults that stop a start."""
        return [fault for fault in self.faults if fault.level == "error"]

    @property
    def left_out(self) -> list[Fault]:
        """The faults for which questions are not asked; a start goes on without those questions."""
        return [fault for fault in self.faults if fault.level == LEFT_OUT]


def load_packs(packs_dir: Path, demo_ids: Collection[str] | None = None) -> list[Pack]:
    """All packs below ``packs_dir``; ``demo_ids`` are the demos that a section may name.

    Raises PackError listing every fault of every pack, or saying where a pack was looked for.
    """
    found = read_packs(packs_dir, demo_ids)
    errors = [fault for one in found for fault in one.errors]
    if errors:
        lines = "\n".join(map(str, errors))
        faults = f"{len(errors)} fault{'s' * (len(errors) > 1)}"
        raise PackError(said(f"The packs have {faults}; mend and start again:\n{lines}"))
    return [one.pack for one in found if one.pack]


def read_packs(packs_dir: Path, demo_ids: Collection[str] | None = None, *, thorough: bool = False) -> list[Loaded]:
    """What every pack below ``packs_dir`` comes to, by itself and beside the others: a start takes those without errors.

    Where something beside them is not read, the last of what is returned has the warnings and no pack.
    ``thorough`` adds warnings for authors. Raises PackError when there is no pack.
    """
    for _ in range(READINGS):
        before = stamps_of(packs_dir)
        found = _read_once(packs_dir, demo_ids, thorough=thorough)
        if stamps_of(packs_dir) == before:
            return found
    raise PackError(said(f"The files in {packs_dir} are being changed. Try again when that is done."))


def _read_once(packs_dir: Path, demo_ids: Collection[str] | None, *, thorough: bool) -> list[Loaded]:
    try:
        folders, unread = pack_folders(packs_dir)
    except FileNotFoundError:
        folders, unread = [], []
    except OSError as problem:
        raise PackError(
            said(
                f"{packs_dir} can't be read ({problem.strerror}). Make it a folder that the bot's user can read; "
                "STUDYHALL_PACKS_DIR says where to look."
            )
        ) from problem
    if not folders:
        raise PackError(
            said(
                f"No pack in {packs_dir}: it needs a folder with a pack.yaml. STUDYHALL_PACKS_DIR says where to look."
                + "".join(f"\n{fault}" for fault in unread)
            )
        )
    found = [read_pack(folder, demo_ids, thorough=thorough) for folder in folders]
    names: dict[str, str] = {}
    for one in found:
        pack_id = one.head.data.get("id") if one.head and isinstance(one.head.data, dict) else None
        if not one.head or not isinstance(pack_id, str):
            continue
        other = names.setdefault(pack_id, one.folder.name)
        if other != one.folder.name:
            expected = f"an id of its own; {other} and {one.folder.name} share the id {pack_id}"
            one.faults.append(one.head.fault(("id",), expected))
    return [*found, Loaded(packs_dir, None, None, unread)] if unread else found


def read_pack(folder: Path, demo_ids: Collection[str] | None = None, *, thorough: bool = False) -> Loaded:
    """Read and check one pack's folder; without ``demo_ids`` the sections' demos are not checked.

    ``thorough`` adds the rules for authors, on fairness, plainness and the whole bank, which a start can do without.
    """
    try:
        files = read_files(folder)
    except OSError as problem:  # it has vanished, or may not be looked into
        return Loaded(
            folder, None, None, [Fault(folder.name, 1, 1, "", f"a folder that can be read ({problem.strerror})")]
        )
    return put_together(files, demo_ids, thorough=thorough)


def read_files(folder: Path) -> Files:
    """Read the files of one pack's folder. Raises OSError when it can't be looked into."""
    names = files_of(folder)
    with without_collector():
        return Files(
            folder,
            names,
            _read(folder, names.head or "pack.yaml"),
            _read(folder, names.glossary) if names.glossary else None,
            [_read(folder, name) for name in names.lessons],
            [_read(folder, name) for name in names.questions],
        )


def put_together(
    files: Files,
    demo_ids: Collection[str] | None = None,
    *,
    thorough: bool = False,
    open_pictures: Callable[[Path, Sequence[str], Sequence[str]], Pictures] = read_pictures,
    others: Collection[str] = (),
) -> Loaded:
    """Check the files of one pack, and make it of them; ``others`` are ids of questions that are in none of them."""
    folder, names, head_file, glossary_file, lesson_files, question_files = files
    with without_collector():
        faults: list[Fault] = []
        titles: dict[str, str] = {}
        if isinstance(head_file, YamlFile) and is_short(head_file):
            head_file, question_files, titles = written_out(head_file, lesson_files, question_files)
        head = _model(head_file, PackHead if titles else ProvenHead, faults)
        standard: Standard = head.standard if head else "proven"
        sections = [(file, one) for file in lesson_files if (one := _model(file, LESSONS[standard], faults))]
        glossary = _model(glossary_file, Glossary, faults) if glossary_file else None
        banks = [bank for file in question_files if (bank := _bank(file, standard, faults))]
        if head:
            sections = [(file, _lesson_with(section, head)) for file, section in sections]
            banks = [_bank_with(bank, head) for bank in banks]
        pages = [page for _, section in sections for page in section.pages]
        asked = [question for bank in banks for question in bank.questions]
        shown = named_by([*pages, *asked, *(glossary.terms if glossary else ())])
        pictures = open_pictures(folder, names.pictures, shown)
        if pictures.keys:
            sections = [(file, pictures.shown_on(section)) for file, section in sections]
            banks = [bank.each(pictures.shown_by) for bank in banks]
            terms = [pictures.shown_by(term) for term in glossary.terms] if glossary else []
            glossary = glossary.model_copy(update={"terms": terms}) if glossary else None
    places = Places(head_file, sections, banks, glossary_file, glossary)
    if head and isinstance(head_file, YamlFile):
        written = _Written(_written_ids(lesson_files, _itself), _written_ids(question_files, _its_questions, others))
        faults += _cross_check(head, places, written, demo_ids)
        faults += _as_grave(_picture_faults(head, places, pictures), standard)
    whole_head = head_file if isinstance(head_file, YamlFile) else None
    if not head or any(fault.level == "error" for fault in (*faults, *names.unread)):
        return Loaded(
            folder,
            whole_head,
            None,
            at_most([*faults, *names.unread]),
            [one for bank in banks for one in bank.questions],
        )
    by_id = {section.id: section for _, section in sections}
    pack = Pack(
        head=head,
        sections=[by_id.get(one) or Section(id=one, title=titles[one]) for one in head.sections],
        questions=places.without(faults),
        terms=list(glossary.terms) if glossary else [],
        pictures=pictures.files,
    )
    used = {composed(name) for name in shown}
    unused = [unused_picture(folder, name) for name in names.pictures if composed(name) not in used]
    faults += _as_grave(lint(pack, places.fault), standard)
    for file in (head_file, glossary_file, *lesson_files, *question_files):
        faults += _as_grave(check_prose(file), standard) if isinstance(file, YamlFile) else []
    pack = pack.model_copy(update={"questions": places.without(faults), "left_out": _told_once(faults)})
    found = [*names.unread, *unused, *faults]
    if thorough:
        from bot.packs.bank import review  # for authors; a start does without

        found += review(pack, places.fault)
    return Loaded(folder, whole_head, pack, at_most(found), [one for _, _, one in places.questions])


def _as_grave(faults: Iterable[Fault], standard: Standard) -> list[Fault]:
    """The faults as the standard weighs them: unless a course is *proven*, a question with an error is left out."""
    return list(faults) if standard == "proven" else leaving_out(faults)


def _told_once(faults: Iterable[Fault]) -> list[str]:
    """Of each question that is left out the first reason."""
    told: dict[tuple[str, int | None], str] = {}
    for fault in sorted(faults):
        if fault.level == LEFT_OUT:
            told.setdefault((fault.file, fault.question), str(fault))
    return list(told.values())


@contextmanager
def without_collector() -> Iterator[None]:
    """Loading makes only objects that stay; the cyclic collector would walk them again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(folder: Path, name: str) -> YamlFile | list[Fault]:
    return read_yaml(folder / name, f"{folder.name}/{name}")


def _model(file: YamlFile | list[Fault], model: type[M], faults: list[Fault]) -> M | None:
    result = validate(file, model) if isinstance(file, YamlFile) else file
    if isinstance(result, list):
        faults += result
        return None
    return result


def _bank(file: YamlFile | list[Fault], standard: Standard, faults: list[Fault]) -> ReadBank | None:
    """The questions of a file; adds the faults of those that are none, and of the file where none can be taken."""
    if not isinstance(file, YamlFile):
        faults += file
        return None
    model, lenient = BANKS[standard], standard != "proven"
    found = validate(file, model, lenient=lenient)
    if not isinstance(found, list):
        return ReadBank(file, range(len(found.questions)), found.questions)
    faults += found
    if any(fault.level == "error" for fault in found):
        return None
    entries, unfit = file.data["questions"], {fault.question for fault in found}
    places = [place for place in range(len(entries)) if place not in unfit]
    rest = {**file.data, "questions": [entries[place] for place in places]}
    return ReadBank(file, places, model.model_validate(rest).questions) if places else None


def _bank_with(bank: ReadBank, head: PackHead) -> ReadBank:
    """The questions with what the head says for all of them, where they don't say otherwise themselves."""
    for_all = {"code_language": head.code_language, "licence": head.licence, "language": head.language}
    if for_all == {"code_language": "python", "licence": None, "language": "en"}:
        return bank
    return bank.each(lambda one: _saying(one, for_all))


def _lesson_with(section: Section, head: PackHead) -> Section:
    """The same for the pages of a section."""
    if head.code_language == "python":
        return section
    pages = [_saying(page, {"code_language": head.code_language}) for page in section.pages]
    return section.model_copy(update={"pages": pages})


def _saying(one: S, for_all: dict[str, str | None]) -> S:
    """A question or a page that says this too, where it says nothing else."""
    return one.model_copy(update={name: said for name, said in for_all.items() if name not in one.model_fields_set})


class _Written(NamedTuple):
    """The ids that stand in the files, faulty ones included; None when a file could not be read at all.

    With them a fault in one file does not make the names in other files look wrong.
    """

    lessons: set[str] | None
    questions: set[str] | None


def _written_ids(
    files: list[Read], entries: Callable[[Any], list[Any]], others: Collection[str] = ()
) -> set[str] | None:
    ids = set(others)
    for file in files:
        if not isinstance(file, YamlFile):
            return None
        ids |= {str(entry["id"]) for entry in entries(file.data) if isinstance(entry, dict) and "id" in entry}
    return ids


def _itself(data: Any) -> list[Any]:
    return [data]


def _its_questions(data: Any) -> list[Any]:
    questions = data.get("questions") if isinstance(data, dict) else None
    return questions if isinstance(questions, list) else []


def _cross_check(head: PackHead, places: Places, written: _Written, demo_ids: Collection[str] | None) -> list[Fault]:
    """Names that must lead somewhere, and ids that must be given once."""
    faults: list[Fault] = []
    topics = {topic.id for topic in head.topics}
    misconceptions = {one.id for one in head.misconceptions}
    for index, one in enumerate(head.misconceptions):
        if one.demo and demo_ids is not None and one.demo not in demo_ids:
            expected = f"a demo ({', '.join(sorted(demo_ids))}), not {one.demo}"
            faults.append(places.fault(head, ("misconceptions", index, "demo"), expected))
    for index, section_id in enumerate(head.sections):
        needs_a_lesson = head.standard == "proven" and written.lessons is not None
        if needs_a_lesson and section_id not in (written.lessons or ()):
            faults.append(places.fault(head, ("sections", index), f"a lesson with the id {section_id}; there is none"))
        if section_id in head.sections[:index]:
            faults.append(places.fault(head, ("sections", index), f"each section once; {section_id} is there already"))
    named: tuple[tuple[str, Sequence[Topic | Misconception]], ...] = (
        ("topics", head.topics),
        ("misconceptions", head.misconceptions),
    )
    for field, entries in named:
        taken: set[str] = set()
        for index, entry in enumerate(entries):
            if entry.section not in head.sections:
                expected = f"a section of this pack, not {entry.section}"
                faults.append(places.fault(head, (field, index, "section"), expected))
            if entry.id in taken:
                faults.append(places.fault(head, (field, index, "id"), f"an id of its own; {entry.id} is taken"))
            taken.add(entry.id)
    seen_sections: set[str] = set()
    for _file, section in places.sections:
        if section.id not in head.sections or section.id in seen_sections:
            expected = f"an id that pack.yaml lists once under sections, not {section.id}"
            faults.append(places.fault(section, ("id",), expected))
        seen_sections.add(section.id)
        faults += _named_twice(section, ("demos",), section.demos, places)
        for index, demo in enumerate(section.demos):
            if demo_ids is not None and demo not in demo_ids:
                expected = f"a demo ({', '.join(sorted(demo_ids))}), not {demo}"
                faults.append(places.fault(section, ("demos", index), expected))
        for index, page in enumerate(section.pages):
            if page.figure and demo_ids is not None and page.figure.demo not in demo_ids:
                expected = f"a demo ({', '.join(sorted(demo_ids))}), not {page.figure.demo}"
                faults.append(places.fault(section, ("pages", index, "figure", "demo"), expected))
            faults += _named_twice(section, ("pages", index, "links"), page.links, places)
            faults += _named_twice(section, ("pages", index, "refutes"), page.refutes, places)
            for at, link in enumerate(page.links):
                if link not in head.sections:
                    expected = f"a section of this pack, not {link}"
                    faults.append(places.fault(section, ("pages", index, "links", at), expected))
            for at, refuted in enumerate(page.refutes):
                if refuted not in misconceptions:
                    expected = f"a misconception of pack.yaml, not {refuted}"
                    faults.append(places.fault(section, ("pages", index, "refutes", at), expected))
    faults += _check_terms(head, places)
    seen: set[str] = set()
    for _file, _index, question in places.questions:
        if question.id in seen:
            taken_twice = places.fault(question, ("id",), f"an id of its own; {question.id} is taken")
            faults += _as_grave([taken_twice], head.standard)
        seen.add(question.id)
        if question.section not in head.sections:
            faults.append(places.fault(question, ("section",), f"a section of this pack, not {question.section}"))
        if question.topic not in topics:
            faults.append(places.fault(question, ("topic",), f"a topic of pack.yaml, not {question.topic}"))
        faults += _named_twice(question, ("enemies",), question.enemies, places)
        for index, enemy in enumerate(question.enemies):
            if written.questions is not None and enemy not in written.questions:
                faults.append(places.fault(question, ("enemies", index), f"the id of a question, not {enemy}"))
        faults += _as_grave(option_faults(question, misconceptions, places.fault, head.standard), head.standard)
    return faults


def _named_twice(
    thing: Section | Question, loc: tuple[str | int, ...], names: Sequence[str], places: Places
) -> Iterator[Fault]:
    """Names that stand in a list already: of each, a screen would have two buttons that are the same."""
    taken: set[str] = set()
    for index, name in enumerate(names):
        if name in taken:
            yield places.fault(thing, (*loc, index), f"each name once; {name} is there already")
        taken.add(name)


def _check_terms(head: PackHead, places: Places) -> list[Fault]:
    faults: list[Fault] = []
    taken: set[str] = set()
    for term in places.terms:
        names = {name.casefold() for name in (term.name, *term.also)}
        if shared := names & taken:
            faults.append(places.fault(term, ("name",), f"names of its own; {min(shared)} is another term's"))
        taken |= names
        if term.section and term.section not in head.sections:
            faults.append(places.fault(term, ("section",), f"a section of this pack, not {term.section}"))
    ids: set[str] = set()
    for term in places.terms:
        if term.id in ids:
            faults.append(places.fault(term, ("id",), f"an id of its own; {term.id} is taken"))
        ids.add(term.id)
    return faults


def _picture_faults(head: PackHead, places: Places, pictures: Pictures) -> Iterator[Fault]:
    for _file, section in places.sections:
        for index, page in enumerate(section.pages):
            for loc, expected in pictures.faults_of(page):
                yield places.fault(section, ("pages", index, *loc), expected)
    others: list[Question | Term] = [*places.terms, *(question for _, _, question in places.questions)]
    for one in others:
        yield from (places.fault(one, loc, expected) for loc, expected in pictures.faults_of(one))
    size = sum(len(file.data) for file in pictures.files.values())
    if size > MOST_OF_A_COURSE_BYTES:
        most, much = MOST_OF_A_COURSE_BYTES // 1024 // 1024, size // 1024 // 1024
        yield places.fault(head, (), f"at most {most} MiB of pictures in a course, not {much}; save them smaller")
