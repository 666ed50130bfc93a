-- TLS as far as it travels in clear, in the beginning of a segment: flows/tls.py in Lua.

return function(import)
  local octets = import("wireshark.octets")
  local ascii, number = octets.ascii, octets.number
  local M = {}

  local ALERT, HANDSHAKE, DATA = 21, 22, 23
  local CLIENT_HELLO, SERVER_HELLO = 1, 2
  local RECORD, RANDOM = 5, 34
  local RECORDS, EXTENSIONS = 8, 64
  local SERVER_NAME, SUPPORTED_VERSIONS = 0, 43
  local NEWEST, OLDEST = 0x0304, 0x0300

  local function extensions(body, at)
    local found = {}
    for _ = 1, EXTENSIONS do
      if at + 3 > #body then
        break
      end
      local kind, size = number(body, at, 2), number(body, at + 2, 2)
      found[kind] = found[kind] or body:sub(at + 4, at + 3 + size)
      at = at + 4 + size
    end
    return found
  end

  -- The highest known version of those offered: clients mix in numbers that mean nothing.
  local function highest(version, offered)
    for at = 1, #offered - 1, 2 do
      local one = number(offered, at, 2)
      if one >= OLDEST and one <= NEWEST and one > version then
        version = one
      end
    end
    return version
  end

  local function hello(body)
    local kind = body:byte(1)
    if (kind ~= CLIENT_HELLO and kind ~= SERVER_HELLO) or #body < 5 + RANDOM then
      return nil
    end
    local version = number(body, 5, 2)
    local at = 5 + RANDOM
    at = at + 1 + body:byte(at) -- session id
    if kind == SERVER_HELLO then
      local cipher = at + 1 <= #body and number(body, at, 2) or -1
      local chosen = extensions(body, at + 5)[SUPPORTED_VERSIONS] or ""
      version = #chosen == 2 and number(chosen, 1, 2) or version
      return { kind = "server-hello", version = version, cipher = cipher }
    end
    at = at + 2 + number(body, at, 2)
    at = at + 1 + (body:byte(at) or 0)
    local said = extensions(body, at + 2)
    return { kind = "client-hello", name = ascii((said[SERVER_NAME] or ""):sub(6)),
      version = highest(version, (said[SUPPORTED_VERSIONS] or ""):sub(2)) }
  end

  local function record(kind, size, body)
    if kind == HANDSHAKE then
      local length = number(body:sub(2, 4), 1, 3)
      if length > 0 and 4 + length <= size then -- what is encrypted has no such length
        return hello(body)
      end
    elseif kind == ALERT and size == 2 and #body == 2 then
      return { kind = "alert", alert = body:byte(2), fatal = body:byte(1) == 2 }
    elseif kind == DATA then
      return { kind = "data", size = size }
    end
    return nil
  end

  -- What the records of one segment say that is not encrypted, in order.
  function M.read(data)
    local found, at = {}, 1
    for _ = 1, RECORDS do
      if at + RECORD - 1 > #data or data:byte(at + 1) ~= 3 then
        break
      end
      local size = number(data, at + 3, 2)
      local one = record(data:byte(at), size, data:sub(at + RECORD, at + RECORD - 1 + size))
      found[#found + 1] = one
      at = at + RECORD + size
    end
    return found
  end

  return M
end
