"""The workbench as one loopback server: its page, the playground's files by which that draws messages, and its calls."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.commands.export_questions import exported
from bot.commands.import_questions import take_files
from bot.errors import PackError, StudyhallError
from bot.exchange.formats import WRITTEN
from bot.facts import said
from bot.packs.files import pack_folders
from bot.playground.loopback import CSP, Loopback, page
from bot.playground.server import PAGE as PLAYGROUND_PAGE
from bot.ui.emojis import FOLDER as EMOJIS
from bot.ui.worded import for_operator
from bot.workbench.bench import Bench, Saved, new_course
from bot.workbench.playing import Playing
from bot.workbench.previews import EMOJI_IDS
from bot.workbench.proving import prove
from bot.workers import Workers

PAGE = Path(__file__).parent / "page"
POLICY = {"Content-Security-Policy": CSP.replace("frame-ancestors 'none'", "frame-src 'self'; frame-ancestors 'self'")}
"""The preview is a page within the page: only so it has a phone's width and a theme of its own."""
MOST_IMPORTED_BYTES = 10 * 1024 * 1024
FORMATS = {
    "csv": "csv",
    "xlsx": "xlsx",
    "gift": "gift",
    "moodle-xml": "xml",
    "markdown": "md",
    "anki": "apkg",
    "zip": "zip",
}
"""What a course is written as, and how such a file's name ends."""
KEEP_ALIVE_SECONDS = 15.0

Call = Callable[[dict[str, Any]], Awaitable[Any]]


