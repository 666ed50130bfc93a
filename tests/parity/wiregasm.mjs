// Wireshark as WebAssembly: loads plugins, then captures one after another.
// Standard input: JSON {module, plugins: {name: text}, preferences: [[module, name, value]], esp_sa,
// captures: [path], fields}. Standard output: one line of JSON for each capture,
// {capture, error, known, printed: [line], items: [[frame, filter, label]]}, where items are the tree
// items whose filter begins with `fields`, and known says that there is a protocol of that name.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const job = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(import.meta.url);
const home = dirname(job.module);
let printed = [];
let errors = [];
const library = await require(job.module)({
  locateFile: (path) => join(home, path),
  print: (line) => printed.push(line),
  printErr: () => {}, // says each compiled filter
  handleStatus: () => {},
});

for (const [name, text] of Object.entries(job.plugins)) library.FS.writeFile(`/plugins/${name}`, text);
library.FS.mkdirTree("/home/web_user/.config/wireshark");
library.FS.writeFile("/home/web_user/.config/wireshark/esp_sa", job.esp_sa);
if (!library.init()) throw new Error("Wireshark does not start");
for (const [module, name, value] of job.preferences) {
  const answer = library.setPref(module, name, value);
  if (answer.code !== 0) throw new Error(`${module}.${name}: ${answer.error || answer.code}`);
}
library.applyPreferences();

const loaded = printed;
const known = library.checkFilter(job.fields).ok;
for (const [number, path] of job.captures.entries()) {
  printed = [...loaded];
  const name = `/uploads/${number}`;
  library.FS.writeFile(name, readFileSync(path));
  const session = new library.DissectSession(name);
  const answer = session.load();
  const items = [];
  errors = answer.error ? [answer.error] : [];
  // a frame shows what is known by then: all are shown once before
  for (let frame = 1; frame <= answer.summary.packet_count; frame++) session.getFrame(frame);
  for (let frame = 1; frame <= answer.summary.packet_count; frame++) {
    collect(session.getFrame(frame).tree, frame, items);
  }
  session.delete();
  library.FS.unlink(name);
  const said = { capture: path, error: errors.join("\n"), known, printed, items };
  process.stdout.write(JSON.stringify(said) + "\n");
}

function collect(tree, frame, items) {
  for (let index = 0; index < tree.size(); index++) {
    const item = tree.get(index);
    if (item.label.startsWith("Lua Error") && errors.length < 3) errors.push(`#${frame} ${item.label}`);
    if (item.filter.startsWith(job.fields)) items.push([frame, item.filter, item.label]);
    collect(item.tree, frame, items);
  }
}
