-- Made from analyzer/agreement/older.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local LWS = import("agreement.parameters").LWS
  local Mechanism = import("agreement.mechanism").Mechanism
  local MechanismList = import("agreement.mechanism").MechanismList
  local limits = import("limits")
  local parse_element = import("agreement.security_list").parse_element
  local parse_list = import("agreement.security_list").parse_list
  local slices = import("agreement.parameters").slices
  local unfold = import("agreement.parameters").unfold
  local M = {}

  M.MECHANISM = "security-mechanism"

  M.METHOD = "security-method"

  M.DIALECTS = {
    { "security-mechanism", "draft-00", n = 2 }, { "security-method", "arkko", n = 2 },
    n = 2,
  }

  M.PREFIX = "org.iana.sip."

  M._LABEL = regex.compile({groups = 1, names = {}, match = {"span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "split", 13, 25, 0, "set", "[Tt]", 0, 0, "set", "[Oo]", 0, 0, "jump", 65, 0, 0, "split", 29, 49, 0, "set", "[Ff]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Oo]", 0, 0, "set", "[Mm]", 0, 0, "jump", 65, 0, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Hh]", 0, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "match", 0, 0, 0}, full = {"span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "split", 13, 25, 0, "set", "[Tt]", 0, 0, "set", "[Oo]", 0, 0, "jump", 65, 0, 0, "split", 29, 49, 0, "set", "[Ff]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Oo]", 0, 0, "set", "[Mm]", 0, 0, "jump", 65, 0, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Hh]", 0, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009-\013\028- FMTfmt]", skip = "^[\009-\013\028- ]*", text = true})

  M._TO = regex.compile({groups = 1, names = {}, match = {"split", 5, 13, 0, "at", "start", 0, 0, "jump", 17, 0, 0, "char", 44, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "set", "[Tt]", 0, 0, "set", "[Oo]", 0, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "at", "start", 0, 0, "jump", 17, 0, 0, "char", 44, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "set", "[Tt]", 0, 0, "set", "[Oo]", 0, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009-\013\028- ,Tt]", text = true})

  M._POSITIVE = regex.compile({groups = 0, names = {}, match = {"split", 5, 17, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 9, "jump", 29, 0, 0, "span", "^[0]*", 1, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 9, "match", 0, 0, 0}, full = {"split", 5, 17, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 9, "jump", 29, 0, 0, "span", "^[0]*", 1, 0, "set", "[1-9]", 0, 0, "few", "[0-9]", 0, 9, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[0-9]", text = true})

  M._WORD = regex.compile({groups = 0, names = {}, match = {"span", "^[^\009-\013\028- ,;]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[^\009-\013\028- ,;]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[^\009-\013\028- ,;]", skip = "^[^\009-\013\028- ,;]*", text = true})

  M._URI = regex.compile({groups = 0, names = {}, match = {"split", 5, 13, 0, "char", 42, 0, 0, "jump", 37, 0, 0, "set", "[Ss]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Pp]", 0, 0, "few", "[Ss]", 0, 1, "char", 58, 0, 0, "span", "^[^\009-\013\028- ]*", 0, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "char", 42, 0, 0, "jump", 37, 0, 0, "set", "[Ss]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Pp]", 0, 0, "few", "[Ss]", 0, 1, "char", 58, 0, 0, "span", "^[^\009-\013\028- ]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[%*Ss]", text = true})

  M._TAG = regex.compile({groups = 2, names = {}, match = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "split", 17, 33, 0, "char", 61, 0, 0, "save", 4, 0, 0, "span", "^[%z\001-\255]*", 0, 0, "save", 5, 2, 0, "match", 0, 0, 0}, full = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "split", 17, 33, 0, "char", 61, 0, 0, "save", 4, 0, 0, "span", "^[%z\001-\255]*", 0, 0, "save", 5, 2, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-9A-Z_-z~]", text = true})

  M._IN_BODY = regex.compile({groups = 2, names = {}, match = {"at", "line", 0, 0, "save", 2, 0, 0, "set", "[Ss]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Uu]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Tt]", 0, 0, "set", "[Yy]", 0, 0, "char", 45, 0, 0, "split", 49, 77, 0, "set", "[Cc]", 0, 0, "set", "[Ll]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Nn]", 0, 0, "set", "[Tt]", 0, 0, "jump", 209, 0, 0, "split", 81, 109, 0, "set", "[Ss]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "jump", 209, 0, 0, "split", 113, 141, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ff]", 0, 0, "set", "[Yy]", 0, 0, "jump", 209, 0, 0, "split", 145, 185, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Hh]", 0, 0, "set", "[Aa]", 0, 0, "set", "[Nn]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ss]", 0, 0, "set", "[Mm]", 0, 0, "jump", 209, 0, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Tt]", 0, 0, "set", "[Hh]", 0, 0, "set", "[Oo]", 0, 0, "set", "[Dd]", 0, 0, "save", 3, 1, 0, "span", "^[\009 ]*", 0, 0, "char", 58, 0, 0, "span", "^[\009 ]*", 0, 0, "save", 4, 0, 0, "span", "^[^\010\013]*", 0, 0, "save", 5, 2, 0, "match", 0, 0, 0}, full = {"at", "line", 0, 0, "save", 2, 0, 0, "set", "[Ss]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Uu]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Tt]", 0, 0, "set", "[Yy]", 0, 0, "char", 45, 0, 0, "split", 49, 77, 0, "set", "[Cc]", 0, 0, "set", "[Ll]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Nn]", 0, 0, "set", "[Tt]", 0, 0, "jump", 209, 0, 0, "split", 81, 109, 0, "set", "[Ss]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "jump", 209, 0, 0, "split", 113, 141, 0, "set", "[Vv]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ff]", 0, 0, "set", "[Yy]", 0, 0, "jump", 209, 0, 0, "split", 145, 185, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Cc]", 0, 0, "set", "[Hh]", 0, 0, "set", "[Aa]", 0, 0, "set", "[Nn]", 0, 0, "set", "[Ii]", 0, 0, "set", "[Ss]", 0, 0, "set", "[Mm]", 0, 0, "jump", 209, 0, 0, "set", "[Mm]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Tt]", 0, 0, "set", "[Hh]", 0, 0, "set", "[Oo]", 0, 0, "set", "[Dd]", 0, 0, "save", 3, 1, 0, "span", "^[\009 ]*", 0, 0, "char", 58, 0, 0, "greedy", "^[\009 ]*", 0, 0, "save", 4, 0, 0, "span", "^[^\010\013]*", 0, 0, "save", 5, 2, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[Ss]"})

  -- A list in the making.
  M._Draft = py.struct("_Draft", { "to", "source", "rows", "elements", "defects" })

  function M._Draft.make(to, source, rows, elements, defects)
    if to == nil then
      to = ""
    end
    if source == nil then
      source = ""
    end
    if rows == nil then
      rows = { n = 0 }
    end
    if elements == nil then
      elements = { n = 0 }
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      to = to,
      source = source,
      rows = rows,
      elements = elements,
      defects = defects,
    }, M._Draft)
  end
  py.done(M._Draft)

  -- Whether the message has one of the two headers.
  function M.present(message)
    local index = message.index
    return index:has(M.MECHANISM) or index:has(M.METHOD)
  end

  -- All lists of its older headers, in order; empty without any.
  function M.lists_of(message)
    for _, item1 in py.each(M.DIALECTS) do
      local header, dialect = item1[1], item1[2]
      local rows = message:folded_texts(header)
      if rows.n > 0 then
        return M.read(py.list(rows), dialect)
      end
    end
    return { n = 0 }
  end

  -- Rows of Security-* headers by name that stand in a body message/sip or message/sipfrag:
  function M.rows_in_body(message)
    if not str.startswith(str.lower(message:value("content-type") or ""), "message/sip") then
      return py.dict()
    end
    local found = py.dict()
    for _, item1 in py.each(M._IN_BODY:findall(str.slice(message.body, nil, limits.MESSAGE))) do
      local name, value = item1[1], item1[2]
      local text = str.strip(str.decode(value))
      py.append(found:setdefault(str.lower(name), { n = 0 }), text)
    end
    return found
  end

  -- A list that was kept as text, in its dialect ("" for that of the three headers).
  function M.read_again(rows, dialect)
    if dialect == "" then
      return parse_list(rows)
    end
    return py.first(M.read(rows, dialect), M._NOTHING)
  end

  -- The lists in the rows of one header; `dialect` is `draft-00` or begins with `arkko`.
  M.read = py.lru_cache(limits.LISTS_CACHED, function(rows, dialect)
    if dialect == "draft-00" then
      local list1 = { n = 0 }
      for _, one in py.each(M._draft_00(rows)) do
        py.append(list1, M._made(one, "draft-00"))
      end
      return list1
    end
    local list2 = { n = 0 }
    for _, row in py.each(rows) do
      py.append(list2, M._made(py.unpack(M._arkko(row))))
    end
    return list2
  end)

  -- Of the lists in a request the one that repeats the server's list, well or badly.
  function M.echo_of(lists, server)
    local list1 = { n = 0 }
    for _, element in py.each(server.elements) do
      py.append(list1, element.key)
    end
    local keys = list1
    for _, alike in py.each({ function(one)
      local value1 = one.source == server.source
      if py.truth(value1) then
        value1 = one.to == server.to
      end
      return value1
    end, function(one) return one.source == server.source end, function(one)
      local list2 = { n = 0 }
      for _, element in py.each(one.elements) do
        py.append(list2, element.key)
      end
      return py.equal(list2, keys)
    end, n = 3 }) do
      local list3 = { n = 0 }
      for _, one in py.each(lists) do
        if py.truth(alike(one)) then
          py.append(list3, one)
        end
      end
      local found = list3
      if found.n > 0 then
        local first1 = found[1]
        for _, one in py.each(found) do
          if one.text == server.text then
            first1 = one
            break
          end
        end
        return first1
      end
    end
    return nil
  end

  function M._draft_00(rows)
    local given = { n = 0 }
    for _, group in py.each(M._groups(rows)) do
      local current = M._Draft.make(nil, nil, group)
      local left = limits.ELEMENTS
      for number, row in py.each_from_zero(group) do
        for _, item1 in py.each(slices(row, left)) do
          local start, end_ = item1[1], item1[2]
          left = left - 1
          if str.strip(str.slice(row, start, end_), LWS) ~= "" then
            M._take(current, row, number, start, end_)
          elseif current.elements.n > 0 or current.source == "" then
            py.append(current.defects, "empty-element")
          end
        end
      end
      if left <= 0 then
        py.append(current.defects, "limit")
      end
      py.append(given, current)
    end
    return given
  end

  -- The rows, or parts of rows, of each list: each begins with to=.
  function M._groups(rows)
    local groups = { n = 0 }
    for _, row in py.each(rows) do
      local list1 = { n = 0 }
      for _, match in py.each(M._first(M._TO:finditer(row))) do
        py.append(list1, match:start(1))
      end
      local starts = list1
      if starts.n == 0 and groups.n > 0 then
        py.append(groups[groups.n], row)
      else
        local cuts = py.concat({ 0, n = 1 }, py.slice(starts, 1), { #row, n = 1 })
        for _, item1 in py.each(py.pairwise(cuts)) do
          local start, end_ = item1[1], item1[2]
          local whole = start == 0 and end_ == #row
          py.append(groups, { whole and row or str.rstrip(str.slice(row, start, end_), LWS .. ","), n = 1 })
        end
      end
    end
    return groups
  end

  -- One piece between commas: a URI of the list, or a mechanism.
  function M._take(current, row, number, start, end_)
    local label = M._LABEL:match(row, start, end_)
    local value1
    if label then
      value1 = str.lower(label:group(1))
    else
      value1 = ""
    end
    local word = value1
    local at = label and label:end_() or start
    if py.truth(word == "to") then
      current.to = M._uri(str.slice(row, at, end_))
      return
    end
    if py.truth(word == "from") then
      current.source = M._uri(str.slice(row, at, end_))
      return
    end
    local element = parse_element(row, number, at, end_)
    local piece = str.slice(row, start, end_)
    local raw = str.strip(piece, LWS)
    local first = start + #piece - #str.lstrip(piece, LWS)
    if element == nil then
      element = Mechanism.make("", "", raw, number, { first, first + #raw, n = 2 }, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, { "bad-mechanism", n = 1 })
    end
    local defects = py.truth(word) and element.defects or py.concat(element.defects, { "bad-mechanism", n = 1 })
    local first1
    for _, item1 in py.each(element.params) do
      local name, value = item1[1], item1[2]
      if str.lower(name) == "pref" then
        first1 = value
        break
      end
    end
    local pref = first1
    if pref ~= nil and M._POSITIVE:fullmatch(pref) == nil then
      defects = py.concat(defects, { "bad-pref", n = 1 })
    end
    py.append(current.elements, py.replace(element, "raw", raw, "span", { first, first + #raw, n = 2 }, "defects", py.list(py.fromkeys(defects))))
  end

  -- One row of Security-Method, and its dialect: commas between the URIs, `edigest`, and no `*`
  function M._arkko(row)
    local list1 = { n = 0 }
    for _, match in py.each(M._first(M._WORD:finditer(row))) do
      py.append(list1, { match:group(0), match:start(), n = 2 })
    end
    local words = list1
    local uris = { n = 0 }
    while words.n > 0 and (uris.n < 2 and M._URI:fullmatch(words[1][1])) do
      py.append(uris, py.pop(words, 0))
    end
    local list2 = { n = 0 }
    for _, item1 in py.each(uris) do
      local text = item1[1]
      py.append(list2, text)
    end
    local tuple1 = py.slice(py.concat(list2, { "", "", n = 2 }), nil, 2)
    local to, source = tuple1[1], tuple1[2]
    local current = M._Draft.make(to, source, { row, n = 1 })
    local holds1 = words.n > 0
    if holds1 then
      local value2 = str.lower(words[1][1])
      holds1 = value2 == "sip" or value2 == "sips"
    end
    if holds1 then
      py.append(current.defects, "bad-mechanism")
    end
    local list3 = { n = 0 }
    for _, item2 in py.each(words) do
      local text, at = item2[1], item2[2]
      py.append(list3, M._tag(text, at))
    end
    current.elements = list3
    local behind = str.rstrip(row, LWS)
    if str.endswith(behind, { ",", ";", n = 2 }) then
      py.extend(current.defects, { "empty-element", "trailing-comma", n = 2 })
    end
    local comma = uris.n == 2 and str.contains(str.slice(row, uris[1][2] + #uris[1][1], uris[2][2]), ",")
    local any1 = false
    for _, element in py.each(current.elements) do
      if element.key == "edigest" then
        any1 = true
        break
      end
    end
    local second = any1
    local any2 = false
    for _, item3 in py.each(uris) do
      local text = item3[1]
      if text == "*" then
        any2 = true
        break
      end
    end
    local whole_path = any2
    return { current, (second or comma) and not whole_path and "arkko-01" or "arkko-00", n = 2 }
  end

  function M._first(matches)
    local given = { n = 0 }
    for _, item1 in py.each(py.zip(py.range(limits.ELEMENTS + 2), matches)) do
      local match = item1[2]
      py.append(given, match)
    end
    return given
  end

  function M._tag(text, at)
    local span = { at, at + #text, n = 2 }
    local match = M._TAG:fullmatch(text)
    if match == nil then
      return Mechanism.make(text, str.lower(text), text, 0, span, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, { "bad-mechanism", n = 1 })
    end
    local name, value = match:group(1), match:group(2)
    local params = value == nil and { n = 0 } or { { "token", value, false, n = 3 }, n = 1 }
    return Mechanism.make(name, str.removeprefix(str.lower(name), M.PREFIX), text, 0, span, params)
  end

  function M._uri(text)
    return str.lower(str.strip(unfold(text), "<>"))
  end

  function M._made(current, dialect)
    local defects = py.list(py.fromkeys(current.defects))
    if current.to == "" then
      py.append(defects, "no-to")
    end
    if current.source == "" then
      py.append(defects, "no-from")
    end
    if current.elements.n == 0 then
      py.extend(defects, { "empty-element", "empty-header", n = 2 })
    end
    local elements = py.list(current.elements)
    return MechanismList.make(py.list(current.rows), str.join(", ", py.map(unfold, current.rows)), elements, elements, { n = 0 }, py.list(py.fromkeys(defects)), dialect, current.to, current.source)
  end

  M._NOTHING = MechanismList.make({ n = 0 }, "", { n = 0 }, { n = 0 }, { n = 0 })

  return M
end
