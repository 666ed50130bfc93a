// From the address to what is shown.

import { exchangeAt, unpack } from "./data.js";
import { data, el, fill, link, say } from "./dom.js";
import { exchange } from "./exchange.js";
import { haystack } from "./filters.js";
import { overview } from "./overview.js";
import { list } from "./rows.js";
import { address, read } from "./state.js";
import { clip } from "./text.js";

const view = document.getElementById("view");
const shown = { name: null, message: null };
let index = null;

function theme() {
  const root = document.documentElement;
  const dark = () => root.dataset.theme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const button = el("button", { type: "button", onclick: () => {
    root.dataset.theme = dark() ? "light" : "dark";
    button.textContent = dark() ? "Light" : "Dark";
  } }, dark() ? "Light" : "Dark");
  button.setAttribute("aria-label", "Change between light and dark");
  return button;
}

// What is shown where the address names nothing.
function home() {
  const count = index.columns.id.length;
  const clusters = new Set(index.columns.cluster);
  if (count === 1 || (clusters.size === 1 && !clusters.has(-1))) return index.columns.id[index.order[0]];
  return count >= index.overview || !count ? "overview" : "list";
}

function placeOf(name) {
  const at = index.columns.id.indexOf(name);
  return at >= 0 ? at : index.columns.key.indexOf(name);
}

// `#F3`: the exchange that has the finding.
async function holderOf(finding) {
  for (let at = 0; at < index.columns.id.length; at++) {
    if (!index.columns.marks[at].length) continue;
    const one = await exchangeAt(index, at);
    if ([...(one.findings || []), ...(one.notes || [])].some((each) => each.id === finding)) return at;
  }
  return -1;
}

function tabs(name, query) {
  const count = index.columns.id.length;
  const current = (one) => (one === name ? "page" : null);
  if (count === 1) return;
  fill(document.getElementById("views"),
    link(address("overview", query), { "aria-current": current("overview") }, "Overview"),
    count ? link(address("list", query), { "aria-current": current("list") }, "Exchanges") : null);
}

// The finding in sight, and said.
function light(finding) {
  const node = document.getElementById(finding);
  if (!node) return false;
  if (node.tagName === "DETAILS") node.open = true;
  view.querySelectorAll(".lit").forEach((one) => one.classList.remove("lit"));
  node.classList.add("lit");
  node.scrollIntoView({ block: "center" });
  node.focus({ preventScroll: true });
  return true;
}

// What a link says, by which it is found again when the view was drawn anew.
function label(node) {
  return node.getAttribute?.("aria-label") || node.textContent;
}

// The focus where it was, if that is there still, else on the view.
function refocus(before) {
  if (before && document.activeElement !== document.body) return;
  const same = before && [...view.querySelectorAll("a")].find((one) => label(one) === before);
  (same || view).focus({ preventScroll: true });
}

async function showExchange(place, number) {
  if (shown.name !== place) {
    shown.name = place;
    shown.message = await exchange(view, index, place);
    scrollTo(0, 0);
    refocus("");
  }
  await shown.message(number);
}

async function showView(name, query) {
  const before = view.contains(document.activeElement) ? label(document.activeElement) : "";
  const same = shown.name === name;
  shown.name = name;
  document.title = document.querySelector(".brand .of").textContent;
  (name === "list" ? list : overview)(view, index, query);
  refocus(same ? before : "");
}

// An address that names nothing of this report.
function absent(name) {
  const words = `${name} is not in this report`;
  view.prepend(el("p", { class: "card absent" }, data(words)));
  say(words);
}

async function route() {
  const { name: asked, more, query } = read();
  if (asked === "view") return;
  const finding = /^F\d+$/.test(asked);
  if (finding && light(asked)) return;
  const name = asked || home();
  const at = finding ? await holderOf(asked) : placeOf(name);
  tabs(name, query);
  if (at >= 0) {
    await showExchange(at, Number(/^m(\d+)$/.exec(more[0] || "")?.[1] || 0));
    if (finding) light(asked);
    return;
  }
  await showView(name === "list" ? "list" : "overview", query);
  if (name !== "list" && name !== "overview") absent(clip(name, 80));
}

function keys(event) {
  if (event.key !== "Escape" || !document.getElementById("message")) return;
  const open = view.querySelector("a.row.open");
  document.getElementById("close-message").click();
  open?.focus();
}

// The places of the exchanges by number, and of each place where it stands in that order: the report
// has them as they closed.
function ordered(found) {
  const numbers = found.columns.id.map((id) => Number(id.slice(1)));
  found.order = numbers.map((_, at) => at).sort((a, b) => numbers[a] - numbers[b]);
  found.rank = new Uint32Array(numbers.length);
  found.order.forEach((at, rank) => (found.rank[at] = rank));
  return found;
}

async function start() {
  document.getElementById("tools").append(theme());
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });
  index = ordered(await unpack("index"));
  addEventListener("hashchange", route);
  addEventListener("keydown", keys);
  await route();
  document.documentElement.dataset.ready = "yes";
  (globalThis.requestIdleCallback || setTimeout)(() => haystack(index));
}

start().catch((error) => {
  fill(view, el("p", { class: "card" }, `The report cannot be shown: ${error.message}`));
  say("The report cannot be shown");
  throw error;
});
