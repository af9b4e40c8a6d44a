"use strict";

/*
 * The dashboard. Everything it shows is put in place as text or as an attribute that cannot run: names and messages
 * come from providers and clients. It listens to /dashboard/events by fetch rather than EventSource, which cannot send
 * a key, and acts by the same addresses as any other client.
 */

const $ = (id) => document.getElementById(id);

// Text and nodes

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  return node;
}

// Nodes are left alone where nothing has changed: selections and what a screen reader reads stay as they are.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

const count = (number) => number.toLocaleString("en");

function duration(us) {
  if (us < 1e4) return (us / 1e3).toFixed(1) + " ms";
  if (us < 1e6) return Math.round(us / 1e3) + " ms";
  if (us < 6e7) return (us / 1e6).toFixed(us < 1e7 ? 2 : 1) + " s";
  return Math.floor(us / 6e7) + " min " + Math.floor((us % 6e7) / 1e6) + " s";
}

const bytes = (number) =>
  number < 2 ** 30 ? (number / 2 ** 20).toFixed(1) + " MiB" : (number / 2 ** 30).toFixed(2) + " GiB";

const dollars = (micros) => "$" + (micros / 1e6).toFixed(micros > 0 && micros < 1e5 ? 4 : 2);

const timeOfDay = (ms) => new Date(ms).toLocaleTimeString("en-GB");

// What is known

const state = {
  totals: null,
  providers: [],
  steps: new Map(), // of each provider, by name: its steps by number
  memory: new Map(),
  requests: [], // the newest first
  step: 0,
  stepMs: 5000,
  stepCount: 120,
  at: 0,
  counts: [], // of requests, at each message of the last seconds
};

// The admin key, where one is needed: until the tab is closed, and for this page alone. A browser may refuse to keep it.
const kept = {
  name: "cascade-key",
  get key() {
    try {
      return sessionStorage.getItem(this.name) ?? "";
    } catch {
      return "";
    }
  },
  set key(text) {
    try {
      if (text) sessionStorage.setItem(this.name, text);
      else sessionStorage.removeItem(this.name);
    } catch {
      // Then it is asked for again.
    }
  },
};

let key = kept.key;

function headers(more, sent = key) {
  return sent ? { ...more, authorization: "Bearer " + sent } : { ...more };
}

function keep(message) {
  if (message.is_whole) {
    state.steps.clear();
    state.memory.clear();
    state.requests = [];
    state.counts = [];
  }
  const now = performance.now();
  state.counts.push({ at: now, requests: message.totals.requests });
  Object.assign(state, {
    totals: message.totals, providers: message.providers, step: message.step, stepMs: message.step_ms,
    stepCount: message.step_count, isReady: message.is_ready, keepsHistory: message.keeps_history,
    version: message.version, at: now,
  });
  const oldest = message.step - message.step_count;
  message.providers.forEach((provider, index) => {
    const steps = state.steps.get(provider.name) ?? new Map();
    state.steps.set(provider.name, steps);
    for (const step of message.steps[index]) steps.set(step[0], step);
    for (const number of steps.keys()) if (number <= oldest) steps.delete(number);
  });
  for (const point of message.memory) state.memory.set(point[0], point);
  for (const number of state.memory.keys()) if (number <= oldest) state.memory.delete(number);
  for (const request of message.requests) state.requests.unshift(request);
  state.requests.length = Math.min(state.requests.length, 100);
}

// Requests per second over ten seconds; undefined until there is something to compare. Where no message comes, nothing
// has changed.
function currentRate() {
  const now = performance.now();
  while (state.counts.length > 1 && state.counts[1].at < now - 10_000) state.counts.shift();
  const first = state.counts[0];
  const seconds = Math.min((now - first.at) / 1000, 10);
  return seconds < 1 ? undefined : (state.totals.requests - first.requests) / seconds;
}

const currentStep = () => state.step + Math.floor((performance.now() - state.at) / state.stepMs);

// Server-sent events of a response's body; what is a comment comes as one without data.
async function* serverEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const lines = part.split("\n").filter((line) => line.startsWith("data: "));
      yield lines.map((line) => line.slice(6)).join("\n");
    }
  }
}

// The message of an error answer, whichever API's shape it has.
async function complaint(response) {
  let text = "";
  try {
    const body = await response.json();
    text = body.error?.message ?? body.detail ?? "";
  } catch {
    // No JSON: the status has to do.
  }
  return `${response.status}${text ? ": " + text : " " + response.statusText}`;
}

// Watching

const link = { abort: null, timer: 0, silence: 0, failures: 0, wasLetIn: false };

// What is said is read out once; the seconds that are left are not.
function showLink(kind, text, wait = "") {
  document.body.dataset.link = kind;
  setText($("link-text"), text);
  setText($("link-wait"), wait);
}

async function watch() {
  clearTimeout(link.timer);
  const abort = (link.abort = new AbortController());
  if (link.failures === 0) showLink("connecting", "Connecting");
  try {
    hear();
    const response = await fetch("/dashboard/events", { headers: headers(), cache: "no-store", signal: abort.signal });
    if (response.status === 401 || response.status === 403) return await askForKey(response);
    if (!response.ok) throw new Error(await complaint(response));
    letIn();
    for await (const data of serverEvents(response)) {
      hear();
      if (data) {
        keep(JSON.parse(data));
        render();
      }
      link.failures = 0;
      showLink("live", "Live");
    }
    throw new Error("the gateway ended it");
  } catch (error) {
    if (abort !== link.abort) return;
    tryAgain(error);
  }
}

