// One exchange: the verdict and what proves it on the first screen, all else below.

import { copied } from "./copy.js";
import { exchangeAt, textsOf } from "./data.js";
import { card, data, el, fill, link } from "./dom.js";
import { finding } from "./finding.js";
import { severity, sign, verdictSign } from "./icons.js";
import { hidden, lacking, ladder, legend } from "./ladder.js";
import { comparison } from "./lists.js";
import { lives } from "./lives.js";
import { message } from "./message.js";
import { saveButtons } from "./saving.js";
import { address } from "./state.js";
import { plural, span } from "./text.js";
import { captured, notes, outside } from "./whole.js";

const TALL = 9; // rows of a ladder
const FACTS = 7; // of them, all are shown
const BESIDE = ["capture", "keys"]; // facts that are folded where there are more
const LINES = 3; // of commands, one under the other
const NAMED = 3; // rules of one reason that are named on the first screen
let watched = null;

function verdict(detail) {
  const loud = (detail.counts || []).some(([name]) => name === "critical" || name === "error");
  const kind = { OK: loud ? "warn" : "good", inferred: loud ? "warn" : "good", bypassed: "warn", unknown: "unsure" }[detail.word] || "bad";
  return el("section", { class: `verdict ${kind}`, "aria-label": "Verdict" },
    el("h1", {}, verdictSign(detail.word), " ", data(detail.headline)),
    el("p", { class: "act" },
      detail.party ? el("strong", { class: "fix" }, `fix at: ${detail.party}`) : null,
      detail.stopped ? el("span", {}, detail.stopped) : null,
      (detail.counts || []).map(([name, count]) => el("span", { class: "count" }, name === "note" ? plural(count, "note") : [sign(name), ` ${count} ${name}`]))),
    detail.silence?.text ? el("p", { class: "silence" }, data(detail.silence.text), detail.silence.short ? ` ${detail.silence.short}` : null) : null,
    detail.said ? el("p", {}, data(detail.said)) : null,
    detail.hint ? el("p", {}, detail.hint) : null,
    detail.signs ? el("p", {}, "signs: ", data(detail.signs.join("; "))) : null);
}

// What stands for a finding where a run stopped without one.
function stopped(detail) {
  const one = detail.ghost;
  if (!one) return null;
  const expected = `${one.name} (${detail.lanes[one.from][0]} to ${detail.lanes[one.to][0]})`;
  return el("article", { class: "finding main" },
    el("h2", { class: "finding-title" }, sign(detail.succeeded === false ? "error" : "info"), detail.succeeded === false ? " Where it stopped" : " What the capture lacks"),
    el("div", { class: "sides" },
      el("div", { class: "side expected" }, el("h3", {}, "expected"), el("div", { class: "said" }, el("strong", {}, data(expected)))),
      el("div", { class: "side seen" }, el("h3", {}, "seen"), el("div", { class: "said" }, data(lacking(one))))));
}

function causes(detail) {
  const one = detail.silence;
  if (!one?.causes?.length) return null;
  return card("Known causes, best first", { class: "causes" },
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Known causes" }, el("table", {},
      el("thead", {}, el("tr", {}, ["cause", "weight", "evidence in this capture"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, one.causes.map(([name, weight, text]) => el("tr", { class: weight }, el("th", { scope: "row" }, name), el("td", {}, weight), el("td", {}, data(text))))))),
    one.next.length ? [el("h3", {}, "Next"), el("ul", {}, one.next.map(([lead, command, words]) => el("li", {}, lead, command ? copied(command, "command") : null, data(words))))] : null);
}

function signals(detail) {
  if (!detail.signals) return null;
  return card("Seen beside SIP", { class: "signals" },
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Seen beside SIP" }, el("table", {},
      el("thead", {}, el("tr", {}, ["after", "frame", "what", "between", "detail", "state"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, detail.signals.map(([time, ...cells]) => el("tr", {}, el("td", {}, span(time)), cells.map((text) => el("td", {}, data(text)))))))));
}

function main(detail) {
  const own = (detail.findings || []).filter((one) => !one.explained_by);
  const first = own.find((one) => one.effect === "explains-outcome") || own[0];
  if (first) return finding(first, detail, "main");
  const quiet = detail.succeeded ? [sign("good"), " Nothing to act on in this exchange."] : [sign("unknown"), " No rule found what explains this outcome."];
  return stopped(detail) || el("p", { class: "nothing" }, quiet);
}

function facts(detail, whose) {
  const files = (detail.filter || []).map(([path]) => path);
  const rows = [...detail.facts, ["frames", files.length === 1 ? `${detail.frames} of ${files[0]}` : detail.frames]];
  const told = rows.filter(([, text]) => text);
  const apart = told.length > FACTS ? told.filter(([name]) => BESIDE.includes(name)) : [];
  const list = (some) => el("dl", { class: "facts" }, some.map(([name, text]) => [el("dt", {}, name), el("dd", {}, data(text.replaceAll(/ {2,}/g, " \u00b7 ")), name === "who" && whose ? [" ", whose] : null)]));
  return card("Where and when", { class: "where" }, list(told.filter((one) => !apart.includes(one))),
    apart.length ? el("details", {}, el("summary", {}, apart.map(([name]) => name).join(", ")), list(apart)) : null);
}

function letterOf(index, path) {
  return index.captures.find((one) => one.path === path)?.letter || "";
}

