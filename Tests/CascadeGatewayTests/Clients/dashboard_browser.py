"""The dashboard in headless Chromium: a gateway of two providers, the second with a name that is markup."""

import json
import sys
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

address, chromium, driver_path, answer = sys.argv[1:5]

options = Options()
options.binary_location = chromium
# The sandbox and shared memory of their own are what containers lack.
for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1400,1000"):
    options.add_argument(argument)
options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
driver = webdriver.Chrome(service=Service(driver_path), options=options)


def find(selector):
    return driver.find_element(By.CSS_SELECTOR, selector)


def text(selector):
    return find(selector).text


def wait(what, condition):
    WebDriverWait(driver, 30, 0.05, ignored_exceptions=(Exception,)).until(lambda _: condition(), what)


def check(what, holds):
    if not holds:
        raise AssertionError(what)


def ask(question):
    body = json.dumps({"model": "cascade", "messages": [{"role": "user", "content": question}]})
    request = urllib.request.Request(address + "/v1/chat/completions", body.encode())
    urllib.request.urlopen(request, timeout=30).read()


def size(width, height):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def offline(is_offline):
    conditions = {"offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


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
    size(360, 740)
    wait("it is laid out anew", lambda: driver.execute_script("return innerWidth") == 360)
    width = driver.execute_script("return document.documentElement.scrollWidth")
    check(f"nothing is wider than a phone: {width}", width == 360)
    check("providers can be switched", find("#provider-rows .actions button").is_displayed())
    size(1400, 1000)


def is_clean():
    wrong = [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    check(f"the console is empty: {wrong}", not wrong)
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            check(f"nothing is fetched from elsewhere: {url}", url.startswith(address + "/"))


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


try:
    driver.execute_cdp_cmd("Network.enable", {})
    for part in (loads, updates, controls, tries, moves_by_key, fits_a_phone, is_clean, survives):
        try:
            part()
        except Exception as error:
            sys.exit(f"{part.__name__}: {error}\n{driver.get_log('browser')}")
finally:
    driver.quit()