// A connection on which nothing comes, not even a comment, is taken for lost.
function hear() {
  clearTimeout(link.silence);
  link.silence = setTimeout(() => link.abort?.abort(), 40_000);
}

function tryAgain(error) {
  clearTimeout(link.silence);
  link.failures += 1;
  let left = Math.min(2 ** (link.failures - 1), 10);
  // What the browser says of a network that is not there differs and helps nobody.
  const reason = error instanceof TypeError || error.name === "AbortError" ? "" : ` (${error.message})`;
  const tell = () => {
    if (left <= 0) return void watch();
    showLink("lost", `Connection lost${reason}.`, `Trying again in ${left} s`);
    left -= 1;
    link.timer = setTimeout(tell, 1000);
  };
  tell();
}

// Nobody is shown what a key that has been revoked once opened.
async function askForKey(response) {
  clearTimeout(link.silence);
  const text = (await complaint(response)).replace(/^\d+: /, "");
  setText($("key-error"), key || response.status === 403 ? `Not accepted: ${text}` : "");
  key = kept.key = "";
  link.wasLetIn = false;
  showLink("connecting", "Not connected");
  document.title = "Cascade";
  document.body.dataset.locked = "";
  $("forget").hidden = true;
  $("key-form").hidden = false;
  $("key").focus();
}

function letIn() {
  if (link.wasLetIn) return;
  link.wasLetIn = true;
  kept.key = key;
  $("forget").hidden = !key;
  if (!$("key-form").hidden) {
    $("key-form").hidden = true;
    delete document.body.dataset.locked;
    $("main").focus();
  }
  loadModels();
}

function stopWatching() {
  clearTimeout(link.timer);
  clearTimeout(link.silence);
  const abort = link.abort;
  link.abort = null;
  abort?.abort();
}

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  key = $("key").value.trim();
  $("key").value = "";
  setText($("key-error"), "");
  stopWatching();
  link.failures = 0;
  watch();
});

$("forget").addEventListener("click", () => {
  kept.key = "";
  location.reload();
});

// A page that nobody sees costs the gateway nothing.
document.addEventListener("visibilitychange", () => {
  if (!$("key-form").hidden) return;
  stopWatching();
  if (document.hidden) return showLink("connecting", "Paused while hidden");
  link.failures = 0;
  watch();
});

// Rendering

function render() {
  renderTotals();
  renderProviders();
  if (!isHeld()) renderRequests();
  renderMemory();
  $("history").hidden = !state.keepsHistory;
}

function renderTotals() {
  const totals = state.totals;
  for (const name of ["requests", "active", "answered", "failed", "cancelled", "fallbacks"]) {
    setText($("total-" + name), count(totals[name]));
  }
  $("total-failed").classList.toggle("alert", totals.failed > 0);
  renderRate();
  const budget = totals.budget_micro_usd;
  setText($("total-spent"), dollars(totals.spent_micro_usd));
  $("total-spent").classList.toggle("alert", budget !== undefined && totals.spent_micro_usd > budget);
  setText($("budget"), budget === undefined ? "" : " of " + dollars(budget));
  setText($("version"), state.version);

  const enabled = state.providers.filter((provider) => provider.enabled);
  const able = enabled.filter((provider) => provider.circuit !== "open" && provider.cooldown_s === undefined);
  const verdict = !state.providers.length ? "No providers"
    : !enabled.length ? "Every provider is disabled"
    : `${able.length} of ${enabled.length} provider${enabled.length === 1 ? "" : "s"} ready`;
  setText($("verdict"), verdict);
  $("verdict").classList.toggle("bad", !state.isReady);
  document.title = (able.length < enabled.length ? `(${able.length}/${enabled.length}) ` : "") + "Cascade";
}

function renderRate() {
  const rate = currentRate();
  setText($("total-rate"), rate === undefined ? "–" : rate >= 100 ? count(Math.round(rate)) : rate.toFixed(1));
}

// Providers

const rows = new Map();
const providers = { showsAll: false, fewest: 20 };

// Of very many, the first ones and those in need of attention.
function isShown(provider, index) {
  return providers.showsAll || index < providers.fewest
    || provider.status === "unhealthy" || provider.status === "degraded" || !rows.get(provider.name)?.says.hidden;
}

$("show-providers").addEventListener("click", () => {
  providers.showsAll = !providers.showsAll;
  $("show-providers").setAttribute("aria-expanded", String(providers.showsAll));
  renderProviders();
});

function renderProviders() {
  const body = $("provider-rows");
  const names = new Set(state.providers.map((provider) => provider.name));
  for (const [name, row] of rows) {
    if (names.has(name)) continue;
    row.line.remove();
    row.says.remove();
    rows.delete(name);
  }
  let place = body.firstChild;
  state.providers.forEach((provider, index) => {
    let row = rows.get(provider.name);
    if (!row) rows.set(provider.name, (row = providerRow(provider.name)));
    // Only a row that is out of place is moved: moving takes the focus away.
    if (row.line !== place) body.insertBefore(row.line, place);
    if (row.line.nextSibling !== row.says) row.line.after(row.says);
    place = row.says.nextSibling;
    row.line.hidden = !isShown(provider, index);
    updateProvider(row, provider);
  });
  $("show-providers").hidden = state.providers.length <= providers.fewest;
  setText($("show-providers"), providers.showsAll ? "Show fewer" : `Show all ${count(state.providers.length)}`);
  body.parentElement.hidden = !state.providers.length;
  $("providers-empty").hidden = state.providers.length > 0;
  setText($("providers-empty"),
    "No providers are configured. Add some to the configuration file and start the gateway with it: "
    + "cascade serve --config cascade.yaml");
}

