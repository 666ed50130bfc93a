-- Made from analyzer/rules/rule.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local M = {}

  M.SEVERITIES = { "critical", "error", "warning", "info", n = 4 }

  M.UNVERIFIED = "clause unverified"

  return M
end