class Workbench:
    """A running workbench; use it as an async context manager. ``address`` is its page, with its secret.

    ``folder`` is a course's, or one that holds courses. Raises OSError when the port is taken.
    """

    def __init__(
        self, folder: Path, playing: Playing, *, example: Path | None, demo_ids: Collection[str], port: int = 0
    ) -> None:
        self._folder = folder
        self._playing = playing
        self._example = example
        self._demo_ids = demo_ids
        self._port = port
        self._bench: Bench | None = None
        self._workers = Workers()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> "Workbench":
        self._server = server = Loopback("workbench", self._port, POLICY)
        self.address, self.host, self.secret = server.address, server.host, server.secret
        folders = self._courses()
        if len(folders) == 1:
            await self._open(folders[0])
        routes, at = server.app.router, f"/{server.secret}"
        routes.add_get(f"{at}/", self._page("index.html"))
        routes.add_get(f"{at}/preview", self._page("preview.html"))
        server.serve_files("page", PLAYGROUND_PAGE)
        server.serve_files("bench", PAGE)
        routes.add_get(f"{at}/emojis/{{number:\\d+}}.png", self._emoji)
        routes.add_get(f"{at}/pictures/{{key}}", self._picture)
        routes.add_get(f"{at}/events", self._events)
        routes.add_get(f"{at}/export/{{format}}", self._export)
        routes.add_post(f"{at}/import", self._import)
        calls: dict[str, Call] = {
            "courses": self._list,
            "choose": self._choose,
            "new": self._new,
            "open": self._open_question,
            "blank": self._blank,
            "check": self._check,
            "save": self._save,
            "remove": self._remove,
            "view": self._view,
            "prove": self._prove,
            "play": self._play,
        }
        for name, call in calls.items():
            routes.add_post(f"{at}/call/{name}", _answering(call))
        await server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if self._bench:
            await self._bench.close()
        await self._playing.close()
        await self._workers.close()
        await self._server.close()

    def _courses(self) -> list[Path]:
        try:
            return pack_folders(self._folder)[0]
        except OSError:
            return []

    @property
    def bench(self) -> Bench:
        """The course on the bench. Raises StudyhallError where none was chosen."""
        if self._bench is None:
            raise PackError(said("Choose a course first."))
        return self._bench

    async def _open(self, folder: Path) -> None:
        bench = Bench(folder, self._demo_ids, "pictures/")
        await bench.start()
        if self._bench:
            await self._bench.close()
        self._bench = bench

    # What the page calls; each takes and gives JSON

    async def _list(self, _asked: dict[str, Any]) -> Any:
        if self._bench:  # a page that was just opened has typed nothing yet
            self._bench.forget_draft()
        here = self._bench.folder.name if self._bench else None
        names = [folder.name for folder in self._courses()]
        names += [here] if here and here not in names else []
        return {"courses": names, "here": here, "example": self._example is not None, "formats": list(WRITTEN)}

    async def _choose(self, asked: dict[str, Any]) -> Any:
        folder = next((one for one in self._courses() if one.name == asked["name"]), None)
        if folder is None:
            raise PackError(said("That course is gone. Reload the page."))
        await self._open(folder)
        return {}

    async def _new(self, asked: dict[str, Any]) -> Any:
        title = " ".join(str(asked["title"]).split())
        if not title:
            raise PackError(said("Give the course a title."))
        own = self._courses() == [self._folder]
        parent = self._folder.parent if own else self._folder
        example = self._example if asked.get("example") else None
        folder = await asyncio.to_thread(new_course, parent, title[:60], example)
        await self._open(folder)
        return {"folder": str(folder)}

    async def _open_question(self, asked: dict[str, Any]) -> Any:
        index, opened = self.bench.open(str(asked["file"]), int(asked["index"]), str(asked.get("base", "")))
        return {"index": index, **opened._asdict()}

    async def _blank(self, asked: dict[str, Any]) -> Any:
        return {"fields": self.bench.blank(str(asked.get("section", "")), str(asked.get("form", "choice")))}

    async def _check(self, asked: dict[str, Any]) -> Any:
        return await self.bench.check(*_draft(asked))

    async def _save(self, asked: dict[str, Any]) -> Any:
        return _saved(await self.bench.save(*_draft(asked), str(asked.get("base", ""))))

    async def _remove(self, asked: dict[str, Any]) -> Any:
        return _saved(await self.bench.remove(str(asked["file"]), int(asked["index"]), str(asked["base"])))

    async def _view(self, asked: dict[str, Any]) -> Any:
        page_number = asked.get("page")
        number = None if page_number is None else int(page_number)
        return {"view": await self.bench.view(str(asked.get("section", "")), number, str(asked.get("term", "")))}

    async def _prove(self, asked: dict[str, Any]) -> Any:
        question = await self.bench.draft_for_proof(*_draft(asked))
        if question is None:
            raise PackError(said("Mend what is said below first: this is no whole question yet."))
        found = await prove(question, self._workers)
        return {"proved": [one._asdict() for one in found]}

    async def _play(self, _asked: dict[str, Any]) -> Any:
        return {"address": await self._playing.open(self.bench.folder)}

    # Pages, pictures, files

    def _page(self, name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(_request: web.Request) -> web.StreamResponse:
            return page(PAGE / name)

        return serve

    async def _emoji(self, request: web.Request) -> web.StreamResponse:
        names = {str(number): name for name, number in EMOJI_IDS.items()}
        name = names.get(request.match_info["number"])
        if name is None:
            raise web.HTTPNotFound
        return page(EMOJIS / f"{name}.png")

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        data = self._bench.picture(key) if self._bench else None
        kinds = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
        kind = kinds.get(key.rpartition(".")[2])
        if data is None or kind is None:
            raise web.HTTPNotFound
        return web.Response(body=data, content_type=kind)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """The course as it is listed, now and whenever it has changed (https://html.spec.whatwg.org/#server-sent-events)."""
        if self._bench is None:
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        closing = asyncio.create_task(self._closing.wait())
        events = self.bench.events()
        try:
            while not closing.done():
                following = asyncio.ensure_future(anext(events))
                while not following.done() and not closing.done():
                    waiting = {following, closing}
                    await asyncio.wait(waiting, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                    if not following.done():
                        await response.write(b": still here\n\n")
                if closing.done():
                    following.cancel()
                    break
                await response.write(f"data: {json.dumps(following.result())}\n\n".encode())
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            closing.cancel()
        return response

    async def _export(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["format"]
        if name not in FORMATS:
            raise web.HTTPNotFound
        try:
            found = await asyncio.to_thread(exported, self.bench.folder, name)
        except StudyhallError as problem:
            return web.Response(status=409, text=for_operator(problem.fact))
        file = f"{self.bench.folder.name}.{FORMATS[name]}"
        headers = {"Content-Disposition": f'attachment; filename="{file.encode("ascii", "replace").decode()}"'}
        return web.Response(body=found.data, content_type="application/octet-stream", headers=headers)

    async def _import(self, request: web.Request) -> web.StreamResponse:
        """Take the questions of a file that comes as the body; answers with the report."""
        data = await request.read()
        name = Path(request.query.get("name", "")).name or "questions"
        try:
            if len(data) > MOST_IMPORTED_BYTES:
                raise PackError(said(f"{name} is larger than 10 MiB. Split it into several files."))
            if not self.bench.course.is_short:
                raise PackError(
                    said("This is a proven course, which is written by hand. Import into a course of its own.")
                )
            update, section = request.query.get("update") == "yes", request.query.get("section", "")
            lines = await asyncio.to_thread(self._taken, name, data, section, update=update)
        except StudyhallError as problem:
            return web.json_response({"problem": for_operator(problem.fact)})
        await self.bench.reread()
        return web.json_response({"lines": lines})

    def _taken(self, name: str, data: bytes, section: str, *, update: bool) -> list[str]:
        with tempfile.TemporaryDirectory(prefix="studyhall-import-") as folder:
            file = Path(folder) / name
            file.write_bytes(data)
            taken = take_files([file], self.bench.folder, update=update, section=section)
            return [line for one in taken for line in one.lines]


def _answering(call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Has a call answer in JSON, with ``problem`` as a sentence where it could not be done."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            asked = await request.json()
            return web.json_response(await call(asked if isinstance(asked, dict) else {}))
        except StudyhallError as problem:
            return web.json_response({"problem": for_operator(problem.fact)})
        except LookupError:
            return web.json_response(
                {"problem": "That is gone from the file. The list on the left is up to date.", "gone": True}
            )
        except (ValueError, TypeError, AttributeError):
            return web.json_response(
                {"problem": "The page sent something odd. Reload it; nothing was changed."}, status=400
            )

    return serve


def _draft(asked: dict[str, Any]) -> tuple[str, int | None, dict[str, Any]]:
    index = asked.get("index")
    fields = asked["fields"]
    if not isinstance(fields, dict):
        raise TypeError("fields")
    return str(asked["file"]), None if index is None else int(index), fields


def _saved(saved: Saved) -> dict[str, Any]:
    theirs = saved.theirs._asdict() if saved.theirs else None
    return {"index": saved.place, "conflict": saved.conflict, "theirs": theirs}
