"""Files that were sent: by the bot with its messages, by members with theirs, in commands and in forms.

https://discord.com/developers/docs/resources/message#attachment-object
"""

import mimetypes
import re
import unicodedata
from collections import OrderedDict
from typing import Any, NamedTuple
from urllib.parse import quote

from bot.playground.api_errors import FILE_TOO_LARGE, ApiError
from bot.playground.pictures import picture_kind, picture_size

MAX_FILE_BYTES = 10 * 1024 * 1024
"""What Discord takes of whoever pays nothing."""
KEPT_BYTES = 256 * 1024 * 1024
"""Of all files together; beyond it the oldest ones are gone, as an address of Discord's is after a day."""
EXPIRY_SECONDS = 24 * 60 * 60
_TEXTS = {
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/x-yaml",
}
_LONGEST_NAME = 200

Json = dict[str, Any]


class Upload(NamedTuple):
    """A file as it was sent."""

    filename: str
    content_type: str
    data: bytes


class _Kept(NamedTuple):
    upload: Upload
    attachment: Json


class Files:
    """Every file that is kept, and what members have uploaded for what they do next."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._bytes = 0

    def get(self, place: str, file_id: str) -> Upload | None:
        """The file with that id in a folder of the addresses, unless it has gone."""
        kept = self._kept.get((place, file_id))
        return kept and kept.upload

    def at(self, address: str) -> Upload:
        """The file that an attachment's address leads to. Raises KeyError where it has gone."""
        folder, of, file_id, *_ = address.removeprefix(f"{self._origin}/").split("/")
        return self._kept[f"{folder}/{of}", file_id].upload

    def attach(self, file_id: str, channel_id: str, upload: Upload, description: str | None = None) -> Json:
        """Keep a file of a message; returns the attachment. Raises ApiError for a file that is too large."""
        more = {"description": description} if description else {}
        return self._keep(f"attachments/{channel_id}", file_id, upload, **more)

    def upload(self, file_id: str, member_id: str, upload: Upload, now_ms: int) -> Json:
        """Keep what a member chose, until they send it; returns the attachment as an interaction has it.

        Raises ApiError for a file that is too large.
        """
        begins = now_ms // 1000
        query = f"?ex={begins + EXPIRY_SECONDS:x}&is={begins:x}&hm={int(file_id):064x}&"
        name = tame(upload.filename)
        more = {"title": upload.filename.rpartition(".")[0] or upload.filename} if name != upload.filename else {}
        return self._keep(_own(member_id), file_id, upload._replace(filename=name), query, ephemeral=True, **more)

    def uploaded(self, member_id: str, file_id: str) -> Json | None:
        """The attachment that a member uploaded; None where it is not theirs, or has gone."""
        kept = self._kept.get((_own(member_id), file_id))
        return kept and kept.attachment

    def content(self, member_id: str, attachment: Json) -> Upload:
        """The file of an attachment that a member uploaded."""
        return self._kept[_own(member_id), attachment["id"]].upload

    def _keep(self, place: str, file_id: str, upload: Upload, query: str = "", **more: Any) -> Json:
        if len(upload.data) > MAX_FILE_BYTES:
            raise ApiError(FILE_TOO_LARGE)
        url = f"{self._origin}/{place}/{file_id}/{quote(upload.filename, safe='')}{query}"
        attachment: Json = {
            "id": file_id,
            "filename": upload.filename,
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": upload.content_type,
            **picture_size(upload.data),
            **more,
        }
        self._kept[place, file_id] = _Kept(upload, attachment)
        self._bytes += _weight(upload)
        while self._bytes > KEPT_BYTES:
            _place, gone = self._kept.popitem(last=False)
            self._bytes -= _weight(gone.upload)
        return attachment


def _own(member_id: str) -> str:
    """Where the files lie that a member has uploaded and that belong to no message."""
    return f"ephemeral-attachments/{member_id}"


def _weight(upload: Upload) -> int:
    return len(upload.data) + 1024


def read_upload(filename: str, data: bytes) -> Upload:
    """A file: whether it is a picture is read from the file itself, anything else from its name."""
    kind = picture_kind(data)
    if kind is None:
        ending = "." + filename.rpartition(".")[2].lower()
        kind = _TEXTS.get(ending) or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        if kind.startswith("image/"):  # its name says so, but it is none
            kind = "application/octet-stream"
        elif kind.startswith("text/"):
            kind += "; charset=utf-8"
    return Upload(filename, kind, data)


def tame(filename: str) -> str:
    """A file's name as Discord keeps it: letters without accents, digits, dots, hyphens and underscores."""
    plain = unicodedata.normalize("NFKD", re.split(r"[/\\]", filename)[-1]).replace(" ", "_")
    stem, dot, ending = re.sub(r"[^A-Za-z0-9_.-]", "", plain).rpartition(".")
    stem, ending = (stem, ending[:20]) if dot else (ending, "")
    return (stem.strip(".")[:_LONGEST_NAME] or "file") + dot + ending
