"""The playground's page in a real browser: members in tabs, the real bot behind it."""

import re
from pathlib import Path

from hosting import Bot, Member
from playwright.async_api import Locator, Page, expect
from tabs import OpenTab

from bot.playground.server import Playground

ROOM = "shown => shown.getBoundingClientRect().right - parseFloat(getComputedStyle(shown).paddingRight)"
"""Up to where words may stand in an element."""


async def run(page: Page, command: str, **options: str) -> Locator:
    """Type a command with its options and run it; returns the message that answers it."""
    before = await page.locator("[data-message-id]").count()
    await page.click("#composer")
    await page.keyboard.type(f"/{command} ")
    for name, value in options.items():
        field = page.get_by_test_id(f"option-{name}")
        if not await field.count():
            await page.get_by_test_id("option-add").focus()
            await page.get_by_test_id(f"add-option-{name}").click()
        await field.fill(value)
    await page.get_by_test_id("run-command").click()
    await expect(page.locator("[data-message-id]")).to_have_count(before + 1)
    return page.locator("[data-message-id]").last


async def picture(page: Page, folder: Path | None, name: str) -> None:
    if folder:
        await page.screenshot(path=folder / f"{name}.png")


async def press(message: Locator, label: str) -> None:
    await message.get_by_role("button", name=label, exact=True).click()


async def test_a_lesson_is_read_and_a_quiz_taken_in_one_tab(open_tab: OpenTab, screenshots):
    page = await open_tab()
    contents = await run(page, "lesson")
    await expect(contents).to_contain_text("I/O-bound and CPU-bound work")
    await picture(page, screenshots, "contents")
    await press(contents, "Start reading")
    await expect(contents).to_contain_text("Page 1 of")
    await picture(page, screenshots, "page")
    await press(contents, "Quiz me on this")
    quiz = page.locator("[data-message-id]").last
    await expect(quiz).to_contain_text("Question 1 of 5")
    await picture(page, screenshots, "question")
    await press(quiz, "A")
    await expect(quiz).to_contain_text(re.compile("Right: A|Not quite: you chose A"))
    await picture(page, screenshots, "outcome")
    await press(quiz, "Why not the others?")
    await expect(quiz).to_contain_text("The rule")
    await picture(page, screenshots, "others")
    await expect(quiz).to_contain_text("Only you can see this")


async def test_two_tabs_predict_run_and_see_the_demo_live(open_tab: OpenTab, screenshots):
    ada, grace = await open_tab(0), await open_tab(1)
    await run(ada, "demo", name="A counter shared by threads")
    shown = grace.locator("[data-message-id]").last
    await expect(shown).to_contain_text("Predict before it runs")
    await press(shown, "Less")
    note = grace.locator("[data-message-id]").last
    await expect(note).to_contain_text("You predict: Less")
    await expect(ada.locator("[data-message-id]").last).to_contain_text("1 prediction so far")
    await expect(ada.locator("[data-message-id]")).to_have_count(1)
    await press(ada.locator("[data-message-id]").last, "▶ Run it now")
    result = grace.locator("[data-message-id]").first
    await expect(result).to_contain_text("Try it yourself")
    chart = result.locator("img[alt^='Bar chart']")
    await expect(chart).to_be_visible()
    await picture(ada, screenshots, "demo")


async def test_the_leaderboard_names_both_members(open_tab: OpenTab, bot: Bot, screenshots):
    for number in range(2):
        member = Member(bot.playground, number)
        await member.press(await member.command("quiz", questions=1), "A")
    page = await open_tab(1)
    board = await run(page, "leaderboard")
    await expect(board).to_contain_text("Ada")
    await expect(board).to_contain_text(re.compile(", you('re| share) "))
    await picture(page, screenshots, "board")


async def test_a_command_that_a_message_names_is_opened_by_a_click(open_tab: OpenTab):
    page = await open_tab()
    await run(page, "help")
    shown = page.locator("[data-message-id]").first
    await press(shown, "/studyhall setup")
    await expect(page.get_by_test_id("run-command")).to_be_visible()
    await page.get_by_test_id("run-command").click()
    await expect(page.locator("[data-message-id]").last).to_contain_text("No seasons")
    await press(shown, "/quiz")
    await expect(page.get_by_test_id("run-command")).to_be_visible()
    await expect(shown).not_to_contain_text(re.compile(r"</\w+:\d+>"))


