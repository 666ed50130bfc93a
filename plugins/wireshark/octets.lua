-- Octets read as numbers and as text.

return function()
  local M = {}

  -- An unsigned number of `size` octets, the first of them at `at` (1-based); those that are missing
  -- at the end are no part of it.
  function M.number(data, at, size)
    local value = 0
    for place = at, math.min(at + size - 1, #data) do
      value = value * 256 + data:byte(place)
    end
    return value
  end

  -- Text of octets of which those that are not ASCII are written as \xNN.
  function M.ascii(octets)
    return (octets:gsub("[\128-\255]", function(octet)
      return ("\\x%02x"):format(octet:byte())
    end))
  end

  return M
end
