"""A server's own courses: who may write them, what is in the way, what became of a suggestion."""

from collections.abc import Sequence

from bot.facts import Code
from bot.ui.names import safe
from bot.ui.words.kinds import Words
from bot.wording import as_many

LISTED_CHARACTERS = 1_500
STEM, NOTE = 100, 300

WORDS: Words = {
    Code.ONLY_AUTHORS: "Only members with the role <@&{role}>, and managers, work on this server's courses. With "
    "</suggest:0> you can suggest a question, if this server takes suggestions.",
    Code.ONLY_MANAGERS_WRITE: "Only managers work on this server's courses. With </suggest:0> you can suggest a question, if "
    "this server takes suggestions. A manager can name a role for authors in </studyhall setup:0>.",
    Code.NO_OWN_COURSES: "This server has no courses of its own yet. </course new:0> makes one, </course import:0> takes "
    "a file.",
    Code.NO_SUCH_OWN_COURSE: lambda titles: f"This server has no such course of its own. It has {_listed(titles)}.",
    Code.OWN_COURSE_GONE: "That course is gone. </course list:0> shows those that are there.",
    Code.OWN_QUESTION_GONE: "That question is gone. </question find:0> shows those that are there.",
    Code.QUESTION_AMBIGUOUS: "{many} questions fit. Pick one from the list as you type.",
    Code.TOO_MANY_COURSES: lambda most: (
        f"A server can have {most} courses of its own. Delete one that nobody needs with </course delete:0>."
    ),
    Code.TOO_MANY_OWN_QUESTIONS: lambda most, there: (
        f"A server's own courses can hold {most} questions, and there are {there:,} already. Nothing was changed."
    ),
    Code.TOO_MANY_PICTURES: "The pictures of a server's courses can take {mib} MiB. Save them smaller, or delete some.",
    Code.HOST_IS_FULL: "Whoever runs this bot keeps no more questions of servers. Ask them for room. Nothing was changed.",
    Code.SECTION_HAS_QUESTIONS: lambda titles: (
        f"There are questions in {_listed(titles)}. Keep that section, or retire its questions first."
    ),
    Code.TITLE_TAKEN: lambda title: f"This server has a course *{safe(title, 60)}* already. Choose another title.",
    Code.NO_SUCH_SET: lambda titles: (
        f"There is no such set. Pick one from the list: {_listed(titles)}."
        if titles
        else "This server has no sets yet. </course set:0> makes one."
    ),
    Code.EMPTY_SET: "A set needs a title and at least one question that is asked in its course. Nothing was changed.",
    Code.NO_SUCH_FORMAT: lambda known: f"There is no such format. Choose one of {as_many(known, LISTED_CHARACTERS)}.",
    Code.NO_SUCH_STANDARD: "A course is *plain* (what is asked and what is right) or *explained* (reasons, a rule and a "
    "source too). Choose one of them.",
    Code.COURSE_NEEDS_TITLE: "A course needs a title. Type one.",
    Code.TITLE_TOO_LONG: "A title can have {most} characters. Make it shorter.",
    Code.SECTIONS_OUT_OF_RANGE: "A course has 1 to {most} sections. Type one a line.",
    Code.NO_SUCH_LANGUAGE: "I don't know that language. Type its code, such as en, es, ja or pt-BR.",
    Code.OUTLINE_HAS_FAULTS: lambda faults: f"That can't be shown. {_faults(faults)}",
    Code.FILE_TOO_LARGE: "The file has more than {mib} MiB. Split it, or take pictures out. Nothing was changed.",
    Code.NO_COURSE_OF_NUMBER: "No server has a course {number}. `python -m bot courses` lists them.",
    Code.UNKNOWN_FORMAT: lambda known: (
        f"This looks like no format that I know. --format says which it is: {as_many(known, 300)}."
    ),
    Code.UNKNOWN_FILE: "I don't know what kind of file that is. I read tables (.xlsx, .csv; </course template:0> gives you "
    "one), Moodle (XML, GIFT), Aiken, Kahoot sheets, Anki decks, Canvas and QTI, Markdown lists, Open Trivia and our own "
    "zips.",
    Code.FILE_ELSEWHERE: "I only read files that are attached here. Attach the file again.",
    Code.FILE_NOT_FETCHED: "The file couldn't be fetched from Discord. Attach it again in a moment.",
    Code.NOTHING_IN_FILE: "I found no question that I can take in the file: {why}. </course template:0> gives you a "
    "table to fill in.",
    Code.FILE_NOT_CHECKED: "The file took too long to check. Split it, and try again. Nothing was changed.",
    Code.IMPORT_GONE: "That import is gone. Attach the file again with </course import:0>.",
    Code.IMPORT_DONE: "That was done already. </course list:0> shows how the courses are now.",
    Code.PICTURE_NOT_TAKEN: "I can't take that picture. It should be {why}. What you typed is kept: </question drafts:0>.",
    Code.PICTURE_NEEDS_WORDS: "Say in the option `alt` what the picture shows, for those who can't see it. Then send the "
    "command again.",
    Code.TOO_MANY_DRAFTS: "You have {most} drafts here. Publish or delete some first: </question drafts:0>.",
    Code.DRAFT_GONE: "That draft isn't there any more: it was published or deleted. </question drafts:0> shows yours.",
    Code.DRAFT_CHANGED: "It was published or changed in the meantime. </question drafts:0> shows where your drafts stand.",
    Code.DRAFT_HAS_FAULTS: lambda faults: f"It can't be asked yet. {_faults(faults)}\nPress *Edit* to mend it.",
    Code.NEEDS_SECOND_READER: "Somebody else has to read it first here. Press *Propose*.",
    Code.CHANGED_MEANWHILE: "Somebody else has published another version since you began. Yours is kept: compare them, then "
    "publish over theirs or edit yours.",
    Code.NO_SUGGESTIONS: "This server takes no suggestions. A manager can change that in </studyhall setup:0>.",
    Code.TOO_MANY_SUGGESTIONS: "You can suggest {most} questions a day. Your draft is kept: propose it tomorrow.",
    Code.ALREADY_REVIEWED: "Somebody has answered it already, or its author took it back.",
    Code.NOT_YOUR_OWN: "Somebody else has to read your own question.",
    Code.SAY_WHY: "Write a word to the author. Nothing was changed.",
    Code.SUGGESTION_ACCEPTED: lambda stem, course: (
        f"Your question “{safe(stem, STEM)}” is asked in {safe(course, 60)} now. Thank you!"
    ),
    Code.SUGGESTION_RETURNED: lambda stem, words: (
        f"Your question “{safe(stem, STEM)}” came back to you: “{safe(words, NOTE)}”. Mend it in </question drafts:0>."
    ),
    Code.SUGGESTION_DECLINED: lambda stem, words: (
        f"Your question “{safe(stem, STEM)}” was not taken: “{safe(words, NOTE)}”"
    ),
    Code.NOTHING_WAITS: "Nothing waits for a reader.",
}


def _faults(faults: Sequence[str]) -> str:
    return as_many([safe(one, NOTE) for one in faults], LISTED_CHARACTERS, "\n")


def _listed(titles: Sequence[str]) -> str:
    return as_many([safe(one, 60) for one in titles], LISTED_CHARACTERS)
