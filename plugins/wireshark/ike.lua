-- IKE version 2 as far as it can be read without keys: flows/ike.py in Lua.

return function()
  local M = {}

  local HEADER = 28
  local MARKER = ("\0"):rep(4)
  local NOTIFY = 41
  local ENCRYPTED = { [46] = true, [53] = true }
  local PAYLOADS = 32
  local STATUS = 16384
  local EXCHANGES = {
    [34] = "IKE_SA_INIT", [35] = "IKE_AUTH", [36] = "CREATE_CHILD_SA", [37] = "INFORMATIONAL",
    [43] = "IKE_INTERMEDIATE", [44] = "IKE_FOLLOWUP_KE",
  }
  local ERRORS = {
    [4] = "INVALID_IKE_SPI", [5] = "INVALID_MAJOR_VERSION", [7] = "INVALID_SYNTAX",
    [14] = "NO_PROPOSAL_CHOSEN", [17] = "INVALID_KE_PAYLOAD", [24] = "AUTHENTICATION_FAILED",
  }

  local function refused(data, following)
    local at = HEADER + 1
    for _ = 1, PAYLOADS do
      if following == 0 or ENCRYPTED[following] or at + 7 > #data then
        return ""
      end
      local size = data:byte(at + 2) * 256 + data:byte(at + 3)
      if following == NOTIFY then
        local number = data:byte(at + 6) * 256 + data:byte(at + 7)
        if number < STATUS then
          return ERRORS[number] or ("error %d"):format(number)
        end
      end
      if size < 4 then
        return ""
      end
      following, at = data:byte(at), at + size
    end
    return ""
  end

  -- One message: { initiator, exchange, response, error }; nil where none can be read.
  function M.read(data)
    if data:sub(1, 4) == MARKER then
      data = data:sub(5)
    end
    if #data < HEADER then
      return nil
    end
    local exchange = EXCHANGES[data:byte(19)]
    if math.floor(data:byte(18) / 16) ~= 2 or not exchange then
      return nil
    end
    return { initiator = data:sub(1, 8), exchange = exchange,
      response = math.floor(data:byte(20) / 32) % 2 == 1, error = refused(data, data:byte(17)) }
  end

  return M
end
