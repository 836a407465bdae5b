"""Members' avatars beside text: by Discord's own address, so that nothing of them is downloaded or kept."""

from bot.model.members import Face
from bot.ui.layouts import Beside

_CDN = "https://cdn.discordapp.com"
_PIXELS = 128
_DEFAULTS = 6
"""Discord's default pictures, chosen by a member's id: https://discord.com/developers/docs/reference#image-formatting."""


def avatar_address(member_id: int, avatar: str | None) -> str:
    """Where Discord has a member's avatar; without one (or for a stand-in), its default picture."""
    if avatar and member_id > 0:
        return f"{_CDN}/avatars/{member_id}/{avatar}.png?size={_PIXELS}"
    return f"{_CDN}/embed/avatars/{(max(0, member_id) >> 22) % _DEFAULTS}.png"


def with_face(text: str, member_id: int, face: Face) -> Beside:
    """A text that names a member, with their avatar beside it."""
    return Beside(text, avatar_address(member_id, face.avatar), "Their avatar")