function providerRow(name) {
  const row = { name };
  const cell = (attributes, ...children) => el("td", { role: "cell", ...attributes }, ...children);
  row.rank = el("span", { class: "rank" });
  row.type = el("span", { class: "sub" });
  row.state = el("span", { class: "state" });
  row.checked = el("span", { class: "sub" });
  row.circuit = el("span");
  row.cooldown = el("span");
  row.requests = el("span");
  row.errors = gauge("Errors");
  row.first = gauge("First token");
  row.toggle = el("button", { type: "button" });
  row.reset = el("button", { type: "button", "aria-label": `Reset the circuit of ${name}` }, "Reset");
  row.toggle.addEventListener("click", () => control(row, row.isEnabled ? "disable" : "enable"));
  row.reset.addEventListener("click", () => {
    if (row.reset.getAttribute("aria-disabled") === "false") control(row, "reset_circuit");
  });
  row.line = el("tr", { role: "row" },
    el("td", { role: "rowheader" }, el("span", { class: "name" }, row.rank, name), row.type),
    cell({ class: "health" }, el("span", { class: "dot", "aria-hidden": "true" }), row.state, row.checked),
    cell({ "data-label": "Circuit" }, row.circuit),
    cell({ "data-label": "Cooldown" }, row.cooldown),
    cell({ class: "number requests-cell" }, row.requests),
    cell({ class: "gauge-cell", "data-label": "Errors, last 10 min" }, row.errors.node),
    cell({ class: "gauge-cell", "data-label": "First token, p50" }, row.first.node),
    cell({ class: "actions" }, row.toggle, row.reset));
  row.text = el("span", { class: "text", role: "status" });
  row.says = el("tr", { class: "says", role: "row", hidden: "" }, cell({ colspan: "8" }, row.text));
  return row;
}

function gauge(name) {
  const figure = el("span");
  const sub = el("span", { class: "sub" });
  const spark = svg("svg", {
    class: "spark", viewBox: "0 0 120 26", preserveAspectRatio: "none", role: "img", "aria-label": name,
  });
  return { figure, sub, spark, node: el("div", { class: "gauge" }, el("div", {}, figure, sub), spark) };
}

function updateProvider(row, provider) {
  setText(row.rank, String(provider.priority));
  const more = provider.models > 1 ? ` +${provider.models - 1}` : "";
  setText(row.type, provider.type + (provider.model ? ` · ${provider.model}${more}` : ""));
  setAttribute(row.line, "class", provider.status);
  setText(row.state, provider.status);
  const circuit = provider.circuit === "half_open" ? "half-open"
    : provider.circuit_open_s ? `open for ${provider.circuit_open_s} s` : provider.circuit;
  setText(row.circuit, circuit);
  setAttribute(row.circuit, "class", { open: "alert", half_open: "caution" }[provider.circuit] ?? "calm");
  setText(row.cooldown, provider.cooldown_s ? `${count(provider.cooldown_s)} s` : "–");
  setAttribute(row.cooldown, "class", provider.cooldown_s ? "caution" : "calm");
  setText(row.requests, count(provider.requests ?? 0));

  if (row.isUnwell && provider.status === "healthy") {
    row.isUnwell = false;
    say(row, "");
  }

  row.isEnabled = provider.enabled;
  setText(row.toggle, provider.enabled ? "Disable" : "Enable");
  setAttribute(row.toggle, "aria-label", `${provider.enabled ? "Disable" : "Enable"} ${provider.name}`);
  const resets = provider.circuit !== "closed" || provider.cooldown_s !== undefined;
  setAttribute(row.reset, "aria-disabled", String(!resets));
  if (row.line.hidden) return;

  const steps = recentSteps(provider.name);
  drawErrors(row.errors, steps);
  drawFirst(row.first, provider, steps);
}

// A provider's steps of the last minutes, the oldest first; undefined where nothing happened.
function recentSteps(name) {
  const steps = state.steps.get(name) ?? new Map();
  const last = currentStep();
  return Array.from({ length: state.stepCount }, (_, index) => steps.get(last - state.stepCount + 1 + index));
}

function drawErrors({ figure, sub, spark }, steps) {
  const attempts = steps.reduce((sum, step) => sum + (step?.[1] ?? 0), 0);
  const failures = steps.reduce((sum, step) => sum + (step?.[2] ?? 0), 0);
  setText(figure, attempts ? share(failures / attempts) : "–");
  setText(sub, attempts ? `${count(failures)} of ${count(attempts)}` : "");
  setAttribute(figure, "class", failures === 0 ? "calm" : failures * 2 >= attempts ? "alert" : "caution");
  setAttribute(spark, "aria-label", `${count(failures)} of ${count(attempts)} attempts failed in the last 10 minutes`);
  // Two steps make a bar, so that it can be seen; pairs are of even and odd numbers, or bars would change as they move.
  const pairs = Array.from({ length: 60 }, () => [0, 0]);
  const last = currentStep();
  for (const step of steps) {
    if (!step) continue;
    const pair = pairs[59 - ((last >> 1) - (step[0] >> 1))];
    if (!pair) continue;
    pair[0] += step[1];
    pair[1] += step[2];
  }
  drawBars(spark, pairs);
}

