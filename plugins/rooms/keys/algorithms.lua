-- Made from analyzer/keys/algorithms.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local M = {}

  M.KEY_OCTETS = 16

  return M
end
