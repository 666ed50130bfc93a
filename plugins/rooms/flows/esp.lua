-- Made from analyzer/flows/esp.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local M = {}

  M.NULL_UNANNOUNCED = "null-unannounced"

  return M
end