async def test_a_messages_menu_asks_about_what_it_speaks_of(open_tab: OpenTab, screenshots):
    page = await open_tab()
    await page.fill("#composer", "Does the GIL stop two threads from sharing a counter?")
    await page.keyboard.press("Enter")
    said = page.locator("[data-message-id]").first
    await said.hover()
    await said.get_by_role("button", name="More for this message").click()
    await page.get_by_role("menuitem", name="Quiz me on this").click()
    question = page.locator("[data-message-id]").last
    await expect(question).to_contain_text("From that message: GIL")
    await expect(question).to_contain_text("used Quiz me on this")
    await picture(page, screenshots, "about")


async def test_bad_input_gets_a_clear_sentence_before_and_after_sending(open_tab: OpenTab, screenshots):
    page = await open_tab()
    await page.click("#composer")
    await page.keyboard.type("/quiz ")
    await page.get_by_test_id("add-option-questions").click()
    await page.get_by_test_id("option-questions").fill("99")
    await page.get_by_test_id("run-command").click()
    await expect(page.locator("body")).to_contain_text(re.compile("from 1 to 20|between 1 and 20|at most 20"))
    await picture(page, screenshots, "bad-option")
    await page.keyboard.press("Escape")
    await page.reload()
    unknown = await run(page, "lesson", section="Basket weaving")
    await expect(unknown).to_contain_text("There is no such section. Pick one from the list")
    await picture(page, screenshots, "unknown-section")


async def test_the_answer_to_ones_own_command_comes_into_view_wherever_one_has_scrolled_to(open_tab: OpenTab, bot: Bot):
    page = await open_tab()
    ada, grace = Member(bot.playground), Member(bot.playground, 1)
    for number in range(40):
        bot.playground.acts.say(grace.id, ada.channel_id, f"line {number}")
    await expect(page.locator("[data-message-id]")).to_have_count(40)
    await page.locator(".scroller").hover()
    await page.mouse.wheel(0, -3_000)
    await expect(page.locator("[data-message-id]").first).to_be_in_viewport()
    bot.playground.acts.say(grace.id, ada.channel_id, "of others, which may wait")
    await expect(page.locator(".new-pill")).to_be_visible()
    answer = await run(page, "help")
    await expect(answer).to_contain_text("A study hall for")
    await expect(answer.get_by_role("button").last).to_be_in_viewport()


async def test_who_challenges_the_bot_is_told_what_is_wrong(open_tab: OpenTab):
    page = await open_tab()
    answer = await run(page, "duel", member="Studyhall")
    await expect(answer).to_contain_text("Bots can't play. Choose a member of this server.")


async def test_a_thread_hangs_on_the_message_that_it_was_started_from(open_tab: OpenTab, bot: Bot, screenshots):
    page = await open_tab()
    ada = Member(bot.playground)
    bot.playground.acts.say(ada.id, ada.channel_id, "Who plays?")
    channel = bot.playground.world.channels[ada.channel_id]
    thread = bot.playground.world.start_thread(channel, next(iter(channel.messages)), "Quiz night")
    card = page.locator("[data-message-id]", has_text="Who plays?").get_by_test_id("thread-card")
    await expect(card).to_contain_text("There are no recent messages in this thread.")
    bot.playground.acts.say(ada.id, thread.id, "I do!")
    await expect(card).to_contain_text("1 message")
    await picture(page, screenshots, "thread")
    await card.click()
    await expect(page.locator("[data-message-id]")).to_have_count(1)
    await expect(page.locator("[data-message-id]")).to_contain_text("I do!")


