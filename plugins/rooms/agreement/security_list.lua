-- Made from analyzer/agreement/security_list.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local BARE_BREAK = import("agreement.parameters").BARE_BREAK
  local LWS = import("agreement.parameters").LWS
  local Mechanism = import("agreement.mechanism").Mechanism
  local MechanismList = import("agreement.mechanism").MechanismList
  local PORT_MAX = import("agreement.parameters").PORT_MAX
  local PORT_NAMES = import("agreement.parameters").PORT_NAMES
  local SPI_MAX = import("agreement.parameters").SPI_MAX
  local VALUED_NAMES = import("agreement.parameters").VALUED_NAMES
  local add = import("agreement.parameters").add
  local decimal = import("agreement.parameters").decimal
  local limits = import("limits")
  local q_thousandths = import("agreement.parameters").q_thousandths
  local read_element = import("agreement.parameters").read_element
  local slices = import("agreement.parameters").slices
  local unfold = import("agreement.parameters").unfold
  local M = {}

  M.USUAL = py.dict_of({
    { "hmac-md5-96", "hmac-md5-96", n = 2 }, { "hmac-sha-1-96", "hmac-sha-1-96", n = 2 },
    { "aes-gmac", "aes-gmac", n = 2 }, { "null", "null", n = 2 },
    { "aes-cbc", "aes-cbc", n = 2 }, { "des-ede3-cbc", "des-ede3-cbc", n = 2 },
    { "aes-gcm", "aes-gcm", n = 2 }, { "esp", "esp", n = 2 }, { "ah", "ah", n = 2 },
    { "trans", "trans", n = 2 }, { "tun", "tun", n = 2 },
    { "UDP-enc-tun", "UDP-enc-tun", n = 2 }, { "ipsec-3gpp", "ipsec-3gpp", n = 2 },
    n = 13,
  })

  M.MARK = 10000

  M.NUMBERED = import("usual").numbered

  M._D_VER = regex.compile({groups = 0, names = {}, match = {"few", "[0-9A-Fa-f]", 32, 32, "match", 0, 0, 0}, full = {"few", "[0-9A-Fa-f]", 32, 32, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[0-9A-Fa-f]", text = true})

  M._FIELDS = {
    "name", "key", "raw", "row", "span", "written", "q", "q_thousandths", "alg", "ealg",
    "prot", "mod", "spi_c", "spi_s", "port_c", "port_s", "spi_c_text", "spi_s_text",
    "port_c_text", "port_s_text", "d_alg", "d_qop", "d_ver", "mediasec", "defects",
    n = 25,
  }

  M._RAW = 2

  M._ROW = 3

  M._SPAN = 4

  M._PARAMETERS = 5

  -- Parse the values of all rows of one header, in order, folds and all. Never raises.
  function M.parse_list(rows)
    local key = py.list(rows)
    local size = key.n == 1 and #key[1] or py.sum(py.map(py.len, key))
    return size > limits.LIST_CACHED and M._parse(key) or M._parse_cached(key)
  end

  function M._parse(rows)
    return M._single(rows) or M._joined(rows)
  end

  -- The list that most are: one element without fold or quote; None where it is not so plain.
  function M._single(rows)
    local row = rows.n == 1 and rows[1] or ","
    if str.contains(row, ",") or (str.contains(row, "\"") or (str.contains(row, "\n") or str.contains(row, "\r"))) then
      return nil
    end
    local element = M.parse_element(row, 0, 0, #row)
    if element == nil or element.mediasec then
      return nil
    end
    local alone = { element, n = 1 }
    return MechanismList.make(rows, str.strip(row, LWS), alone, alone, { n = 0 })
  end

  function M._joined(rows)
    local elements = { n = 0 }
    local defects = { n = 0 }
    local left = limits.ELEMENTS
    for number, row in py.each_from_zero(rows) do
      left = left - M._parse_row(row, number, left, elements, defects)
      if left < 0 then
        py.append(defects, "limit")
        break
      end
    end
    if rows.n == 0 then
      py.extend(defects, M._empty_elements({ true, n = 1 }))
    end
    local every = py.list(elements)
    local signalling = every
    local media = { n = 0 }
    local any1 = false
    for _, m in py.each(every) do
      if m.mediasec then
        any1 = true
        break
      end
    end
    if any1 then
      local list1 = { n = 0 }
      for _, m in py.each(every) do
        if not m.mediasec then
          py.append(list1, m)
        end
      end
      signalling = list1
      local list2 = { n = 0 }
      for _, m in py.each(every) do
        if m.mediasec then
          py.append(list2, m)
        end
      end
      media = list2
    end
    local text = rows.n == 1 and unfold(rows[1]) or str.join(", ", py.map(unfold, rows))
    return MechanismList.make(rows, text, every, signalling, media, defects.n > 0 and py.list(py.fromkeys(defects)) or { n = 0 })
  end

  -- Add what one row holds; gives the count of places between commas, `most` + 1 if more.
  function M._parse_row(row, number, most, elements, defects)
    local empty = { n = 0 }
    local split_token = false
    for _, item1 in py.each(slices(row, most + 1)) do
      local start, end_ = item1[1], item1[2]
      if empty.n == most then
        return most + 1
      end
      local mechanism = M.parse_element(row, number, start, end_)
      py.append(empty, mechanism == nil)
      if mechanism ~= nil then
        py.append(elements, mechanism)
        split_token = split_token or py.contains(mechanism.defects, "fold-in-token")
      end
    end
    if py.contains(empty, true) then
      py.extend(defects, M._empty_elements(empty))
    end
    if (str.contains(row, "\n") or str.contains(row, "\r")) and (not split_token and BARE_BREAK:search(row)) then
      py.append(defects, "fold-in-token")
    end
    return empty.n
  end

  M._parse_cached = py.lru_cache(limits.LISTS_CACHED, M._parse)

  -- Defects of a row from its pattern of empty elements.
  function M._empty_elements(empty)
    local given = { n = 0 }
    py.append(given, "empty-element")
    if empty.n == 1 then
      py.append(given, "empty-header")
      return given
    end
    if empty[1] then
      py.append(given, "leading-comma")
    end
    if empty[empty.n] then
      py.append(given, "trailing-comma")
    end
    if py.contains(py.slice(empty, 1, -1), true) then
      py.append(given, "double-comma")
    end
    return given
  end

  -- The element at `row[start:end]`, None where nothing but white space stands there.
  function M.parse_element(row, number, start, end_)
    local piece = str.slice(row, start, end_)
    local raw = str.strip(piece, LWS)
    if raw == "" then
      return nil
    end
    start = start + (raw ~= piece and str.find(piece, string.sub(raw, 1, 1)) or 0)
    local span = { start, start + #raw, n = 2 }
    return M._by_form(raw, number, span) or M._element(raw, number, span)
  end

  -- Read an element step by step, whatever is wrong with it.
  function M._element(raw, number, span)
    local defects = { n = 0 }
    local tuple1 = read_element(raw, defects)
    local name, params = tuple1[1], tuple1[2]
    return M._mechanism(name, params, raw, number, span, defects)
  end

  -- How elements of one form are read: values of the fields, the parameters, and for each number
  M._Form = py.struct("_Form", { "values", "params", "numbers" })

  function M._Form.make(values, params, numbers)
    return setmetatable({ values = values, params = params, numbers = numbers }, M._Form)
  end
  py.done(M._Form)

  -- Read an element whose form was met before: elements of one phone differ in SPIs and ports.
  function M._by_form(raw, row, span)
    local pieces = M.NUMBERED:split(raw)
    if pieces.n == 1 or #raw > limits.READING then
      return nil
    end
    local form = M._form(py.list(py.slice(pieces, nil, nil, 3)), py.list(py.slice(pieces, 1, nil, 3)))
    if form == nil then
      return nil
    end
    local values, params = py.list(form.values), py.list(form.params)
    local place = 2
    for _, item1 in py.each(form.numbers) do
      local param, name, number, text, least, most = item1[1], item1[2], item1[3], item1[4], item1[5], item1[6]
      local digits = pieces[place + 1]
      place = place + 3
      local found = tonumber(digits, 10)
      if not (least <= found and found <= most) then
        return nil
      end
      params[param + 1] = { name, digits, false, n = 3 }
      values[number + 1] = found
      values[text + 1] = digits
    end
    values[M._RAW + 1] = raw
    values[M._ROW + 1] = row
    values[M._SPAN + 1] = span
    values[M._PARAMETERS + 1] = py.list(params)
    return Mechanism.make(py.unpack(values))
  end

  -- The form of elements with these names before their numbers, and this between them; None
  M._form = py.lru_cache(limits.READINGS, function(texts, names)
    local list1 = { n = 0 }
    for place = 0, names.n - 1 do
      py.append(list1, str.of(M.MARK + place))
    end
    local marks = list1
    local list2 = { n = 0 }
    for _, item1 in py.each(py.zip(names, marks, py.slice(texts, 1))) do
      local name, mark, text = item1[1], item1[2], item1[3]
      py.append(list2, ";" .. name .. "=" .. mark .. text)
    end
    local raw = texts[1] .. str.join("", list2)
    local found = M._element(raw, 0, { 0, #raw, n = 2 })
    local list3 = { n = 0 }
    for _, item2 in py.each(found.params) do
      local value = item2[2]
      py.append(list3, value)
    end
    local written = list3
    local holds1 = found.defects.n > 0
    if not holds1 then
      local any2 = false
      for _, mark in py.each(marks) do
        if py.count(written, mark) ~= 1 then
          any2 = true
          break
        end
      end
      holds1 = any2
    end
    if holds1 then
      return nil
    end
    local list4 = { n = 0 }
    for _, field in py.each(M._FIELDS) do
      py.append(list4, found[field])
    end
    local values = list4
    local numbers = { n = 0 }
    for _, item3 in py.each(py.zip(names, marks)) do
      local name, mark = item3[1], item3[2]
      local field = str.replace(name, "-", "_")
      local tuple1 = py.contains(PORT_NAMES, name) and { 1, PORT_MAX, n = 2 } or { 0, SPI_MAX, n = 2 }
      local least, most = tuple1[1], tuple1[2]
      py.append(numbers, { py.index(written, mark), name, py.index(M._FIELDS, field), py.index(M._FIELDS, field .. "_text"), least, most, n = 6 })
    end
    return M._Form.make(values, py.list(found.params), numbers)
  end)

  function M._mechanism(name, params, raw, row, span, defects)
    local values = py.dict()
    local irregular = false
    for _, item1 in py.each(params) do
      local parameter, value, quoted = item1[1], item1[2], item1[3]
      local key = str.lower(parameter)
      if not values:has(key) then
        values:set(key, value)
      end
      if quoted or (value or "") == "" then
        irregular = true
      end
    end
    if values.size ~= params.n then
      py.append(defects, "duplicate-param")
    end
    if irregular then
      M._irregular_values(params, defects)
    end
    if values:has("d-ver") then
      M._d_ver_defects(params, defects)
    end
    local get = py.bound(values, "get")
    local usual = py.bound(M.USUAL, "get")
    local q = get("q")
    local thousandths = nil
    if (q or "") ~= "" then
      local value1
      if py.contains(defects, "quoted-token:q") then
        value1 = nil
      else
        value1 = q_thousandths(q)
      end
      thousandths = value1
      if thousandths == nil then
        py.append(defects, "bad-q")
      end
    end
    local spi_c_text, spi_s_text = get("spi-c"), get("spi-s")
    local spi_c, spi_s = M._spi(spi_c_text, defects), M._spi(spi_s_text, defects)
    if values:has("spi") then
      M._spi(get("spi"), defects)
    end
    local port_c_text, port_s_text = get("port-c"), get("port-s")
    return Mechanism.make(usual(name, name), usual(str.lower(name), str.lower(name)), raw, row, span, py.list(params), q, thousandths, usual(get("alg"), get("alg")), usual(get("ealg"), get("ealg")), usual(get("prot"), get("prot")), usual(get("mod"), get("mod")), spi_c, spi_s, M._port(port_c_text, defects), M._port(port_s_text, defects), spi_c_text, spi_s_text, port_c_text, port_s_text, get("d-alg"), get("d-qop"), get("d-ver"), values:has("mediasec"), defects.n > 0 and py.list(defects) or { n = 0 })
  end

  -- Defects of parameters that are quoted or have no value.
  function M._irregular_values(params, defects)
    for _, item1 in py.each(params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      local key = str.lower(name)
      if VALUED_NAMES:has(key) then
        if (value or "") == "" then
          add(defects, "value-missing:" .. key)
        elseif quoted and key ~= "d-ver" then
          add(defects, "quoted-token:" .. key)
        end
      elseif value == "" and not quoted then
        add(defects, "value-missing:" .. key)
      end
    end
  end

  function M._d_ver_defects(params, defects)
    for _, item1 in py.each(params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      if (value or "") ~= "" and str.lower(name) == "d-ver" then
        if not quoted or M._D_VER:fullmatch(value) == nil then
          add(defects, "d-ver-format")
        elseif value ~= str.lower(value) then
          add(defects, "d-ver-upper-case")
        end
      end
    end
  end

  function M._spi(text, defects)
    if (text or "") == "" then
      return nil
    end
    local value = decimal(text)
    if value == nil or value > SPI_MAX then
      add(defects, "spi-range")
      return nil
    end
    return value
  end

  function M._port(text, defects)
    if (text or "") == "" then
      return nil
    end
    local value = decimal(text)
    if value == nil or not (1 <= value and value <= PORT_MAX) then
      add(defects, "port-range")
    end
    return value
  end

  return M
end
