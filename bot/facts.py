"""Facts that people are told: a code and what belongs to it.

They are raised and kept so, and get their words where they are shown (`bot/ui/worded.py`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

Value: TypeAlias = "str | int | float | tuple[str | int, ...] | Fact"
"""What belongs to a fact: a name, a number, several of them, or the fact that explains it."""


class Code(StrEnum):
    """What can be told. Codes are stored, those of errors too (why a game did not begin): none changes its meaning.

    What belongs to each are the blanks of its words, in `bot/ui/words/`.
    """

    SAID = "said"
    """``words`` that somebody else found: Discord, SQLite, a course's file, a setting."""

    # Why a game stopped, or waits
    CANCELLED = "cancelled"
    CANCELLED_BY_HOST = "cancelled by the host"
    CANCELLED_BY_MANAGER = "cancelled by a manager"
    NOBODY_JOINED = "nobody joined"
    EVERYBODY_LEFT = "everybody left"
    ONE_OF_TWO_LEFT = "one of the two left"
    MADE_ROOM = "made room"
    NOT_ACCEPTED = "not accepted in time"
    TAKEN_BACK = "taken back"
    DECLINED = "declined"
    PAUSED_BY_HOST = "paused by the host"
    SILENT_ROUNDS = "silent rounds"
    """``rounds``"""
    NOT_RESUMED = "not resumed in time"
    GAME_CHANNEL_LOST = "channel of a game lost"
    """``why``, a fact"""
    WAS_AWAY = "was away"
    """``seconds``, which were given back"""
    NOT_TAKEN = "message not taken"
    CHANNEL_BUSY = "channel busy"
    """``until``, in seconds since 1970"""

    # Why something that happens by itself did not
    CHANNEL_LOST = "channel lost"
    """``why``, a fact"""
    MISSED = "missed"
    """``at_ms``"""
    ANOTHER_ON = "another one was on"
    """``at_ms``"""
    LEFT_OUT = "left out"
    """``at_ms``, and ``because``, a fact"""

    # What a member is told with their next reply
    REMINDERS_OFF = "reminders switched off"
    REPORT_ANSWERED = "report answered"
    TYPED_GONE = "typed gone"
    COUNTS_ALREADY = "counts already"
    NOTHING_TO_COUNT = "nothing to count"
    TYPED_COUNTS = "typed counts"
    """``stem`` of the question, ``words`` of the managers"""

    # Servers, and what Discord let happen
    ONLY_MANAGERS_OPEN = "only managers open"
    ONLY_ROLE_OPENS = "only role opens"
    PLAYED_ELSEWHERE = "played elsewhere"
    ONE_COURSE_AT_LEAST = "one course at least"
    COURSE_NOT_HERE = "course not here"
    NO_SUCH_SEASON = "no such season"
    NO_SUCH_ZONE = "no such zone"
    TOO_FAR_FROM_UTC = "too far from utc"
    COMMAND_OUT_OF_DATE = "command out of date"
    NO_SUCH_TABLE = "no such table"
    TOO_FEW_TO_AIM = "too few to aim"
    MANAGED_IN_SERVER = "managed in server"
    MANAGERS_ONLY = "managers only"
    ROLE_ELSEWHERE = "role elsewhere"
    CHANNEL_ELSEWHERE = "channel elsewhere"
    STALE_BUTTON = "stale button"
    STALE_FORM = "stale form"
    MAY_NOT_HERE = "may not here"
    MAY_NOT_THERE = "may not there"
    CANT_POST_HERE = "can not post here"
    OTHER_SERVER = "other server"
    THREAD_LOCKED = "thread locked"

    # What is kept of a member
    EXPORT_TOO_LARGE = "export too large"
    DELETED_WHILE_PLAYING = "deleted while playing"
    NO_SUCH_TIME_FACTOR = "no such time factor"
    NO_SUCH_HOUR = "no such hour"
    NO_SUCH_RETENTION = "no such retention"

    # Courses and lessons
    COURSE_GONE = "course gone"
    SECTION_GONE = "section gone"
    SECTION_AMBIGUOUS = "section ambiguous"
    NO_SUCH_SECTION = "no such section"
    NO_SUCH_TERM = "no such term"
    NO_GLOSSARY = "no glossary"
    COURSE_ELSEWHERE = "course elsewhere"
    COURSES_STAY = "courses stay"
    COURSES_NOT_READ = "courses not read"
    COURSES_WOULD_LOSE = "courses would lose"

    # A server's own courses
    ONLY_AUTHORS = "only authors write"
    """``role``, the id of the role of authors"""
    ONLY_MANAGERS_WRITE = "only managers write"
    NO_OWN_COURSES = "no own courses"
    NO_SUCH_OWN_COURSE = "no such own course"
    """``titles``"""
    OWN_COURSE_GONE = "own course gone"
    OWN_QUESTION_GONE = "own question gone"
    QUESTION_AMBIGUOUS = "question ambiguous"
    """``many``"""
    TOO_MANY_COURSES = "too many courses"
    """``most``"""
    TOO_MANY_OWN_QUESTIONS = "too many own questions"
    """``most``, and how many are ``there``"""
    TOO_MANY_PICTURES = "too many pictures"
    """``mib``"""
    HOST_IS_FULL = "host is full"
    SECTION_HAS_QUESTIONS = "section has questions"
    """``titles``"""
    TITLE_TAKEN = "title taken"
    """``title``"""
    NO_SUCH_SET = "no such set"
    """``titles``"""
    EMPTY_SET = "empty set"
    NO_SUCH_FORMAT = "no such format"
    """``known``"""
    NO_SUCH_STANDARD = "no such standard"
    COURSE_NEEDS_TITLE = "course needs title"
    TITLE_TOO_LONG = "title too long"
    """``most``"""
    SECTIONS_OUT_OF_RANGE = "sections out of range"
    """``most``"""
    NO_SUCH_LANGUAGE = "no such language"
    OUTLINE_HAS_FAULTS = "outline has faults"
    """``faults``"""
    FILE_TOO_LARGE = "file too large"
    """``mib``"""
    NO_COURSE_OF_NUMBER = "no course of number"
    """``number``"""
    UNKNOWN_FORMAT = "unknown format"
    """``known``"""
    UNKNOWN_FILE = "unknown file"
    FILE_ELSEWHERE = "file elsewhere"
    FILE_NOT_FETCHED = "file not fetched"
    NOTHING_IN_FILE = "nothing in file"
    """``why``"""
    FILE_NOT_CHECKED = "file not checked"
    IMPORT_GONE = "import gone"
    IMPORT_DONE = "import done"
    PICTURE_NOT_TAKEN = "picture not taken"
    """``why``"""
    PICTURE_NEEDS_WORDS = "picture needs words"
    TOO_MANY_DRAFTS = "too many drafts"
    """``most``"""
    DRAFT_GONE = "draft gone"
    DRAFT_CHANGED = "draft changed"
    DRAFT_HAS_FAULTS = "draft has faults"
    """``faults``"""
    NEEDS_SECOND_READER = "needs second reader"
    CHANGED_MEANWHILE = "changed meanwhile"
    NO_SUGGESTIONS = "no suggestions"
    TOO_MANY_SUGGESTIONS = "too many suggestions"
    """``most``"""
    ALREADY_REVIEWED = "already reviewed"
    NOT_YOUR_OWN = "not your own"
    SAY_WHY = "say why"
    SUGGESTION_ACCEPTED = "suggestion accepted"
    """``stem``, ``course``"""
    SUGGESTION_RETURNED = "suggestion returned"
    """``stem``, ``words``"""
    SUGGESTION_DECLINED = "suggestion declined"
    """``stem``, ``words``"""
    NOTHING_WAITS = "nothing waits"

    # Practice, reviews, progress
    NONE_OF_DIFFICULTY = "none of difficulty"
    NOTHING_MISSED = "nothing missed"
    NONE_ASKED_HERE = "none asked here"
    NO_WORDS_IN_MESSAGE = "no words in message"
    QUESTION_TAKEN_OUT = "question taken out"
    QUESTION_EDITED = "question edited"
    ANSWER_BEFORE_SURENESS = "answer before sureness"
    ANSWER_BEFORE_REASONS = "answer before reasons"
    QUESTION_GONE = "question gone"
    EDITED_SINCE_ANSWER = "edited since answer"
    QUIZ_GONE = "quiz gone"
    QUIZ_NOT_YOURS = "quiz not yours"
    NOT_IN_QUIZ = "not in quiz"
    BELIEF_GONE = "belief gone"
    NOTHING_DUE = "nothing due"
    NO_SUCH_MEMBER = "no such member"
    NO_RECENT_ANSWERS = "no recent answers"
    CHART_NOT_DRAWN = "chart not drawn"
    MIXUP_GONE = "mixup gone"
    OTHERS_NEED_SERVER = "others need server"
    ALL_OPEN = "all open"
    QUESTION_OPEN = "question open"

    # Questions, flags, reports
    NO_SUCH_OPTION = "no such option"
    CHECK_SPELLING = "check the spelling"
    EMPTY_ANSWER = "empty answer"
    NO_OPEN_REPORT = "no open report"
    FLAGGED_GONE = "flagged gone"
    NO_SUCH_KEY = "no such key"
    KEY_ALREADY = "key already"
    RETIRED_ALREADY = "retired already"
    NOTHING_TO_UNDO = "nothing to undo"
    REPORTED_GONE = "reported gone"
    EMPTY_REPORT = "empty report"
    FLAGGED_EDITED = "flagged edited"

    # What to do about a question, by its figures
    CONFIDENT_ERRORS = "confident errors"
    SUSPECT_KEY = "suspect key"
    NEGATIVE = "negative"
    WEAK = "weak"
    WATCH = "watch"
    TOO_HARD = "too hard"
    TOO_EASY = "too easy"
    UNUSED_OPTION = "unused option"
    AMBIGUOUS = "ambiguous"
    TRIVIAL = "trivial"
    OVERLOADED = "overloaded"

    # Competitions and duels
    GAME_JUST_ENDED = "game just ended"
    DUEL_OF_OTHERS = "duel of others"
    GAME_SECTION_GONE = "game section gone"
    TOO_MANY_CHALLENGES = "too many challenges"
    ALL_ASKED_ELSEWHERE = "all asked elsewhere"
    NOTHING_FITS = "nothing fits"
    ROUND_STILL_OPEN = "round still open"
    NO_ROUND_COUNTS = "no round counts"
    GAME_GONE = "game gone"
    NO_SUCH_GAME_CHOICE = "no such game choice"
    GAME_NEEDS_SERVER = "game needs server"
    IN_THREAD_ALREADY = "in thread already"
    GAME_ON_AT = "game on at"
    DUEL_WITH_ONESELF = "duel with oneself"
    DUEL_WITH_BOT = "duel with bot"
    ONLY_CHALLENGED_ACCEPTS = "only challenged accepts"
    ONLY_THE_TWO_END = "only the two end"
    REMATCH_TOO_SOON = "rematch too soon"
    REMATCH_OF_OTHERS = "rematch of others"
    DUELLIST_GONE = "duellist gone"
    GAME_ELSEWHERE = "game elsewhere"
    GAME_OVER = "game over"
    GAME_OVER_HERE = "game over here"
    GAME_ON_HERE = "game on here"
    ROUND_OVER = "round over"
    NOT_HOST = "not host"

    # The question of the day, schedules
    DAILY_NOT_POSTED = "daily not posted"
    DAILY_STILL_OPEN = "daily still open"
    NO_QUESTIONS_HERE = "no questions here"
    ALL_ASKED_IN_GAMES = "all asked in games"
    DAILY_GONE = "daily gone"
    DAILY_ELSEWHERE = "daily elsewhere"
    TOO_MANY_SCHEDULES = "too many schedules"
    SCHEDULE_GONE = "schedule gone"
    DAILY_NEEDS_SERVER = "daily needs server"
    ROLE_WON = "role won"
    ROLE_MASTERED = "role mastered"
    ROLE_HANDED_ON = "role handed on"
    ROLE_TOO_MIGHTY = "role too mighty"
    ROLE_NOT_OURS = "role not ours"
    ROLE_ABOVE_BOT = "role above bot"
    ROLE_ABOVE_YOU = "role above you"
    ROLE_NEEDS_MANAGE = "role needs manage"
    BOT_NEEDS_MANAGE_ROLES = "bot needs manage roles"
    ROLE_GONE = "role gone"
    SAY_WHAT_TO_SCHEDULE = "say what to schedule"
    CANT_BE_SCHEDULED = "can not be scheduled"
    NO_SUCH_SCHEDULE_CHOICE = "no such schedule choice"
    TIME_MISSING = "time missing"
    DAYS_MISSING = "days missing"
    SECTIONS_OF_TWO_COURSES = "sections of two courses"
    NO_TEXT_CHANNEL = "no text channel"
    NO_SUCH_TIME = "no such time"
    NO_SUCH_DAYS = "no such days"

    # Demos
    NO_SUCH_DEMO = "no such demo"
    NO_SUCH_PREDICTION = "no such prediction"
    PREDICTIONS_CLOSED = "predictions closed"
    DEMO_NOT_YOURS = "demo not yours"
    DEMO_TOO_SOON = "demo too soon"
    DEMO_GONE = "demo gone"
    DEMO_STOPPED = "demo stopped"
    NO_DEMOS_HERE = "no demos here"
    DEMO_NEEDS_SERVER = "demo needs server"
    DEMO_ELSEWHERE = "demo elsewhere"
    DEMO_RUN_AGAIN = "demo run again"
    DEMO_DIED = "demo died"
    DEMO_TOO_LATE = "demo too late"
    DEMO_FAILED = "demo failed"

    # Boards
    NO_SUCH_BOARD = "no such board"
    NO_SUCH_PERIOD = "no such period"
    NOT_BY_SECTION = "not by section"
    BOARD_NEEDS_SERVER = "board needs server"

    # The database and its copies
    NO_DATABASE = "no database"
    NO_SUCH_LETTER = "no such letter"
    SCHEMA_TOO_NEW = "schema too new"
    FOREIGN_DATABASE = "foreign database"
    MIGRATION_CUT = "migration cut"
    BACKUP_FAILED = "backup failed"
    BACKUP_NOT_WRITTEN = "backup not written"
    BACKUP_EXISTS = "backup exists"
    NO_BACKUP_FOLDER = "no backup folder"
    NO_BACKUP_FILE = "no backup file"
    BACKUP_UNSOUND = "backup unsound"
    BACKUP_TOO_NEW = "backup too new"
    BACKUP_NOT_COPIED = "backup not copied"
    BACKUP_UNUSABLE = "backup unusable"
    BACKUP_NOT_READY = "backup not ready"
    DATABASE_IN_USE = "database in use"
    DATA_FOLDER_UNUSABLE = "data folder unusable"
    LOCK_IS_LINK = "lock is link"
    LOCK_IS_NO_FILE = "lock is no file"
    DATABASE_NOT_OPENED = "database not opened"
    SQLITE_TOO_OLD = "sqlite too old"
    POSTGRES_NOT_INSTALLED = "postgres not installed"
    POSTGRES_ADDRESS = "postgres address"
    POSTGRES_NOT_OPENED = "postgres not opened"
    POSTGRES_OF_ANOTHER_VERSION = "postgres of another version"
    POSTGRES_EMPTY = "postgres empty"
    POSTGRES_BACKUP = "postgres backup"
    POSTGRES_RESTORE = "postgres restore"
    BACKUP_NOT_TOLD = "backup not told"
    ANOTHER_ON_POSTGRES = "another on postgres"
    MOVE_TO_ITSELF = "move to itself"
    MOVE_TARGET_THERE = "move target there"
    MOVE_TARGET_FILLED = "move target filled"
    MOVE_TARGET_NAME = "move target name"
    MOVE_DIFFERS = "move differs"
    DELETIONS_UNREADABLE = "deletions unreadable"
    NOT_WRITABLE = "not writable"
    NOT_OUR_DATABASE = "not our database"
    NOT_COUNTED = "not counted"
    LEASE_LOST = "lease lost"
    NOT_SAVED = "not saved"
    NO_SUCH_PROCESS = "no such process"
    ONLY_POSTGRES_SHARED = "only postgres shared"
    SHUTTING_DOWN = "shutting down"
    DATABASE_UNUSABLE = "database unusable"
    DATABASE_UNUSABLE_COPY = "database unusable copy"
    DATABASE_GONE_COPY = "database gone copy"
    DATABASE_GONE_JOURNAL = "database gone journal"
    FILE_EMPTY = "file empty"
    FILE_CUT = "file cut"
    FILE_DAMAGED = "file damaged"
    NO_TABLES = "no tables"
    LAYOUT_BESIDES = "layout besides"
    LAYOUT_LACKS = "layout lacks"
    JOURNAL_LOST = "journal lost"
    SCHEMA_READ_LATER = "schema read later"
    SCHEMA_READ_EARLIER = "schema read earlier"
    ANOTHER_RUNNING = "another running"

    # Starting, the command line, workers
    TOKEN_REFUSED = "token refused"
    CONNECTION_CLOSED = "connection closed"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate limited"
    NOT_LET_IN = "not let in"
    CHART_NOT_WRITTEN = "chart not written"
    DEMO_NOT_LISTED = "demo not listed"
    FILE_NOT_WRITTEN = "file not written"
    MONITOR_PORT_TAKEN = "monitor port taken"
    PLAY_PORT_TAKEN = "play port taken"
    WORK_STOPPED = "work stopped"
    WORKER_DIED = "worker died"