async def test_a_picture_seen_large_on_a_phone_has_its_words_on_a_band_of_their_own(
    open_tab: OpenTab, bot: Bot, screenshots
):
    page = await open_tab(viewport={"width": 360, "height": 740})
    ada = Member(bot.playground)
    opened = await ada.command("demo", name="io-wait")
    await ada.press(opened, "▶ Run it now")
    await page.locator("button.picture").first.click(timeout=60_000)
    shown, caption = page.locator(".lightbox img"), page.locator(".lightbox figcaption")
    await expect(caption).to_contain_text("Bar chart")
    await expect(caption).to_have_css("background-color", "rgb(26, 26, 30)")
    above, below = await shown.bounding_box(), await caption.bounding_box()
    assert above and below
    assert above["y"] + above["height"] <= below["y"]
    assert below["y"] + below["height"] <= 740
    await picture(page, screenshots, "large")


async def test_a_word_that_is_no_command_is_told_once_in_the_list(open_tab: OpenTab):
    page = await open_tab()
    await page.click("#composer")
    await page.keyboard.type("/juggle")
    await page.keyboard.press("Enter")
    said = page.get_by_text("There is no command /juggle")
    await expect(said).to_have_count(1)
    await expect(page.get_by_test_id("picker")).to_contain_text("Type / alone to see them all.")
    await page.fill("#composer", "/studyhall")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("picker")).to_contain_text("/studyhall setup")


async def test_a_messages_menu_on_a_phone_covers_no_words(open_tab: OpenTab):
    page = await open_tab(viewport={"width": 390, "height": 740})
    shown = await run(page, "help")
    await shown.locator(".message-head").hover()
    menu = await shown.locator(".toolbar").bounding_box()
    assert menu
    for line in (".used", ".message-head"):
        assert await shown.locator(line).evaluate(ROOM) <= menu["x"]


async def test_what_members_write_never_becomes_markup(open_tab: OpenTab, bot: Bot):
    page = await open_tab()
    ada = Member(bot.playground)
    hostile = "<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1)) <b>bold</b>"
    bot.playground.acts.say(ada.id, ada.channel_id, hostile)
    message = page.locator("[data-message-id]").last
    await expect(message).to_contain_text("<img src=x")
    assert await message.locator("img[src='x'], b").count() == 0
    assert await message.locator("a[href^='javascript']").count() == 0
    assert await page.title() != "owned"


async def test_a_new_member_and_the_next_day_reach_every_tab(open_tab: OpenTab, bot: Bot):
    ada, grace = await open_tab(0), await open_tab(1)
    form = ada.get_by_test_id("add-member")
    await form.get_by_role("textbox").fill("Barbara")
    await form.get_by_role("button").click()
    await expect(grace.locator("#right")).to_contain_text("Barbara")
    await grace.get_by_test_id("next-day").click()
    await expect(ada.locator("#right")).to_contain_text("1 day ahead")
    assert bot.playground.world.shift_ms == 86_400_000


async def test_the_day_after_messages_are_of_yesterday(open_tab: OpenTab):
    ada = await open_tab(0)
    await run(ada, "help")
    stamp = ada.locator(".message .stamp").last
    await expect(stamp).to_contain_text("Today at")
    await ada.get_by_test_id("next-day").click()
    await expect(stamp).to_contain_text("Yesterday at")


async def test_a_member_leaves_by_the_button_beside_their_name(open_tab: OpenTab, bot: Bot):
    ada, linus = await open_tab(0), await open_tab(2)
    await ada.get_by_role("button", name="Let Linus leave the server").click()
    await expect(ada.locator("#right")).not_to_contain_text("Linus")
    assert [one["global_name"] for one in bot.playground.world.members.values()] == ["Ada", "Grace"]
    await linus.locator("#composer").fill("Am I still here?")
    await linus.keyboard.press("Enter")
    await expect(linus.locator("body")).to_contain_text("This member has left the server. Play as another one.")


async def test_it_works_by_keyboard_alone_and_on_a_phone_in_light_colours(open_tab: OpenTab, screenshots):
    page = await open_tab(0, viewport={"width": 360, "height": 740}, color_scheme="light")
    await page.locator("#composer").focus()
    await page.keyboard.type("/lea")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    board = page.locator("[data-message-id]").last
    await expect(board).to_contain_text("Leaderboard")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await picture(page, screenshots, "phone")


