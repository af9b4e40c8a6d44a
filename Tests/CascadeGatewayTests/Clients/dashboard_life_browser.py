"""What happens to a dashboard that stays open, in headless Chromium: the first provider's name is markup that would run,
and clients need a key."""

import sys

from selenium.webdriver.common.keys import Keys

from browser import address, ask, check, driver, evaluate, find, find_all, fits, is_live, run, size, tell, text, wait

answer, client, name = sys.argv[4:7]


def asks_for_a_clients_key():
    driver.get(address + "/")
    wait("the page is live", is_live)
    wait("a client's key is asked for", lambda: find("#client-key-row").is_displayed())
    find("#send").click()
    wait("what is missing is told", lambda: "a key is needed" in text("#try-error"))
    check("the focus is where it goes", driver.switch_to.active_element == find("#client-key"))
    find("#client-key").send_keys("csk_nonsense", Keys.ENTER)
    wait("a wrong one is told", lambda: "none of this gateway's" in text("#try-error"))
    find("#client-key").clear()
    find("#client-key").send_keys(client, Keys.ENTER)
    wait("the answer is there", lambda: text("#answer") == answer and "in all" in text("#facts"))
    wait("and the request", lambda: name in text("#request-rows"))


def shows_history():
    show = find("#history-show")
    check("it is not loaded unasked", "/dashboard/history" not in evaluate("performance.getEntriesByType('resource').map(e => e.name).join()"))
    tell("save")
    show.send_keys(Keys.ENTER)
    wait("it is there", lambda: name in text("#history-rows") and show.get_attribute("aria-expanded") == "true")
    toggle = find("#history-rows .toggle")
    toggle.send_keys(Keys.SPACE)
    check("the figures show", "Hour from" in text("#history-rows .detail") and "Day (UTC)" in text("#history-rows .detail"))
    wait("the page is laid out", lambda: find("#history-rows .spark .all").get_attribute("d"))
    find("#history-refresh").send_keys(Keys.ENTER)
    wait("it is loaded anew", lambda: find("#history-rows .toggle") != toggle)
    check("what was open stays open", find("#history-rows .detail").is_displayed())
    fits(390)
    show.send_keys(Keys.ENTER)
    check("it closes", not find("#history-body").is_displayed())


def runs_nothing():
    check("no markup came of a name", evaluate("document.scripts.length") == 1)
    check("and nothing ran", evaluate("window.ran") is None)
    find("#request-rows .toggle").click()
    check("nor of a request's details", name in text("#request-rows .detail") and evaluate("document.scripts.length") == 1)
    find("#request-rows .toggle").click()


def loses_a_provider():
    find("#provider-rows tr:nth-of-type(3) .actions button").send_keys(Keys.ENTER)
    wait("the second is disabled", lambda: text("#verdict") == "1 of 1 provider ready")
    tell("providers 1")
    wait("its row is gone", lambda: len(find_all("#provider-rows .actions")) == 1)
    ask("still there?", client)
    wait("the page goes on", lambda: text("#total-requests") == "2")


def holds_many():
    tell("providers 200")
    more = find("#show-providers")
    wait("they are there", lambda: more.text == "Show all 200")
    lines = "[...document.querySelectorAll('#provider-rows tr:not(.says)')]"
    check("the first ones show", evaluate(lines + ".filter((line) => !line.hidden).length") == 20)
    more.send_keys(Keys.ENTER)
    check("all show", evaluate(lines + ".filter((line) => !line.hidden).length") == 200)
    ask("and now?", client)
    wait("the page goes on", lambda: text("#total-requests") == "3")
    fits(390)
    find("#show-providers").send_keys(Keys.ENTER)
    tell("providers 2")
    wait("they are gone", lambda: len(find_all("#provider-rows .actions")) == 2 and not more.is_displayed())


def outlives_the_gateway():
    tell("restart")
    wait("it comes back", is_live)
    ask("back?", client)
    wait("the page goes on", lambda: text("#total-requests") == "4")
    check("with what the new one knows", len(find_all("#request-rows .toggle")) == 1)


def keeps_still():
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
    find("#prompt").send_keys(Keys.CONTROL, Keys.ENTER)
    wait("the answer is there", lambda: text("#answer") == answer)
    check("nothing moves", evaluate("document.getAnimations().length") == 0)
    size(1400, 1000)


run(asks_for_a_clients_key, shows_history, runs_nothing, loses_a_provider, holds_many, outlives_the_gateway, keeps_still)
