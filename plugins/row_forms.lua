-- Rows read by an expression of their own: Lua's patterns make none that would be faster than what
-- `agreement/mechanism` has for the elements of one form, so `agreement/row_forms` leaves it to that.

return function(import)
  local mechanism = import("agreement.mechanism")
  local headers = import("sip.headers")

  local M = {}

  function M.read_row(octets)
    return mechanism.parse_list({ headers.decode(octets), n = 1 })
  end

  return M
end
