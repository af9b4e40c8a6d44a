"""The dashboard of a gateway that asks for an admin key, in headless Chromium."""

import sys

from selenium.webdriver.common.keys import Keys

from browser import address, check, driver, evaluate, fetches_nothing_else, find, fits, is_live, run, tell, text, wait

answer, admin, client = sys.argv[4:7]


def kept():
    return evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")


def enter(key):
    find("#key").send_keys(key, Keys.ENTER)


def asks():
    driver.get(address + "/")
    wait("a key is asked for", lambda: find("#key-form").is_displayed())
    check("nothing else is shown", not find("main").is_displayed() and not find("#totals").is_displayed())
    check("the focus is where the key goes", driver.switch_to.active_element == find("#key"))
    check("no error is shown yet", text("#key-error") == "")
    fits(390)


def refuses():
    enter("csk_nonsense")
    wait("a wrong key is told", lambda: "none of this gateway's" in text("#key-error"))
    check("the page is as it was", find("#key").get_attribute("value") == "" and not find("main").is_displayed())
    enter(client)
    wait("a client's key is told", lambda: "the key is no admin key" in text("#key-error"))
    check(f"neither is kept: {kept()}", "csk_" not in kept())


def lets_in():
    enter(admin)
    wait("the page is live", is_live)
    check("the form is gone", not find("#key-form").is_displayed() and find("main").is_displayed())
    check("the key is not on the page", admin not in driver.page_source and find("#key").get_attribute("value") == "")
    check("it is kept for this tab alone", kept() == f'[{{"cascade-key":"{admin}"}},{{}},""]')


def acts():
    button = find("#provider-rows .actions button")
    button.click()
    wait("it is disabled", lambda: button.text == "Enable")
    button.click()
    wait("it is enabled again", lambda: button.text == "Disable")
    find("#check-health").click()
    wait("health is told", lambda: "1 of 1 well" in text("#health-note"))
    wait("the models are listed", lambda: "p0-model" in text("#model"))
    check("no other key is asked for", not find("#client-key-row").is_displayed())
    find("#prompt").send_keys(Keys.CONTROL, Keys.ENTER)
    wait("the answer is there", lambda: text("#answer") == answer and "in all" in text("#facts"))


def shows_keys():
    find("#history-show").click()
    wait("the keys are there", lambda: "ops admin" in text("#key-rows") and "alice" in text("#key-rows"))
    check("one that asked shows it", "$" in text("#key-rows"))
    check("none is shown", admin not in driver.page_source and client not in driver.page_source)


def is_kept():
    driver.refresh()
    wait("the page is live without being asked", is_live)
    check("it can be forgotten", find("#forget").is_displayed())
    find("#forget").click()
    wait("it is asked for again", lambda: find("#key-form").is_displayed())
    check(f"and is forgotten: {kept()}", kept() == '[{},{},""]')


def is_revoked():
    enter(admin)
    wait("the page is live", is_live)
    tell("revoke")
    wait("the page is closed", lambda: find("#key-form").is_displayed() and not find("main").is_displayed())
    check("why is told", "or was revoked" in text("#key-error"))
    check(f"the key is forgotten: {kept()}", kept() == '[{},{},""]')


run(asks, refuses, lets_in, acts, shows_keys, is_kept, is_revoked, fetches_nothing_else)
