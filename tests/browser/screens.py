"""Makes the pictures in `docs/screens/`: a small evening in the playground, the same each time but for the date.

    python tests/browser/screens.py [screen ...]

Plays the whole evening and stores each screen in its size and colours, or only the screens that are named. Needs Chromium,
and fonts for what is written on them: Latin as on Discord (Noto Sans), Japanese, Arabic and emojis (Debian: fonts-noto-core,
fonts-ipafont-gothic, fonts-noto-color-emoji).
"""

import asyncio
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from hosting import PATIENCE_SECONDS, READING_SECONDS, Attached, Bot, Member, buttons, text, until
from lettered import lettered_course
from PIL import Image, ImageOps
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from tabs import FLAGS, chromium

from bot.clock import utc
from bot.packs.loading import read_pack
from bot.packs.models import Question
from bot.playground.server import Playground

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "docs" / "screens"
COURSES = (CHECKOUT / "docs" / "example-pack", *sorted((Path(__file__).parent / "courses").iterdir()))
"""Played after the course that comes with the bot."""
SEEDED = CHECKOUT / "tests" / "e2e" / "seeded_bot.py"

MOST_BYTES, MOST_BYTES_IN_ALL = 85_000, 3_000_000
COLOURS = (96, 64, 48, 32)
"""As many as keep a picture small."""
AIR = 8
"""Pixels of its ground above and below a message."""
FRIDAY, HOUR = 4, 19

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 2600}, "device_scale_factor": 2}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1200, "height": 2000}}
VARIANTS: dict[str, dict[str, Any]] = {
    "phone-dark": PHONE | {"color_scheme": "dark"},
    "phone-light": PHONE | {"color_scheme": "light"},
    "desktop-dark": DESKTOP | {"color_scheme": "dark"},
    "desktop-light": DESKTOP | {"color_scheme": "light"},
}
"""As high as the longest message, so that each is drawn whole."""
IN_ALL_VARIANTS = (
    "help",
    "setup",
    "lobby",
    "round",
    "locked-in",
    "reveal",
    "podium",
    "board",
    "sitting",
    "progress",
    "daily",
)
ON_A_PHONE = (
    "lesson",
    "answered",
    "host-controls",
    "my-result",
    "chart",
    "daily-result",
    "review",
    "typed",
    "typed-form",
    "several",
    "order",
    "picture",
    "flags",
    "japanese",
    "arabic",
    "question-preview",
    "course-import",
    "suggestion",
)
PREVIEWED = {
    "question": "Which part of a cell makes its energy?",
    "answers": "nucleus\n* mitochondrion\nmembrane",
    "reasons": "It keeps the DNA.\nIt makes ATP from sugar and oxygen.\nIt is the border.",
    "explanation": "Mitochondria turn sugar and oxygen into ATP.",
}
WEEK = (
    b"question,answer,option a,option b,option c\n"
    b"How many legs has a spider?,B,6,8,10\nHow many legs has an ant?,A,6,8,10\nWhich one flies?,D,ant,bee,worm\n"
)
WHOLE_PAGE = "playground"
"""The page as it is in a window of the usual height, dark."""


def names() -> set[str]:
    """The names of all files that are made."""
    in_all = {f"{name}-{variant}.png" for name in IN_ALL_VARIANTS for variant in VARIANTS}
    return in_all | {f"{name}-phone-dark.png" for name in ON_A_PHONE} | {f"{WHOLE_PAGE}-desktop-dark.png"}


