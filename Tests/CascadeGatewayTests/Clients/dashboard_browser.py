"""The dashboard in headless Chromium: a gateway of two providers, the second with a name that is markup."""

import sys

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import address, ask, check, driver, fetches_nothing_else, find, fits, offline, run, size, text, wait

answer = sys.argv[4]


def loads():
    driver.get(address + "/")
    wait("the page is live", lambda: text("#link") == "Live")
    check("both providers have a row", len(driver.find_elements(By.CSS_SELECTOR, "#provider-rows .actions")) == 2)
    check("a name is text", "<img src=x>" in text("#provider-rows") and not driver.find_elements(By.CSS_SELECTOR, "td img"))
    check("no request is said to be there", "No requests yet" in text("#requests-empty"))
    check("all are ready", text("#verdict") == "2 of 2 providers ready")


def updates():
    ask("what?")
    wait("the request shows", lambda: text("#total-requests") == "1" and "answered" in text("#request-rows"))
    check("its timeline shows", find("#request-rows .timeline rect").size["width"] > 20)
    toggle = find("#request-rows .toggle")
    toggle.send_keys(Keys.ENTER)
    check("it opens by key", toggle.get_attribute("aria-expanded") == "true")
    check("its attempt is told", "p0 · p0-model · answered · HTTP 200" in text(".detail"))
    check("the list stays while it is open", text("#pause") == "Paused")
    toggle.send_keys(Keys.ENTER)
    check("it closes by key", not driver.find_elements(By.CSS_SELECTOR, ".detail") and text("#pause") == "Pause")


def controls():
    button = find("#provider-rows tr:nth-of-type(3) .actions button")
    check("it is named for whom it switches", button.get_attribute("aria-label") == "Disable <img src=x>")
    button.send_keys(Keys.SPACE)
    wait("it is disabled", lambda: button.text == "Enable" and "disabled" in text("#provider-rows tr:nth-of-type(3)"))
    check("the focus stays", driver.switch_to.active_element == button)
    check("the page counts", text("#verdict") == "1 of 1 provider ready")
    button.click()
    wait("it is enabled again", lambda: button.text == "Disable")
    find("#check-health").click()
    wait("health is told", lambda: "2 of 2 well" in text("#health-note"))


def tries():
    check("the models are listed", "p0-model" in find("#model").text)
    find("#prompt").clear()
    find("#prompt").send_keys("why?", Keys.CONTROL, Keys.ENTER)
    wait("the answer is there", lambda: find("#answer").text == answer and "in all" in text("#facts"))
    check("who answered is told", text("#facts").startswith("p0 · p0-model · first token after"))
    wait("it is among the requests", lambda: text("#total-requests") == "2")
    check("its two parts show", len(find("#request-rows tr").find_elements(By.CSS_SELECTOR, "rect")) == 2)


def moves_by_key():
    driver.get(address + "/")
    wait("the page is live", lambda: text("#link") == "Live")
    seen = []
    for _ in range(12):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        focused = driver.switch_to.active_element
        seen.append(focused.text)
        outline = focused.value_of_css_property("outline-style"), focused.value_of_css_property("outline-width")
        check(f"the focus on {focused.text!r} shows: {outline}", outline == ("solid", "2px"))
    check(f"the keys reach the controls: {seen}", {"Check health", "Disable", "Reset", "Pause"} <= set(seen))


def fits_a_phone():
    fits(390)
    fits(360)
    size(360, 740)
    check("providers can be switched", find("#provider-rows .actions button").is_displayed())
    size(1400, 1000)


def is_clean():
    wrong = [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(f"the console is empty: {wrong}", not wrong)
    fetches_nothing_else()


def survives():
    offline(True)
    # The stream that is open does not notice; coming back to the page opens another.
    driver.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    wait("the loss shows", lambda: "Trying again in" in text("#link"))
    button = find("#provider-rows .actions button")
    button.click()
    wait("an action's failure shows", lambda: "the gateway cannot be reached" in text("#provider-rows .says.failed"))
    offline(False)
    wait("it comes back", lambda: text("#link") == "Live")
    button.click()
    wait("the complaint goes", lambda: not driver.find_elements(By.CSS_SELECTOR, ".says.failed:not([hidden])"))


run(loads, updates, controls, tries, moves_by_key, fits_a_phone, is_clean, survives)
