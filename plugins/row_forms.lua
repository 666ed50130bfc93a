-- Rows read by an expression of their own: Lua's patterns make none that would be faster than what
-- `agreement/security_list` has for the elements of one form, so `agreement/row_forms` leaves it to that.

return function(import)
  local lists = import("agreement.security_list")
  local headers = import("sip.headers")

  local M = {}

  function M.read_row(octets)
    return lists.parse_list({ headers.decode(octets), n = 1 })
  end

  return M
end