// A line each: the display filter of every file, then the commands.
function check(detail, index) {
  const filters = detail.filter || [];
  const commands = detail.commands || [];
  const lines = [
    ...filters.map(([path, text]) => copied(text, filters.length > 1 ? `display filter of ${path}` : "display filter", filters.length > 1 ? letterOf(index, path) : "")),
    ...commands.map(([lead, text], at) => copied(text, "command", at ? lead : "")),
  ];
  return card("Check it yourself", { class: "check" },
    lines.length ? el("div", { class: `lines${lines.length > LINES ? " many" : ""}` }, lines) : el("p", { class: "muted" }, "The lines of a text are no frames: there is no filter for them."));
}

function unchecked(detail) {
  const reasons = detail.not_checked || [];
  if (!reasons.length) return el("p", { class: "unchecked" }, el("strong", {}, "Not checked: "), "nothing");
  const brief = reasons.map(([reason, rules]) => `${rules.length > NAMED ? plural(rules.length, "rule") : rules.join(" ")} (${reason})`).join("; ");
  return el("p", { class: "unchecked" }, el("strong", {}, "Not checked: "), data(brief));
}

function uncheckedInFull(detail) {
  const reasons = (detail.not_checked || []).filter(([, rules]) => rules.length > NAMED);
  if (!reasons.length) return null;
  return card("What was not checked", { class: "not-checked" }, el("dl", { class: "facts" }, reasons.map(([reason, rules]) => [el("dt", {}, reason), el("dd", {}, rules.join(" "))])));
}

function findings(detail) {
  const own = detail.findings || [];
  const quiet = detail.notes || [];
  return [
    own.length ? card("Findings", { class: "findings" }, own.map((one) => finding(one, detail))) : null,
    quiet.length ? card("Notes, no effect here", { class: "notes" }, quiet.map((one) => el("details", { class: "note", id: one.id, tabindex: -1 },
      el("summary", {}, severity(one.severity), " ", el("code", {}, `${one.id} ${one.rule}`), " ", data(one.title), " ", el("span", { class: "frames" }, one.frames)),
      finding(one, detail, "note")))) : null,
  ];
}

// Drawings grow as the text does.
function scale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
}

function drawing(detail) {
  const place = el("div", { class: "drawing" });
  const size = scale();
  let all = false;
  let width = 0;
  const draw = () => {
    const next = Math.max(Math.floor(place.clientWidth), 280);
    if (next === width) return;
    width = next;
    fill(place, ladder(detail, width, all, size));
  };
  const more = hidden(detail) ? el("button", { type: "button", onclick: () => { all = true; width = 0; draw(); more.remove(); } }, `Show ${plural(hidden(detail), "more message")}`) : null;
  watched?.disconnect();
  watched = new ResizeObserver(draw);
  watched.observe(place);
  const section = card("Ladder", { class: "ladder-card" }, place, more, legend(detail));
  section.querySelector("h2").append(el("span", { class: "kind" }, ` ${detail.id}, ${detail.kind}`), saveButtons(() => place.querySelector("svg"), `${detail.id}-${detail.key}`));
  return section;
}

// The other exchanges of the subscriber.
function others(index, place) {
  const { who } = index.columns;
  const count = who.reduce((sum, one) => sum + (one === who[place]), 0);
  return count > 1 && who[place] ? link(address("list", new URLSearchParams({ q: who[place] })), {}, `all ${count} of this subscriber`) : null;
}

function around(index, place) {
  const rank = index.rank[place];
  const step = (to, words, text) => {
    const name = index.columns.id[index.order[to]];
    return name ? link(name, { class: "button", rel: to < rank ? "prev" : "next", "aria-label": words }, text) : null;
  };
  if (index.columns.id.length < 2) return null;
  return el("p", { class: "around" }, step(rank - 1, "Exchange before", "\u2190"), " ", el("span", {}, `${index.columns.id[place]} of ${index.columns.id.length}`), " ", step(rank + 1, "Exchange after", "\u2192"));
}

// Show the exchange in `view`; gives what shows one of its messages, or null.
export async function exchange(view, index, place) {
  const detail = await exchangeAt(index, place);
  const tall = detail.rows.length + (detail.ghost ? 1 : 0) > TALL; // where the ladder is, the room is on the other side
  const side = el("div", { class: "aside" }, main(detail), facts(detail, others(index, place)), unchecked(detail), tall ? check(detail, index) : null, causes(detail));
  const beside = el("div", { class: "beside" });
  fill(view,
    around(index, place), verdict(detail),
    el("div", { class: "first" }, el("div", { class: "drawn" }, drawing(detail), tall ? null : check(detail, index)), side, beside),
    el("div", { class: "rest" }, signals(detail), findings(detail), detail.compared ? comparison(detail.compared) : null, lives(detail, Math.min(Math.max(view.clientWidth - 60, 300), 1100 * scale()), scale()), uncheckedInFull(detail), index.columns.id.length === 1 ? [outside(index), captured(index), notes(index)] : null));
  document.title = `${detail.id} ${detail.headline}`;
  return async (number) => {
    const first = view.querySelector(".first");
    view.querySelectorAll("a.row").forEach((one, at) => one.classList.toggle("open", at === number - 1));
    if (!detail.rows[number - 1]) {
      fill(beside);
      first.classList.remove("with-message");
      return;
    }
    const texts = await textsOf(index, place);
    fill(beside, message(detail, number - 1, texts?.[number - 1], !index.redacted));
    first.classList.add("with-message");
    beside.firstChild.focus({ preventScroll: matchMedia("(min-width: 1000px)").matches });
  };
}
