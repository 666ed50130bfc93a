-- CK and IK in a Multimedia-Auth-Answer of Cx (TS 29.229 6.1.4), read off the octets of Diameter as
-- analyzer/keys/cx.py does. An extractor for one of its AVPs would have Wireshark load the whole
-- dictionary of Diameter at each start.

return function(import)
  local M = {}
  local limits = import("limits")
  local number = import("wireshark.octets").number

  local diameter = Field.new("diameter")

  local HEADER = 20 -- RFC 6733 3
  local ANSWER = "\0\1\47\1\0\0\0" -- command 303, application 16777216 (Cx)
  local COMMAND, REQUEST = 5, 0x80
  local AVP, VENDOR = 8, 0x80 -- RFC 6733 4.1
  local ITEM, AUTHENTICATE, CONFIDENTIALITY, INTEGRITY = 612, 609, 625, 626
  local RAND, KEY = 16, 16

  -- For each AVP of `data` from `at` to `last`: its code, its value.
  local function avps(data, at, last)
    local count = 0
    return function()
      count = count + 1
      if count > limits.CX_AVPS or at + AVP - 1 > last then
        return nil
      end
      local code, flags, size = number(data, at, 4), data:byte(at + 4), number(data, at + 5, 3)
      local head = flags >= VENDOR and AVP + 4 or AVP
      if size < head or at + size - 1 > last then
        return nil
      end
      local value = data:sub(at + head, at + size - 1)
      at = at + size + (-size) % 4
      return code, value
    end
  end

  -- The vectors of one message, added to `found`.
  function M.read(message, found)
    local length = number(message, 2, 3)
    if message:sub(COMMAND + 1, COMMAND + #ANSWER) ~= ANSWER or message:byte(1) ~= 1
        or message:byte(COMMAND) >= REQUEST or length > #message then
      return
    end
    for code, item in avps(message, HEADER + 1, length) do
      if code == ITEM then
        local parts = {}
        for name, value in avps(item, 1, #item) do
          parts[name] = value
        end
        local nonce, ck, ik = parts[AUTHENTICATE], parts[CONFIDENTIALITY], parts[INTEGRITY]
        if nonce and #nonce >= RAND and ck and #ck == KEY and ik and #ik == KEY then
          found[#found + 1] = { rand = nonce:sub(1, RAND), ck = ck, ik = ik }
        end
      end
    end
  end

  -- The vectors of this frame: a list of { rand, ck, ik }. Of an item that lacks one none is taken.
  function M.vectors()
    local found = {}
    for _, info in ipairs({ diameter() }) do
      M.read(info.len > 0 and info.range:raw() or "", found)
    end
    return found
  end

  return M
end
