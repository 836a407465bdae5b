"""The panel with which a host steers: it shows what can be pressed, and nothing else."""

import pytest
from in_english import say
from played import played, then

from bot.quiz.competition.events import Event, Opened, Pause, Tick
from bot.services.competition.views import GameView
from bot.ui.competition.host import panel_screen
from bot.ui.layouts import Row

END, SKIP = "End game for everyone", "Skip round"


def rows(view: GameView) -> list[list[str]]:
    shown = [block.buttons for block in panel_screen(view, say).blocks if isinstance(block, Row)]
    assert not any(button.disabled for row in shown for button in row)
    return [[button.label for button in row] for row in shown]


def after(*events: Event) -> GameView:
    """A game of three rounds after its first one, and then these."""
    view = played("AB", rounds_planned=3)
    for event in events:
        view = then(view, event, view.state.wake_ms or 0)
    return view


def asked_again() -> GameView:
    """The same, in its second round."""
    view = after(Tick())
    return then(view, Opened(1, view.state.deadline_ms - 20_000), view.state.deadline_ms - 20_000)


def paused(view: GameView) -> GameView:
    return then(view, Pause(by=1), view.state.wake_ms - 1_000)


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (after(), [["Pause", "Next round"], [END]]),
        (paused(after()), [["Resume", "Keep waiting", "Next round"], [END]]),
        (asked_again(), [["Pause"], [END, SKIP]]),
        (paused(asked_again()), [["Resume", "Keep waiting"], [END, SKIP]]),
    ],
    ids=["over", "over and paused", "open", "open and paused"],
)
def test_only_what_can_be_pressed_is_shown_and_what_ends_something_has_a_row_of_its_own(view, shown):
    assert rows(view) == shown
