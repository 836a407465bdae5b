"""How the playground's page is opened, seen from the machine that it runs on."""

import stat
import webbrowser

from bot.playground.play import DOOR, open_page

ADDRESS = "http://127.0.0.1:8028/the-secret/"


def test_the_secret_address_is_not_what_a_browser_is_started_with(tmp_path, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    door = tmp_path / "data" / "playground" / DOOR
    open_page(ADDRESS, door, "the playground")
    assert opened == [door.as_uri()]
    assert "the-secret" not in opened[0]
    assert f"url={ADDRESS}" in door.read_text("utf-8")
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    assert stat.S_IMODE(door.parent.stat().st_mode) == stat.S_IMODE(door.parent.parent.stat().st_mode) == 0o700
