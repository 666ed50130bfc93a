-- Made from analyzer/agreement/parameters.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local limits = import("limits")
  local M = {}

  M.MECHANISM_NAMES = py.set({ "digest", "ipsec-3gpp", "ipsec-ike", "ipsec-man", "tls", n = 5 })

  M.SPI_NAMES = { "spi-c", "spi-s", "spi", n = 3 }

  M.PORT_NAMES = { "port-c", "port-s", n = 2 }

  M.VALUED_NAMES = py.set({
    "alg", "d-alg", "d-qop", "d-ver", "ealg", "mod", "port-c", "port-s", "port1", "port2",
    "prot", "q", "spi", "spi-c", "spi-s",
    n = 15,
  })

  M.SA_NAMES = py.set({ "port-c", "port-s", "port1", "port2", "spi", "spi-c", "spi-s", n = 7 })

  M.SPI_MAX = 4294967295

  M.PORT_MAX = 65535

  M.LWS = " \t\r\n"

  M._LWS = "[ \\t\\r\\n]*+"

  M._TOKEN = "[A-Za-z0-9\\-.!%*_+`'~]++"

  M._VALUE = "[A-Za-z0-9\\-.!%*_+`'~\\[\\]:]++"

  M._QUOTED = "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\""

  M._QUOTED_OR_OPEN = "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\\\\?\"?"

  M._PARAM = ";[ \\t\\r\\n]*+([A-Za-z0-9\\-.!%*_+`'~]++)[ \\t\\r\\n]*+(?:(=)[ \\t\\r\\n]*+(?:([A-Za-z0-9\\-.!%*_+`'~\\[\\]:]++)|(\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"))?[ \\t\\r\\n]*+)?"

  M._PARAM_PLAIN = ";[ \\t\\r\\n]*+[A-Za-z0-9\\-.!%*_+`'~]++[ \\t\\r\\n]*+(?:=[ \\t\\r\\n]*+(?:[A-Za-z0-9\\-.!%*_+`'~\\[\\]:]++|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\")?[ \\t\\r\\n]*+)?"

  M._WELL_FORMED = import("usual").well_formed

  M._PARAMS = import("usual").parameters

  M._BETWEEN_COMMAS = regex.compile({groups = 0, names = {}, match = {"again", 9, 0, 0, "jump", 65, 0, 0, "split", 13, 21, 0, "span", "^[^\034,]*", 1, 0, "jump", 61, 0, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 37, 0, 0, "jump", 53, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"again", 9, 0, 0, "jump", 65, 0, 0, "split", 13, 21, 0, "span", "^[^\034,]*", 1, 0, "jump", 61, 0, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 37, 0, 0, "jump", 53, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, text = true})

  M._BETWEEN_SEMICOLONS = regex.compile({groups = 0, names = {}, match = {"again", 9, 0, 0, "jump", 65, 0, 0, "split", 13, 21, 0, "span", "^[^\034;]*", 1, 0, "jump", 61, 0, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 37, 0, 0, "jump", 53, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"again", 9, 0, 0, "jump", 65, 0, 0, "split", 13, 21, 0, "span", "^[^\034;]*", 1, 0, "jump", 61, 0, 0, "char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 37, 0, 0, "jump", 53, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "few", "[\092]", 0, 1, "few", "[\034]", 0, 1, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, text = true})

  M._ONE_TOKEN = regex.compile({groups = 0, names = {}, match = {"span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-9A-Z_-z~]", skip = "^[!%%'%*%+%-%.0-9A-Z_-z~]*", text = true})

  M._ONE_VALUE = regex.compile({groups = 0, names = {}, match = {"span", "^[!%%'%*%+%-%.0-:ABCDEFGHIJKLMNOPQRSTUVWXYZ%[%]_-z~]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[!%%'%*%+%-%.0-:ABCDEFGHIJKLMNOPQRSTUVWXYZ%[%]_-z~]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-:ABCDEFGHIJKLMNOPQRSTUVWXYZ%[%]_-z~]", skip = "^[!%%'%*%+%-%.0-:ABCDEFGHIJKLMNOPQRSTUVWXYZ%[%]_-z~]*", text = true})

  M._ONE_QUOTED = regex.compile({groups = 0, names = {}, match = {"char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 17, 0, 0, "jump", 33, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "char", 34, 0, 0, "match", 0, 0, 0}, full = {"char", 34, 0, 0, "span", "^[^\034\092]*", 0, 0, "again", 17, 0, 0, "jump", 33, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "span", "^[^\034\092]*", 0, 0, "match", 0, 0, 0, "char", 34, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\034", text = true})

  M._BREAK_IN_TOKEN = regex.compile({groups = 0, names = {}, match = {"look", 9, 1, 0, "jump", 17, 0, 0, "set", "[^\009\010\013 ]", 0, 0, "match", 0, 0, 0, "span", "^[\009 ]*", 0, 0, "split", 25, 37, 0, "char", 13, 0, 0, "fewer", "[\010]", 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 0, 0, "look", 53, 0, 0, "jump", 61, 0, 0, "set", "[^\009\010\013 ]", 0, 0, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"look", 9, 1, 0, "jump", 17, 0, 0, "set", "[^\009\010\013 ]", 0, 0, "match", 0, 0, 0, "span", "^[\009 ]*", 0, 0, "split", 25, 37, 0, "char", 13, 0, 0, "few", "[\010]", 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 0, 0, "look", 53, 0, 0, "jump", 61, 0, 0, "set", "[^\009\010\013 ]", 0, 0, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009\010\013 ]", text = true})

  M.BARE_BREAK = regex.compile({groups = 0, names = {}, match = {"split", 5, 13, 0, "text", "\013\010", 2, 0, "jump", 45, 0, 0, "split", 17, 41, 0, "char", 13, 0, 0, "look", 29, 0, 1, "jump", 37, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 45, 0, 0, "char", 10, 0, 0, "look", 53, 0, 1, "jump", 61, 0, 0, "set", "[\009 ]", 0, 0, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "text", "\013\010", 2, 0, "jump", 45, 0, 0, "split", 17, 41, 0, "char", 13, 0, 0, "look", 29, 0, 1, "jump", 37, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 45, 0, 0, "char", 10, 0, 0, "look", 53, 0, 1, "jump", 61, 0, 0, "set", "[\009 ]", 0, 0, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\010\013]", text = true})

  M._FOLD = regex.compile({groups = 0, names = {}, match = {"span", "^[\009 ]*", 0, 0, "split", 9, 17, 0, "text", "\013\010", 2, 0, "jump", 49, 0, 0, "split", 21, 45, 0, "char", 13, 0, 0, "look", 33, 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 49, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[\009 ]*", 0, 0, "split", 9, 17, 0, "text", "\013\010", 2, 0, "jump", 49, 0, 0, "split", 21, 45, 0, "char", 13, 0, 0, "look", 33, 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 49, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009\010\013 ]", skip = "^[\009 ]*", text = true})

  M._ESCAPE = regex.compile({groups = 1, names = {}, match = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\092", text = true})

  M._Q = regex.compile({groups = 1, names = {}, match = {"split", 5, 33, 0, "char", 48, 0, 0, "split", 13, 29, 0, "char", 46, 0, 0, "save", 2, 0, 0, "few", "[0-9]", 0, 3, "save", 3, 1, 0, "jump", 49, 0, 0, "char", 49, 0, 0, "split", 41, 49, 0, "char", 46, 0, 0, "few", "[0]", 0, 3, "match", 0, 0, 0}, full = {"split", 5, 33, 0, "char", 48, 0, 0, "split", 13, 29, 0, "char", 46, 0, 0, "save", 2, 0, 0, "few", "[0-9]", 0, 3, "save", 3, 1, 0, "jump", 49, 0, 0, "char", 49, 0, 0, "split", 41, 49, 0, "char", 46, 0, 0, "few", "[0]", 0, 3, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[01]", text = true})

  -- Each fold as one SP (RFC 3261 7.3.1), white space at both ends taken off.
  function M.unfold(text)
    if str.contains(text, "\n") or str.contains(text, "\r") then
      text = M._FOLD:sub(" ", text)
    end
    return str.strip(text, M.LWS)
  end

  -- Spans between the commas outside quoted strings, at most `most` of them.
  function M.slices(row, most)
    local given = { n = 0 }
    local start = 0
    local quoted = str.contains(row, "\"")
    local end_
    for _ = 0, most - 1 do
      if quoted then
        local match = M._BETWEEN_COMMAS:match(row, start)
        end_ = match and match:end_() or #row
      else
        end_ = str.find(row, ",", start)
        if end_ < 0 then
          end_ = #row
        end
      end
      py.append(given, { start, end_, n = 2 })
      if end_ >= #row then
        return given
      end
      start = end_ + 1
    end
    return given
  end

  -- Name and parameters of an element, step by step, whatever is wrong with it.
  function M.read_element(raw, defects)
    local match = M._WELL_FORMED:fullmatch(raw)
    local name, params
    if match ~= nil then
      name = match:group(1)
      local found = M._PARAMS:findall(raw, match:end_(1))
      local list1 = { n = 0 }
      for _, item1 in py.each(found) do
        local p, equal, token, quoted = item1[1], item1[2], item1[3], item1[4]
        py.append(list1, py.truth(token) and { p, token, false, n = 3 } or py.concat({ p, n = 1 }, M._other_value(equal, quoted)))
      end
      params = list1
      if (str.contains(raw, "\n") or str.contains(raw, "\r")) and M.BARE_BREAK:search(raw) then
        py.append(defects, "fold-in-token")
      end
    else
      local tuple1 = M._tolerant(raw, defects)
      name, params = tuple1[1], tuple1[2]
    end
    if params.n > limits.ELEMENTS then
      py.delete_slice(params, limits.ELEMENTS)
      py.append(defects, "limit")
    end
    return { name, params, n = 2 }
  end

  function M._other_value(equal, quoted)
    if quoted ~= "" then
      return { M._unquote(quoted), true, n = 2 }
    end
    return { equal ~= "" and "" or nil, false, n = 2 }
  end

  function M._unquote(text)
    local inner = string.sub(text, 2, -2)
    return str.contains(inner, "\\") and M._ESCAPE:sub("\\1", inner) or inner
  end

  -- Name and parameters of an element that the grammar does not allow.
  function M._tolerant(raw, defects)
    local pieces = M._pieces(raw)
    local name = M._healed_name(pieces[1], M.MECHANISM_NAMES, defects)
    if M._ONE_TOKEN:fullmatch(name) == nil then
      M.add(defects, "bad-mechanism")
      local leading = M._ONE_TOKEN:match(name)
      name = leading and leading:group(0) or ""
    end
    local list1 = { n = 0 }
    for _, piece in py.each(py.slice(pieces, 1)) do
      py.append(list1, M._tolerant_parameter(piece, defects))
    end
    return { name, list1, n = 2 }
  end

  function M._pieces(raw)
    local pieces = { n = 0 }
    local position = 0
    while pieces.n <= limits.ELEMENTS + 1 do
      local match = M._BETWEEN_SEMICOLONS:match(raw, position)
      local end_ = match and match:end_() or #raw
      py.append(pieces, str.strip(str.slice(raw, position, end_), M.LWS))
      if end_ >= #raw then
        break
      end
      position = end_ + 1
    end
    return pieces
  end

  function M._tolerant_parameter(piece, defects)
    local tuple1 = str.partition(piece, "=")
    local name, equal, value = tuple1[1], tuple1[2], tuple1[3]
    name = M._healed_name(str.strip(name, M.LWS), M.VALUED_NAMES, defects)
    if M._ONE_TOKEN:fullmatch(name) == nil then
      M.add(defects, "bad-mechanism")
    end
    if equal == "" then
      return { name, nil, false, n = 3 }
    end
    value = str.strip(value, M.LWS)
    if M._ONE_QUOTED:fullmatch(value) then
      return { name, M._unquote(value), true, n = 3 }
    end
    if M.VALUED_NAMES:has(str.lower(name)) then
      value = M._without_breaks(value, defects)
    end
    if value ~= "" and M._ONE_VALUE:fullmatch(value) == nil then
      M.add(defects, "bad-mechanism")
    end
    return { name, value, false, n = 3 }
  end

  -- The name without the line break that splits it, where that gives a known one.
  function M._healed_name(name, known, defects)
    if str.contains(name, "\n") or str.contains(name, "\r") then
      local joined = M._BREAK_IN_TOKEN:sub("", name)
      if known:has(str.lower(joined)) then
        M.add(defects, "fold-in-token")
        return joined
      end
    end
    return name
  end

  function M._without_breaks(value, defects)
    if str.contains(value, "\n") or str.contains(value, "\r") then
      M.add(defects, "fold-in-token")
      return M._BREAK_IN_TOKEN:sub("", value)
    end
    return value
  end

  -- Note a defect, once.
  function M.add(defects, defect)
    if not py.contains(defects, defect) then
      py.append(defects, defect)
    end
  end

  -- A qvalue in thousandths (RFC 3329 2.2), None where it is outside the grammar.
  function M.q_thousandths(text)
    local match = M._Q:fullmatch(text)
    if match == nil then
      return nil
    end
    if string.sub(text, 1, 1) == "1" then
      return 1000
    end
    local value1 = match:group(1)
    if not py.truth(value1) then
      value1 = ""
    end
    return tonumber(str.ljust(value1, 3, "0"), 10)
  end

  -- A decimal number of at most ten significant digits, None where it is anything else.
  function M.decimal(text)
    if not (str.isdigit(text) and str.isascii(text)) then
      return nil
    end
    if #text > 10 then
      text = str.lstrip(text, "0")
      if #text > 10 then
        return nil
      end
    end
    return tonumber(text ~= "" and text or "0", 10)
  end

  return M
end
