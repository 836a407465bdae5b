"""An HTTP server for one browser on this machine: loopback only, below a secret, with a policy that runs nothing foreign."""

import functools
import logging
import mimetypes
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web
from aiohttp.http import HttpProcessingError

HOST = "127.0.0.1"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every response, of refusals as well."""
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Loopback:
    """A server that is bound when it is made, so that its address is known, and answers from `start` on.

    ``name`` is what a refusal calls it; ``policy`` are headers that differ from the usual ones. Raises OSError when the port
    is taken.
    """

    def __init__(self, name: str, port: int = 0, policy: Mapping[str, str] | None = None) -> None:
        self._name = name
        self._security = {**_SECURITY, **(policy or {})}
        # The port must be known before the parts are made, and the routes before the server starts: so bind first, and
        # keep it, or another program may take it meanwhile.
        self._bound = socket.create_server((HOST, port))
        self._runner: web.AppRunner | None = None
        self.port: int = self._bound.getsockname()[1]
        self.host = f"{HOST}:{self.port}"
        self.secret = secrets.token_urlsafe(24)
        self.address = f"http://{self.host}/{self.secret}/"
        self.app = web.Application(middlewares=[self._guard], client_max_size=64 * 1024 * 1024)

    async def start(self) -> None:
        """Begin to answer; every route is there by now."""
        http_log = logging.Logger(f"{__name__}.http")
        http_log.parent = _log
        http_log.addFilter(_is_no_bad_request)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=2, logger=http_log)
        await self._runner.setup()
        assert self._runner.server is not None
        made = self._runner.server.request_factory
        kind = type("_Request", (_Request,), {"security": self._security})
        self._runner.server.request_factory = functools.partial(made, _cls=kind)  # type: ignore[call-arg]
        await web.SockSite(self._runner, self._bound).start()

    async def close(self) -> None:
        """Stop, and give the port back."""
        if self._runner:
            await self._runner.cleanup()
        self._bound.close()

    def serve_files(self, below: str, folder: Path) -> None:
        """Serve a folder's files, those that are there now, below a path of the secret."""
        assets = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}

        async def serve(request: web.Request) -> web.StreamResponse:
            path = assets.get(request.match_info["path"])
            if path is None:
                raise web.HTTPNotFound
            return page(path)

        self.app.router.add_get(f"/{self.secret}/{below}/{{path:.+}}", serve)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only this machine, by this address, and no page of another origin."""
        origin = request.headers.get("Origin")
        if request.host != self.host or (origin is not None and origin != f"http://{self.host}"):
            return web.Response(status=403, text=f"The {self._name} answers only at its own address.")
        return await handler(request)


def page(path: Path) -> web.Response:
    """A file of ours as it is."""
    kind = _KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind == "text/html" else None
    return web.Response(body=path.read_bytes(), content_type=kind, charset=charset)


class _Request(web.Request):
    """Puts the security headers on whatever answers it: on what is no HTTP, too, which no middleware sees."""

    security: Mapping[str, str] = _SECURITY

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        await super()._prepare_hook(response)
        response.headers.update(self.security)


def _is_no_bad_request(record: logging.LogRecord) -> bool:
    """Whether a line of the HTTP server is about anything but a request that can't be read, whose sender was told."""
    return not (record.exc_info and isinstance(record.exc_info[1], (HttpProcessingError, web.RequestPayloadError)))
