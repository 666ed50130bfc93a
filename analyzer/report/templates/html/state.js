// What is looked at stands in the address: #overview?.., #list?.., #E12, #E12/m3, #F3, or a key.

export const FILTERS = [
  "q", "verdict", "severity", "effect", "rule", "dialect", "handset", "tac", "server", "party", "kind", "cluster", "from", "to",
];

export function read() {
  let whole = "";
  try {
    whole = decodeURI(location.hash.slice(1));
  } catch {
    whole = "";
  }
  const [path, query] = [whole.split("?")[0], location.hash.split("?").slice(1).join("?")];
  const [name, ...more] = path.split("/");
  return { name, more, query: new URLSearchParams(query) };
}

// An address of a view with these filters.
export function address(name, query) {
  const text = query?.toString() || "";
  return text ? `${name}?${text}` : name;
}

// The query with one filter set, or taken away where it is set so already.
export function toggled(query, name, value) {
  const next = new URLSearchParams(query);
  if (next.get(name) === String(value)) next.delete(name);
  else next.set(name, value);
  return next;
}

export function without(query, ...names) {
  const next = new URLSearchParams(query);
  for (const name of names) next.delete(name);
  return next;
}

// Change the address without a step back to what it was.
export function replace(place) {
  history.replaceState(null, "", `#${place}`);
}
