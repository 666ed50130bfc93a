-- Made from analyzer/flows/dns.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  M.CODES = py.dict_of({
    { 0, "no error", n = 2 }, { 1, "FORMERR", n = 2 }, { 2, "SERVFAIL", n = 2 },
    { 3, "NXDOMAIN", n = 2 }, { 4, "NOTIMP", n = 2 }, { 5, "REFUSED", n = 2 },
    n = 6,
  })

  return M
end