async def test_the_page_says_when_the_bot_is_away_and_when_it_is_back(open_tab: OpenTab, bot: Bot):
    page = await open_tab()
    await bot.stop()
    await expect(page.locator("[data-testid=bot-status][data-online=false]")).to_be_attached()
    await bot.start()
    await expect(page.locator("[data-testid=bot-status][data-online=true]")).to_be_attached()


async def test_three_tabs_play_a_whole_competition(playground: Playground, open_quick: OpenTab, screenshots):
    tabs = [await open_quick(number) for number in range(3)]
    ada, grace, linus = tabs
    lobby = await run(ada, "compete", rounds="3", pace="quick")
    await expect(lobby).to_contain_text("Competition · All sections")
    for tab in (grace, linus):
        await press(tab.locator("[data-message-id]", has_text="Competition ·"), "Join")
    await expect(lobby).to_contain_text("3 in")
    await picture(ada, screenshots, "lobby")
    await press(lobby, "Host controls")
    await press(ada.locator("[data-message-id]", has_text="Host controls").last, "Start")
    for number in (1, 2, 3):
        heading = f"Round {number} of 3 ·"
        for tab, letter in zip(tabs, "ABC", strict=True):
            question = tab.locator("[data-message-id]", has_text=heading)
            await press(question, letter)
            if number == 1:
                await expect(tab.locator("[data-message-id]").last).to_contain_text(f"Locked in {letter}")
                await picture(tab, screenshots, f"round-{letter}")
        shown = ada.locator("[data-message-id]", has_text=heading)
        await expect(shown).to_contain_text("got this")
        if number == 1:
            await press(shown, "My result")
            await expect(ada.locator("[data-message-id]").last).to_contain_text("of 3")
            await picture(ada, screenshots, "my-result")
            await shown.evaluate("message => message.scrollIntoView()")  # at once: it is drawn again now and then
            await picture(ada, screenshots, "reveal")
    podium = linus.locator("[data-message-id]", has=linus.get_by_role("button", name="Rematch"))
    await expect(podium).to_contain_text("of 3 right")
    await expect(podium.locator("img[alt^='Podium']")).to_be_visible()
    await picture(linus, screenshots, "podium")
    await press(podium, "Practise that")
    await expect(linus.locator("[data-message-id]").last).to_contain_text("Question 1 of")


async def test_no_message_that_a_member_writes_stops_the_page_for_others(open_tab: OpenTab, bot: Bot):
    ada, grace = await open_tab(0), await open_tab(1)
    foreign = ("constructor", "__proto__", "toString", "hasOwnProperty", "valueOf")
    said = [f"```{word}\nx\n```" for word in foreign] + [
        f"[{word}][{word}] <:{word}:1> </{word}:1>" for word in foreign
    ]
    for words in said:
        bot.playground.acts.say(Member(bot.playground).id, Member(bot.playground).channel_id, words)
    bot.playground.acts.say(Member(bot.playground).id, Member(bot.playground).channel_id, "still here")
    for tab in (ada, grace):
        await expect(tab.locator("[data-message-id]")).to_have_count(len(said) + 1)
        await expect(tab.locator("[data-message-id]").last).to_contain_text("still here")
    await expect(grace.locator(".code-block")).to_have_count(len(foreign))
    await grace.reload()
    await expect(grace.locator("[data-message-id]").last).to_contain_text("still here")


async def test_a_message_that_cant_be_drawn_says_so_and_the_rest_is_shown(open_tab: OpenTab, bot: Bot):
    page = await open_tab()
    world = bot.playground.world
    channel = next(iter(world.channels.values()))
    broken = world.create_message(channel, world.bot, {"content": "soon broken"}, {})
    broken["embeds"] = 5
    world.tell("message", broken)
    world.create_message(channel, world.bot, {"content": "after it"}, {})
    for _ in range(2):
        await expect(page.locator("[data-message-id]").first).to_contain_text("can't show this message")
        await expect(page.locator("[data-message-id]").last).to_contain_text("after it")
        await page.reload()