// Bars of `[whole, part that is bad]` over the picture's width.
function drawBars(spark, pairs, least = 3) {
  const most = Math.max(...pairs.map((pair) => pair[0])) || 1;
  const width = 120 / pairs.length;
  const all = [];
  const bad = [];
  const bar = (x, height) => `M${x} 25v${-height}h${(width * 0.75).toFixed(2)}v${height}z`;
  pairs.forEach(([whole, part], index) => {
    const x = (index * width).toFixed(2);
    if (whole > 0) all.push(bar(x, Math.max((whole / most) * 24, 2).toFixed(1)));
    if (part > 0) bad.push(bar(x, Math.max((part / most) * 24, least).toFixed(1)));
  });
  draw(spark, [["path", { class: "all", d: all.join("") }], ["path", { class: "bad", d: bad.join("") }]]);
}

function share(part) {
  const percent = part * 100;
  return (percent > 0 && percent < 10 ? percent.toFixed(1) : percent.toFixed(0)) + " %";
}

function drawFirst({ figure, sub, spark }, provider, steps) {
  // Where nothing was streamed, whole answers have to do.
  const isStreamed = provider.ttft_p50_us !== undefined;
  const [p50, p99] = isStreamed
    ? [provider.ttft_p50_us, provider.ttft_p99_us] : [provider.latency_p50_us, provider.latency_p99_us];
  setText(figure, p50 === undefined ? "–" : duration(p50));
  setText(sub, p50 === undefined ? "" : `p99 ${duration(p99)}${isStreamed ? "" : ", whole answers"}`);
  setAttribute(figure, "class", p50 === undefined ? "calm" : "");
  setAttribute(spark, "aria-label", p50 === undefined ? "no answers yet"
    : `time to the ${isStreamed ? "first token" : "whole answer"} over the last 10 minutes`);
  // A pause of a few steps is drawn over.
  drawLine(spark, steps.map((step) => step?.[isStreamed ? 3 : 4] ?? -1), 6);
}

// A line through values, where there are any; one alone is a dot.
function drawLine(spark, values, longestPause) {
  const most = Math.max(1, ...values);
  const width = 120 / values.length;
  let path = "";
  let before = -99;
  values.forEach((value, index) => {
    if (value < 0) return;
    const point = `${(index * width + width / 2).toFixed(2)} ${(24 - (value / most) * 21).toFixed(1)}`;
    path += index - before <= longestPause ? `L${point}` : `M${point}h.01`;
    before = index;
  });
  draw(spark, [["path", { class: "line", d: path, "vector-effect": "non-scaling-stroke" }]]);
}

function draw(spark, shapes) {
  spark.parentElement.classList.toggle("bare", shapes.every(([, attributes]) => !attributes.d));
  const base = ["path", { class: "base", d: "M0 25.5H120", "vector-effect": "non-scaling-stroke" }];
  [base, ...shapes].forEach(([tag, attributes], index) => {
    const node = spark.children[index] ?? spark.appendChild(svg(tag));
    for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  });
}

function say(row, text, failed = false) {
  row.says.hidden = !text;
  row.says.classList.toggle("failed", failed);
  setText(row.text, text);
}

async function control(row, action) {
  if (row.isBusy) return;
  row.isBusy = true;
  try {
    const response = await fetch(`/api/v1/router/providers/${encodeURIComponent(row.name)}/control`, {
      method: "POST", headers: headers({ "content-type": "application/json" }), body: JSON.stringify({ action }),
    });
    if (!response.ok) throw new Error(await complaint(response));
    row.isUnwell = false;
    say(row, "");
  } catch (error) {
    say(row, `${action.replace("_", " ")} failed: ${because(error)}`, true);
  } finally {
    row.isBusy = false;
  }
}

const because = (error) => (error instanceof TypeError ? "the gateway cannot be reached" : error.message);

