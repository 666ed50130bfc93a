-- DNS about names of the IMS, what was asked and what was answered: flows/dns.py in Lua.

return function(import)
  local octets = import("wireshark.octets")
  local ascii, number = octets.ascii, octets.number
  local M = {}

  local HEADER = 12
  local LABELS, ANSWERS = 128, 8
  local TYPES = { [1] = "A", [5] = "CNAME", [28] = "AAAA", [33] = "SRV", [35] = "NAPTR" }

  -- A name and where it ends (1-based); nil where it does not (RFC 1035 4.1.4).
  local function name_at(data, at)
    local labels, stop = {}, nil
    for _ = 1, LABELS do
      local size = data:byte(at)
      if not size then
        return "", nil
      elseif size >= 192 then
        stop = stop or at + 2
        if at + 1 > #data then
          return "", nil
        end
        at = size % 64 * 256 + data:byte(at + 1) + 1
      elseif size >= 64 then
        return "", nil
      elseif size == 0 then
        return table.concat(labels, "."), stop or at + 1
      else
        labels[#labels + 1] = ascii(data:sub(at + 1, at + size))
        at = at + 1 + size
      end
    end
    return "", nil
  end

  -- RFC 3403 4.1: order, preference, then flags, services and expression as texts.
  local function replacement(data, at, stop)
    at = at + 4
    for _ = 1, 3 do
      if at >= math.min(stop, #data + 1) then
        return ""
      end
      at = at + 1 + data:byte(at)
    end
    return (name_at(data, at))
  end

  local function target(data, kind, at, length, address)
    local whole = at + length - 1 <= #data
    if whole and ((kind == 1 and length == 4) or (kind == 28 and length == 16)) then
      return address(data:sub(at, at + length - 1))
    elseif kind == 33 and length > 6 then
      local port = at + 5 <= #data and number(data, at + 4, 2) or data:byte(at + 4) or 0
      return ("%s:%d"):format(name_at(data, at + 6), port)
    elseif kind == 35 then
      return replacement(data, at, at + length)
    elseif kind == 5 then
      return (name_at(data, at))
    end
    return ""
  end

  local function records(data, at, count, address)
    local found = { n = 0 }
    for _ = 1, count do
      local _, stop = name_at(data, at)
      if not stop or stop + 9 > #data then
        break
      end
      local kind, length = number(data, stop, 2), number(data, stop + 8, 2)
      at = stop + 10
      local text = target(data, kind, at, length, address)
      if text ~= "" then
        found.n = found.n + 1
        found[found.n] = text
      end
      at = at + length
    end
    return found
  end

  -- The first question with what answers it: { number, name, type, code, targets }, `code` -1 for a
  -- question; nil for what is none. `address` writes octets as text.
  function M.read(data, address)
    if #data < HEADER or number(data, 5, 2) == 0 then
      return nil
    end
    local name, at = name_at(data, HEADER + 1)
    if not at or at + 3 > #data or name == "" then
      return nil
    end
    local kind, flags = number(data, at, 2), number(data, 3, 2)
    local response = flags >= 32768
    return { number = number(data, 1, 2), name = name, type = TYPES[kind] or ("TYPE%d"):format(kind),
      code = response and flags % 16 or -1,
      targets = response and records(data, at + 4, math.min(number(data, 7, 2), ANSWERS), address)
        or { n = 0 } }
  end

  return M
end
