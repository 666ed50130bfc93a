-- Made from analyzer/capture/scan.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  M.SIP_PORTS = py.set({ 5060, 5061, n = 2 })

  return M
end