class Camera:
    """Tabs of one member in every size and colour, which take pictures of single messages."""

    def __init__(self, tabs: dict[str, Page], wanted: Iterable[str]) -> None:
        self._tabs = tabs
        self._wanted = set(wanted)

    async def take(self, name: str, message: dict[str, Any], words: str) -> None:
        """Take a message in the variants of that screen, once it says these words there."""
        for variant, page in self._tabs.items():
            if f"{name}-{variant}.png" in names():
                shown = page.locator(f"[data-message-id='{message['id']}']")
                await expect(shown).to_contain_text(words)
                await self._keep(name, variant, shown)

    async def take_form(self, name: str, message: dict[str, Any], typed: str) -> None:
        """Open the form under a message by a press in the page, type an answer, and take the form; then close it."""
        page = self._tabs["phone-dark"]
        await asyncio.sleep(READING_SECONDS)  # sooner, the bot takes it for a double click
        await page.locator(f"[data-message-id='{message['id']}']").get_by_role("button", name="Answer").click()
        form = page.get_by_test_id("modal")
        await form.get_by_role("textbox").fill(typed)
        await self._keep(name, "phone-dark", form)
        await form.get_by_role("button", name="Cancel").click()

    async def take_page(self, message: dict[str, Any]) -> None:
        """Take the whole page as a window shows it, with the end of this message at its end."""
        page = self._tabs["desktop-dark"]
        await page.set_viewport_size({"width": 1200, "height": 800})
        shown = page.locator(f"[data-message-id='{message['id']}']")
        await shown.evaluate("message => message.scrollIntoView({block: 'end'})")
        await self._keep(WHOLE_PAGE, "desktop-dark")
        await page.set_viewport_size(DESKTOP["viewport"])

    async def _keep(self, name: str, variant: str, shown: Locator | None = None) -> None:
        """Store what is shown, or the whole page, in few colours.

        It is cut out of the page, since a message that is brought up to date meanwhile is another element.
        """
        if self._wanted and name not in self._wanted:
            return
        page, cut = self._tabs[variant], None
        if shown:
            await shown.evaluate("shown => shown.scrollIntoView({block: 'nearest'})")
            cut = await shown.bounding_box()
        taken = await page.screenshot(animations="disabled", caret="hide", clip=cut)
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        if shown:  # its neighbours are as near as the next line
            air = round(AIR * VARIANTS[variant].get("device_scale_factor", 1))
            picture = ImageOps.expand(picture, (0, air), picture.getpixel((picture.width - 1, 0)))
        file = FOLDER / f"{name}-{variant}.png"
        for colours in COLOURS:
            picture.quantize(colours, dither=Image.Dither.NONE).save(file, optimize=True)
            if file.stat().st_size <= MOST_BYTES:
                break


class Answers:
    """Knows of every question of the courses what is right."""

    def __init__(self, packs: Path) -> None:
        self._questions = [q for one in sorted(packs.iterdir()) for q in read_pack(one).pack.questions]

    def asked(self, message: dict[str, Any]) -> Question:
        """The question that a message asks."""
        words = text(message)
        asked = [question for question in self._questions if question.stem in words]
        assert asked, f"no question of the courses in:\n{words}"
        return max(asked, key=lambda question: len(question.stem))

    def letter(self, message: dict[str, Any], *, right: bool = True) -> str:
        """The letter of the right option, or of the first wrong one."""
        question, words = self.asked(message), text(message)
        letters = {found[2].strip(): found[1] for found in re.finditer(r"^\W*([A-J])\W* · (.+)$", words, re.MULTILINE)}
        return next(letters[o.text.strip()] for o in question.options if o.correct == right)

    async def give(self, member: Member, message: dict[str, Any], *, right: bool = True) -> dict[str, Any]:
        """Answer the question of a message in whatever form; returns what shows the outcome."""
        question = self.asked(message)
        if question.form == "choice":
            return await member.press(message, self.letter(message, right=right))
        if question.form == "order":
            while left := [label for label in buttons(message) if len(label) == 1]:
                message = await member.press(message, left[0])
            return await member.press(message, "Send")
        opened, form = await member.open_form(message, "Answer")
        if question.form == "several":
            some = str(form["components"][0]["component"]["options"][0]["value"])
            return await member.submit(opened, form, message, chosen=[some])
        return await member.submit(opened, form, message, typed=question.answer if right else "Aristotle")