@dataclass(frozen=True)
class Fact:
    """Something to tell."""

    code: Code
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """As the log has it."""
        if self.code is Code.SAID:
            return str(self.values["words"])
        return ", ".join([self.code.value, *(f"{name}: {_logged(value)}" for name, value in self.values.items())])


def _logged(value: Value) -> str:
    return " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def fact(code: Code, /, **values: Value) -> Fact:
    """A fact with what belongs to it."""
    return Fact(code, values)


def said(words: str) -> Fact:
    """What has no code: words that somebody else found."""
    return fact(Code.SAID, words=words)


Say = Callable[[Fact | None], str]
"""What words facts in the language of who reads them."""


def to_text(one: Fact | None) -> str:
    """A fact as it is kept; nothing for none."""
    return "" if one is None else json.dumps(one, default=_plain, ensure_ascii=False)


def _plain(one: Fact) -> dict[str, object]:
    return {"code": one.code.value, "values": dict(one.values)}


def from_text(text: str) -> Fact | None:
    """A fact that was kept."""
    return _fact(json.loads(text)) if text else None


def _fact(found: dict[str, Any]) -> Fact:
    return Fact(Code(found["code"]), {name: _value(value) for name, value in found["values"].items()})


def _value(value: Any) -> Value:
    if isinstance(value, dict):
        return _fact(value)
    return tuple(value) if isinstance(value, list) else value