$("check-health").addEventListener("click", async () => {
  const button = $("check-health");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const note = $("health-note");
  note.classList.remove("error");
  setText(note, "Asking every enabled provider");
  try {
    const response = await fetch("/api/v1/router/health-check", { method: "POST", headers: headers() });
    if (!response.ok) throw new Error(await complaint(response));
    const report = await response.json();
    for (const provider of report.providers) {
      const row = rows.get(provider.name);
      if (!row) continue;
      const text = provider.detail ?? (provider.healthy ? "answers" : "does not answer");
      // A complaint takes a line; that all is well does not.
      setText(row.checked, provider.healthy ? text : "");
      setAttribute(row.checked, "title", provider.healthy ? text : "");
      say(row, provider.healthy ? "" : `Health check: ${text}`, true);
      row.isUnwell = !provider.healthy;
    }
    setText(note, `${report.healthy_count} of ${report.providers.length} well at ${timeOfDay(Date.now())}`);
  } catch (error) {
    note.classList.add("error");
    setText(note, `The check failed: ${because(error)}`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
});

// Requests

const requests = { isPaused: false, showsAll: false, lines: new Map() };

// A request that is looked at must not be carried off by those that come after it.
const isHeld = () => requests.isPaused || document.querySelector("#request-rows .detail") !== null;

function showHeld() {
  $("pause").setAttribute("aria-pressed", String(isHeld()));
  setText($("pause"), isHeld() ? "Paused" : "Pause");
}
const fewest = 15;

function renderRequests() {
  const shown = state.requests.slice(0, requests.showsAll ? 100 : fewest);
  const body = $("request-rows");
  const kept = new Set(shown);
  for (const [request, line] of requests.lines) {
    if (kept.has(request)) continue;
    line.node.remove();
    line.detail?.remove();
    requests.lines.delete(request);
  }
  let place = body.firstChild;
  for (const request of shown) {
    let line = requests.lines.get(request);
    if (!line) {
      requests.lines.set(request, (line = requestLine(request)));
      body.insertBefore(line.node, place);
    }
    place = (line.detail ?? line.node).nextSibling;
  }
  body.parentElement.hidden = !shown.length;
  $("requests-empty").hidden = shown.length > 0;
  setText($("requests-empty"), "No requests yet. Send one from the box on this page, or point a client at "
    + `${location.origin}/v1 as its base URL.`);
  $("show-all").hidden = state.requests.length <= fewest;
  setText($("show-all"), requests.showsAll ? "Show fewer" : `Show all ${state.requests.length}`);
}

function requestLine(request) {
  const line = {};
  const cell = (name, ...children) => el("td", { role: "cell", class: name }, ...children);
  const toggle = el("button", { type: "button", class: "toggle", "aria-expanded": "false" }, timeOfDay(request.ended_ms));
  toggle.addEventListener("click", () => expand(line, request, toggle));
  const tokens = request.completion_tokens === undefined ? "–"
    : `${count(request.prompt_tokens)} + ${count(request.completion_tokens)}`;
  line.node = el("tr", { role: "row" },
    cell("when-cell", toggle),
    cell(`outcome ${request.outcome}`, request.outcome),
    el("td", { role: "cell", class: "who", title: [request.provider, request.model].filter(Boolean).join(" ") },
      request.provider ?? "–", el("span", { class: "model" }, request.model ? ` ${request.model}` : "")),
    cell("wide", timeline(request)),
    cell("number first-cell", request.ttft_us === undefined ? "–" : duration(request.ttft_us)),
    cell("number total-cell", duration(request.took_us)),
    cell("number tokens-cell", tokens));
  return line;
}

// The request's time from left to right, and in it each attempt: until its first token, and while it answered.
function timeline(request) {
  const label = request.attempts.map((attempt) =>
    `${attempt.provider} ${attempt.outcome} after ${duration(attempt.took_us)}`).join(", ") || "no attempt";
  const node = svg("svg", {
    class: "timeline", viewBox: "0 0 1000 12", preserveAspectRatio: "none", role: "img", "aria-label": label,
  });
  const title = svg("title");
  title.textContent = label;
  node.append(title);
  const whole = Math.max(request.took_us, 1);
  const part = (name, from, to) => {
    const x = Math.min((from / whole) * 1000, 994);
    // What follows begins with a gap, however small.
    const gap = to < whole ? 2 : 0;
    const width = Math.min(Math.max(((to - from) / whole) * 1000 - gap, 6), 1000 - x);
    node.append(svg("rect", { class: name, x: x.toFixed(1), y: 0, width: width.toFixed(1), height: 12 }));
  };
  request.attempts.forEach((attempt, index) => {
    const end = attempt.start_us + attempt.took_us;
    const isLast = index === request.attempts.length - 1;
    if (attempt.outcome === "failed") return part("failed", attempt.start_us, end);
    if (attempt.outcome !== "answered") return part("cut", attempt.start_us, end);
    if (request.ttft_us === undefined || !isLast) return part("answering", attempt.start_us, end);
    part("waiting", attempt.start_us, end);
    part("answering", end, whole);
  });
  return node;
}

function expand(line, request, toggle) {
  const opens = !line.detail;
  toggle.setAttribute("aria-expanded", String(opens));
  if (!opens) {
    line.detail.remove();
    line.detail = null;
    return showHeld();
  }
  const list = el("ol");
  for (const attempt of request.attempts) {
    const facts = [attempt.provider, attempt.model, attempt.outcome, attempt.class, attempt.status && `HTTP ${attempt.status}`];
    list.append(el("li", {},
      el("span", { class: "when" }, `at ${duration(attempt.start_us)}`),
      el("span", {}, `${facts.filter(Boolean).join(" · ")} after ${duration(attempt.took_us)}`,
        ...(attempt.message ? [el("span", { class: "sub" }, attempt.message)] : []))));
  }
  line.detail = el("tr", { class: "detail", role: "row" },
    el("td", { role: "cell", colspan: "7" },
      el("p", { class: "facts" }, el("code", {}, request.path), " · request ", el("code", {}, request.id)),
      ...(request.message && request.message !== request.attempts.at(-1)?.message
        ? [el("p", { class: "error" }, `${request.code}: ${request.message}`)] : []),
      list));
  line.node.after(line.detail);
  showHeld();
}

$("pause").addEventListener("click", () => {
  requests.isPaused = !isHeld();
  if (!requests.isPaused) {
    for (const toggle of document.querySelectorAll("#request-rows [aria-expanded=true]")) toggle.click();
    if (state.totals) renderRequests();
  }
  showHeld();
});

$("show-all").addEventListener("click", () => {
  requests.showsAll = !requests.showsAll;
  $("show-all").setAttribute("aria-expanded", String(requests.showsAll));
  renderRequests();
});

// Memory

const chart = { pointer: null };

function renderMemory() {
  const box = $("memory-chart");
  const points = [...state.memory.values()].sort((a, b) => a[0] - b[0]);
  const latest = points.at(-1);
  setText($("memory-resident"), latest ? bytes(latest[1]) : "not known here");
  $("memory-allocated-box").hidden = !latest || latest[2] < 0;
  if (latest) setText($("memory-allocated"), bytes(latest[2]));
  const width = box.clientWidth - 28;
  const height = box.clientHeight;
  if (!latest) box.replaceChildren();
  if (!latest || width <= 0) return;

  const last = currentStep();
  const top = niceTop(Math.max(...points.map((point) => point[1])));
  const left = 46;
  const x = (step) => left + (1 - (last - step) / (state.stepCount - 1)) * (width - left);
  const y = (value) => height - 6 - (value / top) * (height - 16);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (const value of [0, top / 2, top]) {
    picture.append(svg("path", { class: "grid", d: `M${left} ${y(value)}H${width}` }));
    const text = svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" });
    text.textContent = scale(value, top);
    picture.append(text);
  }
  // What nobody looked at has not been measured: the last figure holds until the next.
  const path = (index) => points.filter((point) => point[index] >= 0)
    .map((point, at) => `${at ? "L" : "M"}${x(point[0]).toFixed(1)} ${y(point[index]).toFixed(1)}`).join("")
    + `H${width}`;
  picture.append(svg("path", { class: "resident", d: path(1) }));
  if (latest[2] >= 0) picture.append(svg("path", { class: "allocated", d: path(2) }));
  setText($("memory-at"), "");
  if (chart.pointer !== null) mark(picture, points, x, y, last);
  box.replaceChildren(picture);
  setAttribute(box, "aria-label", `Memory over the last ten minutes; resident now ${bytes(latest[1])}`);
}

function mark(picture, points, x, y, last) {
  const nearest = points.reduce((best, point) =>
    Math.abs(x(point[0]) - chart.pointer) < Math.abs(x(best[0]) - chart.pointer) ? point : best);
  const at = x(nearest[0]);
  picture.append(svg("path", { class: "rule", d: `M${at} ${y(0)}V4` }));
  const ago = Math.round(((last - nearest[0]) * state.stepMs) / 1000);
  const allocated = nearest[2] >= 0 ? `, ${bytes(nearest[2])} allocated` : "";
  setText($("memory-at"), `${ago} s ago: ${bytes(nearest[1])} resident${allocated}`);
}

function niceTop(value) {
  const unit = 2 ** 20;
  for (let top = 4; ; top *= 2) {
    for (const nice of [top, top * 1.5]) if (nice * unit >= value * 1.1) return nice * unit;
  }
}

function scale(value, top) {
  if (value === 0) return "0";
  return top >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(1)} GiB` : `${value / 2 ** 20} MiB`;
}

$("memory-chart").addEventListener("pointermove", (event) => {
  chart.pointer = event.clientX - $("memory-chart").getBoundingClientRect().left - 14;
  renderMemory();
});
$("memory-chart").addEventListener("pointerleave", () => {
  chart.pointer = null;
  renderMemory();
});
new ResizeObserver(() => renderMemory()).observe($("memory-chart"));

// History

const past = { abort: null, open: new Set() };

// Thousands and more in a few digits.
function short(number) {
  for (const [unit, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (number >= unit) return (number / unit).toFixed(number < 10 * unit ? 2 : number < 100 * unit ? 1 : 0) + " " + name;
  }
  return String(number);
}

const price = (dollarCount) => dollars(dollarCount * 1e6);
const dayName = (day) =>
  new Date(day * 864e5).toLocaleDateString("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
const hourName = (hour) =>
  new Date(hour * 36e5).toLocaleString("en-GB", { weekday: "short", hour: "2-digit", minute: "2-digit" });

$("history-show").addEventListener("click", () => {
  const opens = $("history-body").hidden;
  $("history-body").hidden = $("history-refresh").hidden = !opens;
  setText($("history-show"), opens ? "Hide" : "Show");
  $("history-show").setAttribute("aria-expanded", String(opens));
  if (opens) loadHistory();
});
$("history-refresh").addEventListener("click", () => loadHistory());

async function loadHistory() {
  past.abort?.abort();
  const abort = (past.abort = new AbortController());
  const note = $("history-note");
  note.classList.remove("error");
  setText(note, "Loading");
  try {
    const response = await fetch("/dashboard/history", { headers: headers(), cache: "no-store", signal: abort.signal });
    if (!response.ok) throw new Error(await complaint(response));
    const report = await response.json();
    renderHistory(report);
    renderKeys(report.keys);
    const limit = report.retention_hours < report.hour_count ? `; hours are kept for ${report.retention_hours} h` : "";
    setText(note, `As of ${timeOfDay(Date.now())}${limit}`);
  } catch (error) {
    if (abort.signal.aborted) return;
    note.classList.add("error");
    setText(note, `It could not be loaded: ${because(error)}`);
  }
}

// What came by number, as a list with undefined for nothing.
function filled(list, first, length) {
  const byNumber = new Map(list.map((entry) => [entry[0], entry]));
  return Array.from({ length }, (_, index) => byNumber.get(first + index));
}

const sum = (list, index) => list.reduce((total, entry) => total + (entry?.[index] ?? 0), 0);

function renderHistory(report) {
  const rank = new Map(state.providers.map((provider, index) => [provider.name, index]));
  const place = (provider) => rank.get(provider.name) ?? Infinity;
  const list = report.providers.map((provider) => ({
    ...provider,
    isGone: !rank.has(provider.name),
    hours: filled(provider.hours, report.first_hour, report.hour_count),
    days: filled(provider.days, report.first_day, report.day_count),
  })).sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
  const lines = list.flatMap((provider) => historyRow(provider));
  if (list.length > 1) lines.push(...historyRow(total(list), true));
  $("history-rows").replaceChildren(...lines);
  $("history-table").hidden = !list.length;
  $("history-empty").hidden = list.length > 0;
}

// Everybody's, hour by hour and day by day. Quantiles do not add up.
function total(list) {
  const add = (key, length) => list[0][key].map((_, at) => {
    const entries = list.map((provider) => provider[key][at]).filter(Boolean);
    return entries.length ? [entries[0][0], ...Array.from({ length }, (_, index) => sum(entries, index + 1))] : undefined;
  });
  return { name: "All", hours: add("hours", 5), days: add("days", 5), first_token_us: [null, null] };
}

function historyRow(provider, isSum = false) {
  const { hours, days } = provider;
  const cell = (label, attributes, ...children) =>
    el("td", { role: "cell", "data-label": label, ...attributes }, ...children);
  const toggle = el("button", { type: "button", class: "toggle", "aria-expanded": "false" }, provider.name);

  const asked = sum(hours, 1);
  const failed = sum(hours, 2);
  const requests = gauge("Requests");
  setText(requests.figure, asked ? count(asked) : "–");
  setText(requests.sub, failed ? `${share(failed / asked)} failed` : "");
  requests.sub.classList.toggle("alert", failed * 2 >= asked && failed > 0);
  setAttribute(requests.spark, "aria-label", `${count(asked)} requests in 24 hours, ${count(failed)} of them failed`);
  drawBars(requests.spark, hours.map((hour) => [hour?.[1] ?? 0, hour?.[2] ?? 0]), 1);

  const first = gauge("First token");
  const [p50, p99] = provider.first_token_us;
  setText(first.figure, p50 === null ? "–" : duration(p50));
  setText(first.sub, p99 === null ? "" : `p99 ${duration(p99)}`);
  setAttribute(first.spark, "aria-label", p50 === null ? "no streams" : "time to the first token by the hour");
  drawLine(first.spark, hours.map((hour) => hour?.[6] ?? -1), 1);

  const cost = gauge("Cost");
  setText(cost.figure, price(sum(days, 5)));
  const dearest = Math.max(0, ...days.map((day) => day?.[5] ?? 0));
  setText(cost.sub, dearest ? `at most ${price(dearest)}` : "");
  setAttribute(cost.spark, "aria-label", `cost by day; ${price(sum(days, 5))} in 30 days, at most ${price(dearest)} a day`);
  drawBars(cost.spark, days.map((day) => [day?.[5] ?? 0, 0]));

  const line = el("tr", { role: "row", class: isSum ? "sum" : "" },
    el("td", { role: "rowheader" }, toggle, ...(provider.isGone ? [el("span", { class: "unit" }, " no longer configured")] : [])),
    cell("Requests, 24 h", { class: "gauge-cell" }, requests.node),
    cell("First token, p50", { class: "gauge-cell" }, first.node),
    cell("Tokens, in + out", { class: "number" }, `${short(sum(hours, 3))} + ${short(sum(hours, 4))}`),
    cell("Cost, 24 h", { class: "number" }, price(sum(hours, 5))),
    cell("Cost, 30 days", { class: "gauge-cell" }, cost.node));
  const detail = el("tr", { class: "detail", role: "row", hidden: "" });
  const open = (opens) => {
    if (opens && !detail.firstChild) detail.append(historyDetail(provider));
    detail.hidden = !opens;
    toggle.setAttribute("aria-expanded", String(opens));
  };
  toggle.addEventListener("click", () => {
    if (detail.hidden) past.open.add(provider.name);
    else past.open.delete(provider.name);
    open(detail.hidden);
  });
  if (past.open.has(provider.name)) open(true);
  return [line, detail];
}

// The figures behind the pictures, the newest first.
function historyDetail({ name, hours, days }) {
  const table = (label, titles, lines) => el("div", { tabindex: "0", role: "region", "aria-label": `${name}, ${label}` },
    el("table", { class: "plain" },
      el("thead", {}, el("tr", {}, ...titles.map((title, at) => el("th", { scope: "col", class: at ? "number" : "" }, title)))),
      el("tbody", {}, ...lines.map((line) =>
        el("tr", {}, ...line.map((text, at) => el("td", { class: at ? "number" : "" }, text)))))));
  const deeds = (entry) => [count(entry[1]), count(entry[2]), `${short(entry[3])} + ${short(entry[4])}`];
  const known = (list) => list.filter(Boolean).reverse();
  return el("td", { role: "cell", colspan: "6" }, el("div", { class: "tables" },
    table("by the hour", ["Hour from", "Requests", "Failed", "Tokens", "First token p50", "p99", "Cost"],
      known(hours).map((hour) => [
        hourName(hour[0]), ...deeds(hour), ...[hour[6], hour[7]].map((us) => us == null ? "–" : duration(us)), price(hour[5]),
      ])),
    table("by the day", ["Day (UTC)", "Requests", "Failed", "Tokens", "Cost"],
      known(days).map((day) => [dayName(day[0]), ...deeds(day), price(day[5])]))));
}

// Keys that are in use, and those that were today.
function renderKeys(keys) {
  const shown = keys.filter((entry) => entry.revoked_at === null || entry.today.requests + entry.today.refused > 0);
  $("keys").hidden = !shown.length;
  $("key-rows").replaceChildren(...shown.map(keyRow));
}

function keyRow({ id, name, admin, revoked_at, last_used_at, limits, today }) {
  const cell = (label, ...children) => el("td", { role: "cell", "data-label": label }, ...children);
  const number = (label, ...children) => el("td", { role: "cell", class: "number", "data-label": label }, ...children);
  const kind = revoked_at !== null ? "revoked" : admin ? "admin" : "";
  const bounds = [
    limits.requests_per_minute !== null && `${count(limits.requests_per_minute)} requests/min`,
    limits.tokens_per_minute !== null && `${count(limits.tokens_per_minute)} tokens/min`,
    limits.concurrency !== null && `${count(limits.concurrency)} at a time`,
  ].filter(Boolean).join(", ");
  const budget = limits.daily_budget_usd;
  const spent = el("span", { class: budget !== null && today.cost_usd >= budget ? "alert" : "" }, price(today.cost_usd));
  const of = budget === null ? [] : [el("span", { class: "unit" }, ` of ${price(budget)}`)];
  const last = last_used_at === null ? "never" : new Date(last_used_at);
  return el("tr", { role: "row" },
    el("td", { role: "rowheader" }, name, ...(kind ? [el("span", { class: "unit" }, ` ${kind}`)] : []),
      el("span", { class: "sub" }, id)),
    cell("Models", limits.models.join(", ") || "all"),
    cell("Limits", bounds || "none"),
    number("Requests", count(today.requests)),
    number("Refused", el("span", { class: today.refused ? "caution" : "" }, count(today.refused))),
    number("Tokens", `${short(today.prompt_tokens)} + ${short(today.completion_tokens)}`),
    number("Cost", spent, ...of),
    number("Last used", last === "never" ? last
      : last.toDateString() === new Date().toDateString() ? timeOfDay(last) : last.toLocaleDateString("en-GB")));
}

// The pictures go on where nothing new comes.
setInterval(() => {
  if (document.hidden || document.body.dataset.link !== "live") return;
  renderRate();
  if (currentStep() === state.step) return;
  for (const provider of state.providers) updateProvider(rows.get(provider.name), provider);
  renderMemory();
}, 2500);

// Trying it

const trial = { abort: null };

const clientHeaders = (more) => headers(more, $("client-key").value.trim() || key);

// Where operators need no key, clients may.
const askForClientKey = () => ($("client-key-row").hidden = false);
$("client-key").addEventListener("change", () => loadModels());

async function loadModels() {
  try {
    const response = await fetch("/v1/models", { headers: clientHeaders() });
    if (response.status === 401) askForClientKey();
    if (!response.ok) return;
    const names = (await response.json()).data.map((model) => model.id).filter((name) => name !== "cascade");
    const chosen = $("model").value;
    $("model").replaceChildren($("model").firstElementChild, ...names.map((name) => el("option", { value: name }, name)));
    $("model").value = names.includes(chosen) ? chosen : "cascade";
  } catch {
    // "cascade" always does.
  }
}
$("model").addEventListener("focus", loadModels);

function setBusy(isBusy) {
  $("answer").setAttribute("aria-busy", String(isBusy));
  $("send").setAttribute("aria-disabled", String(isBusy));
  $("stop").hidden = !isBusy;
}

$("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (trial.abort) return;
  const abort = (trial.abort = new AbortController());
  const hadFocus = document.activeElement === $("send");
  $("answer").replaceChildren();
  $("answer").hidden = true;
  setText($("try-error"), "");
  setText($("facts"), "Waiting for the first token");
  setBusy(true);
  if (hadFocus) $("stop").focus();
  try {
    await ask($("prompt").value, $("model").value, abort.signal);
  } catch (error) {
    if (abort.signal.aborted) setText($("facts"), "Stopped");
    else {
      setText($("facts"), "");
      setText($("try-error"), because(error));
    }
  } finally {
    const returns = document.activeElement === $("stop");
    trial.abort = null;
    setBusy(false);
    if (returns) $("send").focus();
  }
});

$("stop").addEventListener("click", () => trial.abort?.abort());
$("prompt").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("try").requestSubmit();
});

async function ask(prompt, model, signal) {
  const startedAt = performance.now();
  const since = () => duration((performance.now() - startedAt) * 1000);
  const response = await fetch("/v1/chat/completions", {
    method: "POST", signal, headers: clientHeaders({ "content-type": "application/json" }),
    body: JSON.stringify({
      model, stream: true, stream_options: { include_usage: true }, messages: [{ role: "user", content: prompt }],
    }),
  });
  if (response.status === 401) {
    askForClientKey();
    $("client-key").focus();
  }
  if (!response.ok) throw new Error(await complaint(response));
  const who = [response.headers.get("x-cascade-provider"), response.headers.get("x-cascade-model")].filter(Boolean);
  const attempts = Number(response.headers.get("x-cascade-attempts") ?? 1);
  if (attempts > 1) who.push(`${attempts} attempts`);
  let first = "";
  let usage = null;
  let isWhole = false;
  for await (const data of serverEvents(response)) {
    if (!data) continue;
    if (data === "[DONE]") {
      isWhole = true;
      continue;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Error(chunk.error.message);
    usage = chunk.usage ?? usage;
    const delta = chunk.choices?.[0]?.delta ?? {};
    if (delta.reasoning_content) show(delta.reasoning_content, true);
    if (delta.content) show(delta.content, false);
    if (!first && (delta.content || delta.reasoning_content)) {
      first = since();
      setText($("facts"), [...who, `first token after ${first}`].join(" · "));
    }
  }
  if (!isWhole) throw new Error("the answer broke off");
  const tokens = usage ? [`${count(usage.completion_tokens)} tokens`] : [];
  setText($("facts"), [...who, ...(first ? [`first token after ${first}`] : []), `${since()} in all`, ...tokens].join(" · "));
}

function show(text, isReasoning) {
  const answer = $("answer");
  answer.hidden = false;
  const isAtEnd = answer.scrollTop + answer.clientHeight >= answer.scrollHeight - 8;
  const name = isReasoning ? "reasoning" : "text";
  if (answer.lastElementChild?.className !== name) answer.append(el("span", { class: name }));
  answer.lastElementChild.append(text);
  if (isAtEnd) answer.scrollTop = answer.scrollHeight;
}

watch();
