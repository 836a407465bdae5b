"""Courses, sections, the glossary."""

from bot.facts import Code
from bot.ui.words.kinds import Words
from bot.wording import as_many, counted

LISTED_CHARACTERS = 1_500
TOLD_CHARACTERS = 3_000
"""So much of what is wrong with the packs fits a message on Discord; all of it stands in the log."""


WORDS: Words = {
    Code.COURSE_GONE: "The course {course} is gone. Pick another in </lesson:0>.",
    Code.SECTION_GONE: "The section {section} is gone. </lesson:0> shows what there is.",
    Code.SECTION_AMBIGUOUS: lambda titles: (
        f"More than one section is called that. Type {' or '.join(f'*{one}*' for one in titles)}."
    ),
    Code.NO_SUCH_SECTION: lambda titles: (
        f"There is no such section. Pick one from the list: {as_many(titles, LISTED_CHARACTERS)}."
    ),
    Code.COURSE_ELSEWHERE: lambda course, here: (
        f"This server does not have the course {course}. It has {as_many(here, LISTED_CHARACTERS)}; in direct messages I "
        "have every course."
    ),
    Code.NO_SUCH_TERM: lambda near: (
        "That word is not in the glossary. "
        + (f"Did you mean {' or '.join(near)}?" if near else "</term:0> lists the words as you type.")
    ),
    Code.NO_GLOSSARY: "There is no glossary here yet.",
    Code.COURSES_STAY: lambda why: (
        f"The courses stay as they were. {as_many(why.splitlines(), TOLD_CHARACTERS, chr(10))}"
    ),
    Code.COURSES_NOT_READ: "They couldn't be loaded in time. Whoever runs this bot should look at the log.",
    Code.COURSES_WOULD_LOSE: lambda lost, before, courses, questions: (
        f"{lost:,} of the {before:,} questions would be gone, and only {counted(courses, 'course')} with "
        f"{counted(questions, 'question')} would be left. The courses stay as they were."
    ),
}
