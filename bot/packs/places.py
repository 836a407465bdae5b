"""Where the sections, questions and terms of a pack stand in its files, for faults that are found once they are read."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bot.packs.faults import LEFT_OUT, Fault
from bot.packs.models import Glossary, PackHead, Question, Section, Term
from bot.packs.yaml_files import YamlFile


class ReadBank(NamedTuple):
    """The questions of a file that have the shape of questions, and the place in it of each."""

    file: YamlFile
    places: Sequence[int]
    questions: list[Question]

    def each(self, change: Callable[[Question], Question]) -> "ReadBank":
        """The same with this done to each question."""
        return self._replace(questions=[change(one) for one in self.questions])


class Places:
    """Where each section and question stands, for faults found after loading."""

    def __init__(
        self,
        head: YamlFile | list[Fault],
        sections: list[tuple[YamlFile | list[Fault], Section]],
        banks: list[ReadBank],
        glossary_file: YamlFile | list[Fault] | None,
        glossary: Glossary | None,
    ) -> None:
        self.head = head
        self.sections = [(file, section) for file, section in sections if isinstance(file, YamlFile)]
        self.questions: list[tuple[YamlFile, int, Question]] = [
            (bank.file, index, question)
            for bank in banks
            for index, question in zip(bank.places, bank.questions, strict=True)
        ]
        self._files = {id(question): (file, index) for file, index, question in self.questions}
        self.terms = list(glossary.terms) if glossary else []
        self._glossary = glossary_file
        self._section_files = {id(section): file for file, section in self.sections}

    def without(self, faults: Iterable[Fault]) -> list[Question]:
        """The questions that no fault leaves out."""
        unfit = {(fault.file, fault.question) for fault in faults if fault.level == LEFT_OUT}
        return [question for file, index, question in self.questions if (file.name, index) not in unfit]

    def fault(
        self,
        thing: Question | Section | PackHead | Term,
        loc: tuple[str | int, ...],
        expected: str,
        level: str = "error",
    ) -> Fault:
        """A fault at a field of a section, a question, a term or the head."""
        if isinstance(thing, Term):
            assert isinstance(self._glossary, YamlFile)
            index = next(i for i, term in enumerate(self.terms) if term is thing)
            return self._glossary.fault(("terms", index, *loc), expected, level)
        if isinstance(thing, Question):
            file, index = self._files[id(thing)]
            return file.fault(("questions", index, *loc), expected, level)
        file_of = self._section_files[id(thing)] if isinstance(thing, Section) else self.head
        assert isinstance(file_of, YamlFile)
        return file_of.fault(loc, expected, level)
