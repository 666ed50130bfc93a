// One finding: expected and seen side by side, then why, and what to do.

import { data, el, link } from "./dom.js";
import { severity } from "./icons.js";
import { differs } from "./lists.js";
import { clip, compared, number } from "./text.js";

const LONG = 1200;
const EFFECTS = { "explains-outcome": "explains the outcome", risk: "a risk here", none: "no effect here" };

// Less than this in common is no difference of words: the one is not the other.
const COMMON = 0.4;

function bold(words) {
  return words.map(([word, other]) => (other ? el("strong", {}, word) : word));
}

function side(name, ...content) {
  return el("div", { class: `side ${name}` }, el("h3", {}, name), el("div", { class: "said" }, ...content));
}

// The lists one beside the other: what differs bold, all else dimmed.
function lists(found) {
  const element = found.elements.find((one) => one.rows.some(differs)) || found.elements[0];
  const half = (place, frame, name) => el("p", { class: "params-line" }, el("span", { class: "head" }, `${frame} ${name}`), " ",
    element.rows.map((row) => {
      const words = row[0] === "mechanism" ? row[place] : `${row[0]}=${number(row[0], row[place])}`;
      return [differs(row) ? el("strong", {}, data(words)) : el("span", { class: "equal" }, data(words)), " "];
    }));
  return [side("expected", half(1, found.server, "Security-Server")), side("seen", half(2, found.verify, "Security-Verify"))];
}

// Expected and seen.
export function sides(one, comparison, brief) {
  if (brief && !one.lists && one.rule.startsWith("VER-") && comparison?.level === "different" && comparison.elements.length)
    return el("div", { class: "sides" }, lists(comparison)); // the verdict has the words
  if (one.lists && comparison?.elements.length) return el("div", { class: "sides" }, lists(comparison));
  return texts(one);
}

function texts(one) {
  if (!one.expected && !one.seen) return null;
  const [left, right] = compared(clip(one.expected || "", LONG), clip(one.seen || "", LONG));
  const same = left.filter(([word, other]) => !other && /\w/.test(word)).length;
  const alike = same >= COMMON * left.filter(([word]) => /\w/.test(word)).length;
  const words = (found) => el("bdi", {}, alike ? bold(found) : el("b", {}, found.map(([word]) => word)));
  return el("div", { class: "sides" },
    one.expected ? side("expected", words(left)) : null,
    one.seen ? side("seen", words(right)) : null);
}

// Its frames: those of the ladder lead to their message.
function frames(one, detail) {
  return el("span", { class: "frames" }, one.frames.split(" ").map((name) => {
    const place = detail?.rows.findIndex((row) => row.f === name) ?? -1;
    return [" ", place < 0 ? name : link(`${detail.id}/m${place + 1}`, {}, name)];
  }));
}

function field(name, value) {
  return value ? [el("dt", {}, name), el("dd", {}, data(value))] : [];
}

// The finding: `main` on the first screen, with what it has room for; `full`; or in a `note`.
export function finding(one, detail, kind = "full") {
  const brief = kind === "main";
  const comparison = detail?.compared;
  const heading = el(brief ? "h2" : kind === "note" ? "p" : "h3", { class: "finding-title" }, severity(one.severity), " ", el("code", {}, `${one.id} ${one.rule}`), " ", data(one.title));
  return el("article", { class: `finding ${one.severity}${brief ? " main" : ""}`, id: kind === "full" ? one.id : null, tabindex: kind === "full" ? -1 : null },
    heading,
    el("p", { class: "about" }, "fix at: ", el("strong", {}, one.party), frames(one, detail), el("span", { class: "muted" }, ` ${EFFECTS[one.effect]}${one.count ? `, ${one.count} times` : ""}`)),
    sides(one, comparison, brief),
    el("dl", { class: "facts" },
      field("on wire", one.wire), one.detail !== one.seen && one.detail !== (brief && comparison?.edit) ? field("detail", one.detail) : [],
      brief ? [] : field("means", one.means), field("likely", one.cause), field("fix", one.fix), field("clause", one.clause),
      field("peer", one.peer && !one.party ? one.peer : ""), brief ? [] : field("explained by", one.explained_by)));
}
