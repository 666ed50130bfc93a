// Numbers and times in words.

export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

export function plural(number, noun) {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

// `0.4 ms`, `1.415 s`, `12.5 s`, `2.8 h`
export function span(seconds) {
  if (seconds < 0) return `\u2212${span(-seconds)}`;
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 10) return `${seconds.toFixed(3)} s`;
  if (seconds < 10000) return `${seconds.toFixed(1)} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

// `+1.279`, `+12 s`, `+2 h`
export function delta(seconds) {
  const sign = seconds < 0 ? "\u2212" : "+";
  const size = Math.abs(seconds);
  if (size < 100) return `${sign}${size.toFixed(3)}`;
  return size < 10000 ? `${sign}${Math.round(size)} s` : `${sign}${Math.round(size / 3600)} h`;
}

export function percent(part, whole) {
  if (!whole) return "-";
  const value = (100 * part) / whole;
  return `${value === 100 || value === 0 ? value : value.toFixed(1)} %`;
}

// What holds at a moment (milliseconds since 1970): [since, minutes ahead of UTC, name]. A zone changes its clock, so there may be several.
export function zoneAt(time, zones) {
  return zones.findLast(([since]) => since <= time) || zones[0];
}

// A moment (milliseconds since 1970) in the zone of the report.
export function moment(time, zones, withDay = true) {
  const iso = new Date(time + zoneAt(time, zones)[1] * 60000).toISOString();
  return withDay ? iso.slice(0, 23).replace("T", " ") : iso.slice(11, 23);
}

// `#4`, or `c#4` where there are several captures
export function frameName(index, capture, frame) {
  const letter = index.captures.length > 1 ? index.captures[capture]?.letter || "" : "";
  return `${letter}#${frame}`;
}

// The text no longer than `most` characters.
export function clip(text, most) {
  return text.length <= most ? text : `${text.slice(0, Math.max(most - 1, 1))}\u2026`;
}

// An SPI as people compare it: `4097` gives `4097 (0x00001001)`.
export function number(name, value) {
  if (!/^spi-?/.test(name) || !/^\d{1,10}$/.test(value)) return value;
  return `${value} (0x${Number(value).toString(16).padStart(8, "0")})`;
}

// Two texts word by word: [word, differs] of each.
export function compared(left, right) {
  const words = (text) => text.split(/(\s+|[;,]\s*)/).filter((one) => one !== "");
  const a = words(left).slice(0, 400);
  const b = words(right).slice(0, 400);
  const same = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      same[i][j] = a[i] === b[j] ? same[i + 1][j + 1] + 1 : Math.max(same[i + 1][j], same[i][j + 1]);
  const one = [];
  const other = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      one.push([a[i++], false]);
      other.push([b[j++], false]);
    } else if (j >= b.length || (i < a.length && same[i + 1][j] >= same[i][j + 1])) one.push([a[i++], true]);
    else other.push([b[j++], true]);
  }
  return [one, other];
}
