-- Made from analyzer/capture/text.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local M = {}

  M.SYNTHETIC = "text"

  return M
end
