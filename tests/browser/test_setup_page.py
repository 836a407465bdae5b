"""The setup in the playground's page: menus of channels and roles, and who is offered the command."""

from playwright.async_api import expect
from tabs import OpenTab


async def test_the_owner_chooses_channels_and_others_are_not_offered_the_setup(open_tab: OpenTab):
    page = await open_tab()
    await page.click("#composer")
    await page.keyboard.type("/studyhall setup ")
    await page.get_by_test_id("run-command").click()
    screen = page.locator("[data-message-id]").last
    await expect(screen).to_contain_text("Who opens competitions")
    await screen.get_by_role("combobox", name="Only in these channels").click()
    await page.get_by_role("option", name="#quiz-night").click()
    await page.get_by_role("button", name="OK", exact=True).click()
    await expect(screen).to_contain_text("Where: #quiz-night")
    await screen.get_by_role("combobox", name="…or only members with a role").click()
    await page.get_by_role("option", name="@everyone").click()
    await expect(screen).to_contain_text("Who opens competitions: everybody")
    other = await open_tab(1)
    await other.click("#composer")
    await other.keyboard.type("/")
    await expect(other.get_by_role("option").filter(has_text="/quiz").first).to_be_visible()
    await expect(other.get_by_role("option").filter(has_text="/studyhall")).to_have_count(0)
