-- Made from analyzer/agreement/order.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local M = {}

  M.START = { -1, n = 1 }

  M.END = 4611686018427387904

  M.OVERDUE = 0

  M.CLOSING = 1

  M.PACKET = 2

  M.UNFINISHED = 1

  M.OPEN = 2

  M.ASKED = 3

  M.IN_FORCE = 4

  M.STRAY = 5

  return M
end
