"""What the tests of the dashboard share: headless Chromium, the page in it, and the test that has begun them."""

import json
import sys
import urllib.request

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

address, chromium, driver_path = sys.argv[1:4]

options = Options()
options.binary_location = chromium
# The sandbox and shared memory of their own are what containers lack.
for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1400,1000"):
    options.add_argument(argument)
options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
driver = webdriver.Chrome(service=Service(driver_path), options=options)


def find(selector):
    return driver.find_element(By.CSS_SELECTOR, selector)


def find_all(selector):
    return driver.find_elements(By.CSS_SELECTOR, selector)


def text(selector):
    return find(selector).text


def wait(what, condition):
    WebDriverWait(driver, 30, 0.05, ignored_exceptions=(Exception,)).until(lambda _: condition(), what)


def check(what, holds):
    if not holds:
        raise AssertionError(what)


def evaluate(expression):
    return driver.execute_script("return " + expression)


def ask(question, key=None):
    body = json.dumps({"model": "cascade", "messages": [{"role": "user", "content": question}]})
    fields = {"authorization": "Bearer " + key} if key else {}
    request = urllib.request.Request(address + "/v1/chat/completions", body.encode(), fields)
    urllib.request.urlopen(request, timeout=30).read()


def tell(what):
    """Has the test do something, and waits until it is done."""
    print(what, flush=True)
    check(f"{what}: it is done", sys.stdin.readline().strip() == "done")


def size(width, height):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wait("it is laid out anew", lambda: evaluate("innerWidth") == width)


def offline(is_offline):
    conditions = {"offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def is_live():
    return text("#link-text") == "Live"


def fits(width):
    size(width, 740)
    widest = evaluate("document.documentElement.scrollWidth")
    check(f"nothing is wider than {width}: {widest}", widest == width)
    size(1400, 1000)


def fetches_nothing_else():
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            check(f"nothing is fetched from elsewhere: {url}", url.startswith(address + "/"))


def run(*parts):
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        for part in parts:
            try:
                part()
            except Exception as error:
                sys.exit(f"{part.__name__}: {error}\n{driver.get_log('browser')}")
    finally:
        driver.quit()