class Evening:
    """What the members do, and when a picture is taken."""

    def __init__(self, playground: Playground, camera: Camera, answers: Answers) -> None:
        self.playground = playground
        self.take = camera.take
        self.camera = camera
        self.answers = answers
        self.ada, self.grace, self.linus = (Member(playground, number) for number in range(3))

    async def play(self) -> None:
        """From the first `/help` to the last course."""
        await self._begin()
        await self._learn()
        await self._compete()
        await self._measure()
        await self._daily()
        await self._the_other_forms()
        await self._other_alphabets()
        await self._own_course()

    async def _begin(self) -> None:
        setup = await self.ada.command("studyhall", "setup")
        setup = await self.ada.choose(setup, "python-concurrency")
        await self.take("setup", setup, "Reload courses")
        await self.take("help", await self.ada.command("help"), "Try 5 questions")

    async def _learn(self) -> None:
        contents = await self.ada.command("lesson")
        await self.take("lesson", await self.ada.press(contents, "Start reading"), "Page 1 of")
        message = await self.ada.command("quiz", questions=5, section="threads")
        for number in range(5):
            message = await self.answers.give(self.ada, message, right=number != 2)
            if number == 2:
                await self.take("answered", message, "Not quite")
            message = await self.ada.press(message, "See how it went" if number == 4 else "Next ▶")
        await self.take("sitting", message, "4 of 5")

    async def _compete(self) -> None:
        lobby = await self.ada.command("compete", rounds=3, pace="calm")
        for member in (self.grace, self.linus):
            await member.press(lobby, "Join")
        await self.take("lobby", lobby, "3 in")
        panel = await self.ada.press(lobby, "Host controls")
        await self.take("host-controls", panel, "Host controls")
        await self.ada.press(panel, "Start")
        for number in range(3):
            asked = await self._until_shown(rf"Round {number + 1} of 3 · .*Closes", "the round")
            await self.answers.give(self.grace, asked, right=number != 1)
            mine = await self.answers.give(self.ada, asked)
            if number == 1:
                await self.take("locked-in", mine, "Locked in")
                await self.take("round", asked, "2 of 3")
            await self.answers.give(self.linus, asked, right=number == 2)
            revealed = await self._until_shown(rf"Round {number + 1} of 3 · .*got this", "the reveal")
            if number == 1:
                await self.take("reveal", revealed, "got this")
                await self.take("my-result", await self.ada.press(revealed, "My result"), "of 3")
        await self.take("podium", await self._until_shown(r"🏆.*of 3 right", "the podium"), "wins")
        await self.take("board", await self.ada.command("leaderboard"), "you're")
        await self.take("progress", await self.ada.command("progress"), "study points")

    async def _measure(self) -> None:
        shown = await self.ada.command("demo", name="io-wait")
        for member in (self.grace, self.linus):
            await member.press(shown, next(label for label in buttons(shown) if "Run" not in label))
        await self.ada.press(shown, "▶ Run it now")
        await until(self.playground, lambda: "Run again" in buttons(self.ada.sees(shown)), "the chart")
        await self.take("chart", shown, "Try it yourself")
        await self.camera.take_page(shown)

    async def _daily(self) -> None:
        await self.ada.command("daily")
        asked = await self._until_shown("Question of the day", "the question of the day")
        await self.answers.give(self.grace, asked)
        await self.answers.give(self.linus, asked, right=False)
        await self.take("daily", asked, "2 answered")
        self.playground.world.shift(int(timedelta(days=1).total_seconds()))
        await self.take("daily-result", await self._until_shown("got it right", "its result"), "1 of 2")
        await self.take("review", await self.ada.command("review"), "due")

    async def _the_other_forms(self) -> None:
        await self._choose_course("honey-bees")
        async for message in self._asked_of(self.ada, "Finding flowers", 5):
            question = self.answers.asked(message)
            if question.picture:
                await self.take("picture", message, "Where are the flowers?")
            elif question.accepted:
                await self.take("typed", message, "You type the answer")
                await self.camera.take_form("typed-form", message, "von Frisch")
        async for message in self._asked_of(self.ada, "colony", 4):
            question = self.answers.asked(message)
            if question.form == "several":
                await self.take("several", message, "More than one can be right")
            elif question.form == "order":
                for _ in range(2):
                    message = await self.ada.press(message, next(b for b in buttons(message) if len(b) == 1))
                await self.take("order", message, "Question")
        await self._flag()

    async def _asked_of(self, member: Member, section: str, questions: int) -> AsyncIterator[dict[str, Any]]:
        """The questions of a quiz, each answered when the next one is wanted."""
        message = await member.command("quiz", section=section, questions=questions)
        for _ in range(questions - 1):
            yield message
            outcome = await self.answers.give(member, member.sees(message))
            message = await member.press(outcome, "Next ▶")
        yield message

    async def _flag(self) -> None:
        """Two members type the same, and say that it should count."""
        for member in (self.grace, self.linus):
            async for message in self._asked_of(member, "Finding flowers", 5):
                if self.answers.asked(message).accepted:
                    opened, form = await member.open_form(message, "Answer")
                    outcome = await member.submit(opened, form, message, typed="Karl Frisch")
                    await member.press(outcome, "Mine should count")
                    break
        queue = await self.ada.command("studyhall", "flags")
        await self.take("flags", await self.ada.choose(queue, "honey-bees/who-read-the-dance"), "Karl Frisch")

    async def _own_course(self) -> None:
        """A teacher makes a course for the server, and a member suggests a question."""
        await self.ada.command("course", "new", title="Biology 7b")
        opened, form = await self.ada.form_of("question", "add", course="Biology 7b")
        preview = await self.ada.submit(opened, form, **PREVIEWED)
        await self.take("question-preview", preview, "Publish")
        await self.ada.press(preview, "Publish")
        report = await self.ada.command("course", "import", course="Biology 7b", file=Attached("week 3.csv", WEEK))
        await self.take("course-import", report, "Publish all that pass")
        panel = await self.ada.press(await self.ada.command("studyhall", "setup"), "Authors…")
        await self.ada.press(panel, "Everybody may suggest")
        opened, form = await self.grace.form_of("suggest", course="Biology 7b")
        suggested = await self.grace.submit(opened, form, question="Do plants breathe?", answers="* yes\nno")
        await self.grace.press(suggested, "Propose")
        await self.take("suggestion", await self.ada.command("question", "review"), "Turn down")

    async def _other_alphabets(self) -> None:
        for name, course in (("japanese", "seasons-in-japan"), ("arabic", "planets-in-arabic")):
            await self._choose_course(course)
            message = await self.ada.command("quiz", questions=4)
            while self.answers.asked(message).form != "choice":
                message = await self.answers.give(self.ada, message)
                message = await self.ada.press(message, "Next ▶")
            await self.take(name, await self.answers.give(self.ada, message), "Right")

    async def _choose_course(self, course: str) -> None:
        await self.ada.choose(await self.ada.command("studyhall", "setup"), course)

    async def _until_shown(self, pattern: str, what: str) -> dict[str, Any]:
        """The newest message that says so, once there is one."""
        return await until(self.playground, lambda: next(self._saying(pattern), None), what)

    def _saying(self, pattern: str) -> Iterator[dict[str, Any]]:
        return (one for one in self.ada.messages() if re.search(pattern, text(one), re.DOTALL))


