// SPDX-FileCopyrightText: 2026 The weir authors
// SPDX-License-Identifier: LGPL-2.1-or-later
"use strict";

const PERIOD_MS = 1000, HISTORY = 60;
const $ = id => document.getElementById(id);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function bytes(n) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  for (; n >= 1000 && unit < units.length - 1; unit++) n /= 1000;
  return (unit && n < 100 ? n.toFixed(1) : Math.round(n)) + " " + units[unit];
}

// Spoken by screen readers when it changes, so it is left alone when it does not.
function say(line, text, bad) {
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("bad", Boolean(bad));
}

// The token became a cookie: nobody need see it in the address, nor find it in the history.
if (location.search) history.replaceState(null, "", location.pathname);

// ---- the picture: a page in the background is sent none

let watches = 0, retry = 0;

function watch() {
  clearTimeout(retry);
  if (document.hidden) $("picture").removeAttribute("src");
  else $("picture").src = "stream.mjpg?early=1&n=" + ++watches;
}

$("picture").addEventListener("error", () => {
  if (!document.hidden) retry = setTimeout(watch, 2000);
});
document.addEventListener("visibilitychange", watch);

// ---- charts

function shape(svg, tag, attributes) {
  const element = document.createElementNS(svg.namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  svg.append(element);
  return element;
}

class Chart {
  constructor(id, classes) {
    const figure = $(id);
    this.svg = figure.querySelector("svg");
    this.words = figure.querySelector("b");
    this.title = figure.querySelector("figcaption").firstChild.textContent.trim();
    shape(this.svg, "line", { x1: 0, x2: 240, y1: 55, y2: 55 });
    this.lines = classes.map(name =>
      ({ values: [], shape: shape(this.svg, "polyline", { class: name }) }));
  }

  add(values, words) {
    this.lines.forEach((line, i) => line.values.push(values[i]));
    if (this.lines[0].values.length > HISTORY) this.lines.forEach(line => line.values.shift());
    this.draw();
    this.words.textContent = words;
    this.svg.setAttribute("aria-label", `${this.title}: ${words}`);
  }

  draw() {
    const top = 1.1 * Math.max(1e-9, ...this.lines.flatMap(line => line.values));
    for (const { values, shape } of this.lines) {
      const x = i => (HISTORY - values.length + i) * 240 / (HISTORY - 1);
      shape.setAttribute("points", values.map((value, i) =>
        `${x(i).toFixed(1)},${(55 - 53 * value / top).toFixed(1)}`).join(" "));
    }
  }
}

const charts = {
  rate: new Chart("rate", ["a"]),
  latency: new Chart("latency", ["a", "b"]),
  drops: new Chart("drops", ["a"])
};

// ---- figures

// By reason, over all sinks. What nobody watched is not lost.
function sumDrops(stats) {
  const sums = {};
  for (const sink of stats.sinks)
    for (const [reason, n] of Object.entries(sink.drop_reasons))
      if (reason !== "unwanted") sums[reason] = (sums[reason] || 0) + n;
  return sums;
}

let before = null;

function showFigures(stats) {
  const sums = sumDrops(stats), { p50, p99 } = stats.latency_us;
  const now = {
    at: performance.now(), captured: stats.frames.captured,
    dropped: Object.values(sums).reduce((sum, n) => sum + n, 0)
  };
  if (before && now.captured >= before.captured) {
    const perSecond = name => (now[name] - before[name]) * 1000 / (now.at - before.at);
    charts.rate.add([perSecond("captured")], perSecond("captured").toFixed(1));
    charts.drops.add([perSecond("dropped")], perSecond("dropped").toFixed(1));
  }
  before = now;
  charts.latency.add([p50 / 1000, p99 / 1000],
    `${(p50 / 1000).toFixed(2)} / ${(p99 / 1000).toFixed(2)}`);
  $("reasons").textContent =
    Object.entries(sums).map(([reason, n]) => `${n} ${reason}`).join(", ") || "none so far";
}

function showWords(stats) {
  const lost = stats.frames.lost_by_device;
  $("caption").textContent =
    `${stats.width} × ${stats.height} ${stats.format}, ${stats.frames.captured} frames` +
    (lost ? `, ${lost} lost by the camera` : "") + `, ${stats.http.viewers} watching`;
  $("copies").textContent =
    `Copied so far: ${bytes(stats.copies.user_bytes)} by weir, ` +
    `${bytes(stats.copies.kernel_bytes)} by the kernel; ` +
    `converted: ${bytes(stats.copies.converted_bytes)}. ` +
    `Memory: ${stats.memory.kind}, ${stats.memory.slots} buffers. ` +
    `CPU: ${stats.cpu_us_per_frame.toFixed(0)} µs a frame.`;
}

// ---- the plan

function hop(shown) {
  const item = make("li"), copies = shown.bytes_copied > 0, made = shown.bytes_converted > 0;
  item.append(
    make("span", "quiet", shown.kind),
    make("span", "name", shown.name),
    make("span", copies || made ? "badge copy" : "badge",
      copies ? `copies ${bytes(shown.bytes_copied)}`
        : made ? `converts, up to ${bytes(shown.bytes_converted)}` : "no copy"),
    make("span", "quiet why", `${shown.width} × ${shown.height} ${shown.format}` +
      (shown.reason ? `: ${shown.reason}` : "")));
  return item;
}

function choice(shown) {
  const item = make("li");
  item.append(make("b", "", `${shown.what} ${shown.name}${shown.chosen ? " ✓" : ""} `),
    make("span", "quiet", shown.reason || ""));
  return item;
}

let planned = "";

function showPlan(stats) {
  const text = JSON.stringify(stats.plan);
  if (text === planned) return;
  if (planned) watch(); // planned anew: streams have ended
  planned = text;
  $("source").textContent = stats.source;
  document.title = `weir: ${stats.source}`;
  $("picture").style.aspectRatio = `${stats.width} / ${stats.height}`;
  $("hops").replaceChildren(...stats.plan.hops.map(hop));
  $("choices").replaceChildren(...stats.plan.choices.map(choice));
  readControls();
}

// ---- controls

// What weir says of their ranges tells what they are.
function knob(range) {
  const number = /^(-?\d+) to (-?\d+), step (\d+)/.exec(range);
  const input = (type, more) => Object.assign(make("input"), { type, ...more });
  if (range.startsWith("false or true")) return input("checkbox");
  if (range.startsWith("a button"))
    return Object.assign(make("button", "", "press"), { type: "button" });
  if (number) {
    const [, min, max, step] = number;
    return input(max - min > 100000 ? "number" : "range", { min, max, step });
  }
  if (/^(text|bits) of /.test(range)) return input("text");
  const select = make("select");
  select.append(...range.split(", ").map(item => make("option", "", item)));
  return select;
}

function valueOf(input) {
  return input.type === "checkbox" ? input.checked : input.type === "button" ? 1 : input.value;
}

function showValue(control) {
  const input = $("control-" + control.name), shown = $("value-" + control.name);
  if (input.type === "checkbox") input.checked = control.value === "true";
  else if (input.type !== "button") input.value = control.value;
  if (shown) shown.textContent = control.value;
}

function row({ name, range }) {
  const element = make("div", "control"), label = make("label", "", name.replaceAll("_", " "));
  const input = knob(range);
  input.id = label.htmlFor = "control-" + name;
  element.append(label);
  if (input.type === "range") {
    const shown = make("output");
    shown.id = "value-" + name;
    shown.htmlFor = input.id;
    input.addEventListener("input", () => { shown.textContent = input.value; });
    element.append(shown);
  }
  element.append(input);
  if (/^(range|number|text)$/.test(input.type)) element.append(make("span", "quiet", range));
  input.addEventListener(input.type === "button" ? "click" : "change",
    () => setControl(name, valueOf(input)));
  return element;
}

function showControls(list) {
  const names = list.map(control => control.name).join();
  if ($("controls").dataset.names !== names) {
    $("controls").dataset.names = names;
    $("controls").replaceChildren(...list.map(row));
  }
  list.forEach(showValue);
}

async function readControls() {
  try {
    const answer = await fetch("controls");
    const { controls } = await answer.json();
    showControls(controls);
    say($("knobs-state"), controls.length ? "" : "This source has none.");
  } catch {
    say($("knobs-state"), "The source does not tell its controls now.", true);
  }
}

async function setControl(name, value) {
  const line = $("knobs-state");
  try {
    const answer = await fetch("controls",
      { method: "POST", headers: { "X-Weir": "1" }, body: `${name}=${value}` });
    if (answer.ok) {
      showControls((await answer.json()).controls);
      say(line, `${name.replaceAll("_", " ")} is set.`);
    } else {
      const words = await answer.text();
      await readControls();
      say(line, `${name.replaceAll("_", " ")}: ${words.replace(/^.*?: /, "")}`, true);
    }
  } catch {
    say(line, "There is no connection.", true);
  }
}

$("controls").addEventListener("submit", event => event.preventDefault());

// ---- once a second

async function poll() {
  try {
    const answer = await fetch("stats.json");
    if (!answer.ok) throw new Error(answer.statusText);
    const stats = await answer.json();
    showPlan(stats);
    showFigures(stats);
    showWords(stats);
    if ($("state").classList.contains("bad")) watch(); // it is back, and may be another
    say($("state"), "live");
  } catch {
    before = null;
    say($("state"), "no connection", true);
  }
  setTimeout(poll, PERIOD_MS);
}

watch();
poll();
