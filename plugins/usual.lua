-- The expressions that every message is read with, in Lua's own patterns: the same as the ones of
-- Python that stand beside them, for which the general matcher is slow.

return function()
  local byte, find, gmatch, gsub, sub =
    string.byte, string.find, string.gmatch, string.gsub, string.sub

  local LWS = "[ \t\r\n]*"
  local TOKEN = "[A-Za-z0-9%-%.!%%%*_%+`'~]"
  local VALUE = "[A-Za-z0-9%-%.!%%%*_%+`'~%[%]:]"

  local NAME = "^" .. LWS .. "(" .. TOKEN .. "+)()" .. LWS .. "()"
  local PARAMETER = "^;" .. LWS .. "(" .. TOKEN .. "+)" .. LWS .. "(=?)()"
  local WRITTEN = "^" .. LWS .. "(" .. VALUE .. "*)()"
  local BLANK = "^" .. LWS .. "()"
  local SEMICOLON = 0x3B

  local M = {}

  -- headers.row_names: what stands before the first colon of each line.
  function M.row_names(octets)
    return (gsub(octets, ":[^\n]*", ""))
  end

  -- Where the quoted-string at `place` ends, nil where it is not closed.
  local function closed(text, place)
    while true do
      place = find(text, '["\\]', place + 1)
      if place == nil then
        return nil
      elseif byte(text, place) == 0x22 then
        return place + 1
      end
      place = place + 1
    end
  end

  -- One parameter at `place`: behind it, its name, `=` or "", its token or "", its quoted-string
  -- or "". Nil where none stands there.
  local function parameter(text, place)
    local _, _, name, equal, after = find(text, PARAMETER, place)
    if name == nil then
      return nil
    end
    local token, quoted = "", ""
    if equal ~= "" then
      local _, _, written, behind = find(text, WRITTEN, after)
      token, after = written, behind
      if token == "" and byte(text, after) == 0x22 then
        local stop = closed(text, after)
        if stop ~= nil then
          quoted, after = sub(text, after, stop - 1), stop
        end
      end
      local _, _, blank = find(text, BLANK, after)
      after = blank
    end
    return after, name, equal, token, quoted
  end

  -- parameters._WELL_FORMED: a whole element; its name is group 1.
  M.well_formed = {}

  local Element = {}
  Element.__index = Element

  function Element:group()
    return self.name
  end

  function Element:end_()
    return self.ends
  end

  function M.well_formed:fullmatch(text)
    local _, _, name, ends, place = find(text, NAME)
    if name == nil then
      return nil
    end
    while place <= #text do
      place = parameter(text, place)
      if place == nil then
        return nil
      end
    end
    return setmetatable({ name = name, ends = ends - 1 }, Element)
  end

  -- security_list.NUMBERED: what stands around the numbers of SPIs and ports, their names and digits.
  M.numbered = {}

  local NUMBERED = { ["spi-c"] = true, ["spi-s"] = true, ["port-c"] = true, ["port-s"] = true }
  local DIGITS = 10

  function M.numbered:split(text)
    local found, n, done = {}, 0, 1
    for start, name, digits, after in gmatch(text, ";()([ps][a-z]+%-[cs])=([0-9]+)()") do
      local next_ = byte(text, after)
      if NUMBERED[name] and #digits <= DIGITS and (next_ == nil or next_ == SEMICOLON) then
        found[n + 1], found[n + 2], found[n + 3] = sub(text, done, start - 2), name, digits
        n, done = n + 3, after
      end
    end
    found[n + 1] = sub(text, done)
    found.n = n + 1
    return found
  end

  -- parameters._PARAMS: the parameters of an element that is well-formed, from `from` on.
  M.parameters = {}

  function M.parameters:findall(text, from)
    local found, n = {}, 0
    local _, _, place = find(text, BLANK, from + 1)
    while place and place <= #text do
      local after, name, equal, token, quoted = parameter(text, place)
      if after == nil then
        break
      end
      n = n + 1
      found[n] = { name, equal, token, quoted, n = 4 }
      place = after
    end
    found.n = n
    return found
  end

  return M
end
