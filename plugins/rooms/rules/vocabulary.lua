-- Made from analyzer/rules/vocabulary/__init__.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  M.NEEDS = py.dict_of({
    { "start", "capture starts after the first message", n = 2 },
    { "both_directions", "only one direction captured", n = 2 },
    { "protected_part", "protected messages not readable", n = 2 },
    { "answer_wait", "capture ends before an answer was due", n = 2 },
    { "list", "list of the server not seen", n = 2 },
    { "sets", "an SA set may have been announced in unreadable ESP", n = 2 },
    { "wire", "captured above IPsec", n = 2 },
    { "addresses", "addresses and ports are synthetic", n = 2 },
    { "loss", "packets are missing from the capture", n = 2 },
    { "gm", "no Gm capture", n = 2 }, { "mw", "no Mw capture", n = 2 },
    { "keys", "no fitting keys", n = 2 },
    n = 12,
  })

  return M
end
