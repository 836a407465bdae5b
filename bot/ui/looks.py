"""What every kind of message looks like, and by which of its buttons it is found again: a new kind is one entry here."""

from collections.abc import Callable

from bot.facts import Say
from bot.model.posts import Kind, What
from bot.services.channels import Moves
from bot.services.competition.views import MOST_CALLED, GameView
from bot.services.demo.views import DemoView
from bot.ui.calendar.daily import daily_screen
from bot.ui.calendar.seasons import season_screen
from bot.ui.competition import podiums, reveals, screens
from bot.ui.layouts import Screen
from bot.ui.poster import Look
from bot.ui.sending import SendScheduler

URGENT = SendScheduler.URGENT


def looks(demo_screen: Callable[[DemoView, Say], Screen], moves_screen: Callable[[Moves], Screen]) -> dict[Kind, Look]:
    """The look of each kind."""
    daily = Look(lambda _what, view, _say: daily_screen(view), r"sh:daily\.(pick|mine):{of}(:|$)")
    return {
        Kind.LOBBY: _of_game(lambda _what, view, say: screens.lobby_screen(view, say), r"sh:game\.(join|accept):{of}$"),
        Kind.CALL: Look(
            lambda _what, view, _say: screens.call_screen(view),
            r"sh:game\.leave:{of}$",
            URGENT,
            lambda view: [player.member_id for player in view.state.players[:MOST_CALLED]],
            screens.thread_name,
        ),
        Kind.ROUND: _of_game(
            lambda what, view, say: reveals.round_screen(view, what.number, say),
            r"sh:game\.(pick|mine|resume):{of}:{number}(:|$)",
        ),
        Kind.PODIUM: _of_game(
            lambda _what, view, _say: podiums.podium_screen(view), r"sh:game\.(practise|rematch):{of}$"
        ),
        Kind.QUESTION: daily,
        Kind.RESULT: daily,
        Kind.SEASON: Look(lambda _what, view, _say: season_screen(view), r"sh:board\.past:{of}$"),
        Kind.MOVES: Look(lambda _what, view, _say: moves_screen(view), r"sh:flags\.mine:{of}$"),
        Kind.DEMO: Look(lambda _what, view, say: demo_screen(view, say), r"sh:demo\.(predict|run):{of}:", URGENT),
    }


def _of_game(draw: Callable[[What, GameView, Say], Screen], found_by: str) -> Look:
    return Look(draw, found_by, URGENT, thread=screens.thread_name)