async def tabs_of(browser: Browser, playground: Playground) -> dict[str, Page]:
    """A tab of the first member for each variant."""
    tabs = {}
    for variant, look in VARIANTS.items():
        page = await (await browser.new_context(**look, timezone_id="UTC", locale="en-GB")).new_page()
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        await page.goto(f"{playground.address}?as={next(iter(playground.world.members))}")
        await page.wait_for_selector("[data-testid=bot-status][data-online=true]", state="attached")
        tabs[variant] = page
    return tabs


def seconds_to_friday(now_ms: int) -> int:
    """From now to the next Friday evening, so that every evening begins at the same hour."""
    now = utc(now_ms)
    evening = now.replace(hour=HOUR, minute=0, second=0, microsecond=0) + timedelta((FRIDAY - now.weekday()) % 7)
    return int(((evening if evening > now else evening + timedelta(7)) - now).total_seconds())


async def make(wanted: Iterable[str]) -> None:
    """Play the evening and store the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="studyhall-screens-") as folder:
        packs = Path(folder) / "packs"
        shutil.copytree(lettered_course(), packs)
        for course in COURSES:
            shutil.copytree(course, packs / course.name)
        async with Playground() as playground, async_playwright() as playwright:
            playground.world.shift(seconds_to_friday(playground.world.now_ms()))
            bot = Bot(
                playground,
                Path(folder) / "data",
                STUDYHALL_PACKS_DIR=str(packs),
                STUDYHALL_PAUSE_FACTOR="1.5",
                STUDYHALL_DEMO_ROUNDS="3",
            )
            bot.program = (str(SEEDED),)
            await bot.start()
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            try:
                camera = Camera(await tabs_of(browser, playground), wanted)
                await Evening(playground, camera, Answers(packs)).play()
            finally:
                await browser.close()
                await bot.stop()


def missing_fonts() -> list[str]:
    """The languages for which this machine has no font."""
    listed = lambda language: subprocess.run(["fc-list", f":lang={language}"], capture_output=True, check=True).stdout  # noqa: E731
    return [language for language in ("ja", "ar") if not listed(language)]


if __name__ == "__main__":
    if lacking := missing_fonts():
        sys.exit(f"No font here for: {', '.join(lacking)}. Install fonts-noto-core and fonts-ipafont-gothic (Debian).")
    asyncio.run(make(sys.argv[1:]))
