"""A competition as a state machine: ``step(state, event, now) -> (state, effects)``.

Lobby, then round by round: asking (until all have answered, or the deadline and a short drain), revealing (a pause to
read), and at the end the podium. Times are Discord's, in epoch milliseconds: a round's clock starts with the stamp of its
message, an answer's time is the stamp of the click. No event in any state raises; one that means nothing changes nothing.
"""

from bot.quiz.competition.clock import ended, keeps_waiting, lost, paused, resumed, shown, skipped, ticked
from bot.quiz.competition.events import (
    Answer,
    Cancel,
    Confide,
    End,
    Event,
    Forget,
    Join,
    KeepWaiting,
    Leave,
    LobbyPosted,
    Lost,
    Opened,
    Pause,
    Resume,
    Skip,
    Start,
    Step,
    TakeOver,
    Tick,
    Told,
    Verdict,
)
from bot.quiz.competition.leaving import forget, left
from bot.quiz.competition.lobby import cancelled, joined, lobby_posted, started
from bot.quiz.competition.players import with_host
from bot.quiz.competition.rounds import answered, confided, opened
from bot.quiz.competition.state import LIVE, Competition


def step(state: Competition, event: Event, now_ms: int) -> Step:
    """The state after an event, and what is to be shown for it."""
    if state.phase not in LIVE:
        return state, [Told(Verdict.OVER)] if not isinstance(event, Tick | Opened | LobbyPosted | Lost) else []
    match event:
        case Join():
            return joined(state, event, now_ms)
        case Leave():
            return left(state, event, now_ms)
        case Start():
            return started(state, event, now_ms)
        case Cancel():
            return cancelled(state, event)
        case Opened():
            return opened(state, event, now_ms)
        case Answer():
            return answered(state, event, now_ms)
        case Confide():
            return confided(state, event)
        case Tick():
            return ticked(state, now_ms)
        case Pause():
            return paused(state, event, now_ms)
        case Resume():
            return resumed(state, event, now_ms)
        case KeepWaiting():
            return keeps_waiting(state, event, now_ms)
        case Skip():
            return skipped(state, event, now_ms)
        case End():
            return ended(state, event, now_ms)
        case LobbyPosted():
            return lobby_posted(state, event)
        case Lost():
            return lost(state, event, now_ms)
        case TakeOver():
            state = with_host(state, event.member_id)
            return state, [Told(Verdict.DONE), *shown(state)]
        case Forget():
            return forget(state, event, now_ms)
