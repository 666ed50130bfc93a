-- What came out of packets, made harmless for a tree, a terminal and a line of text.

return function()
  local M = {}

  local LONGEST = 1000 -- octets of a value in the tree
  local QUOTED = { ['"'] = '"[^"]*"?', ["'"] = "'[^']*'?" }

  -- Octets outside of printable ASCII as \xNN.
  function M.plain(text)
    return (tostring(text):gsub("[^\32-\126]", function(octet)
      return ("\\x%02x"):format(octet:byte())
    end))
  end

  -- The values of `ck` and `ik` (TS 24.229 7.2A.1) as ***, however they are quoted.
  function M.masked(text)
    if not text:find("[cCiI][kK]%s*=") then
      return text
    end
    local out, at = {}, 1
    while true do
      local start, stop = text:find("%f[%w][cCiI][kK]%s*=%s*", at)
      if not start then
        break
      end
      local pattern = QUOTED[text:sub(stop + 1, stop + 1)] or "[%w+/=]+"
      local _, behind = text:find("^" .. pattern, stop + 1)
      out[#out + 1] = text:sub(at, stop) .. (behind and "***" or "")
      at = (behind or stop) + 1
    end
    out[#out + 1] = text:sub(at)
    return table.concat(out)
  end

  -- A value as it is shown: masked, harmless, of bounded length.
  function M.shown(text)
    text = M.plain(M.masked(tostring(text)))
    if #text > LONGEST then
      return text:sub(1, LONGEST) .. "..."
    end
    return text
  end

  function M.hex(octets)
    return (octets:gsub(".", function(octet)
      return ("%02x"):format(octet:byte())
    end))
  end

  -- An integer as decimal digits, whatever this Lua holds it in.
  function M.integer(number)
    return ("%.0f"):format(number)
  end

  function M.spi(number)
    if number < 0 or number > 4294967295 or number % 1 ~= 0 then
      return M.plain(number)
    end
    return ("0x%04x%04x (%.0f)"):format(math.floor(number / 65536), number % 65536, number)
  end

  return M
end
