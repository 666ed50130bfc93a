-- Made from analyzer/agreement/mechanism.py by plugins/translate (make plugin); edit that file, not this one.

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

  M.USUAL = py.dict_of({
    { "hmac-md5-96", "hmac-md5-96", n = 2 }, { "hmac-sha-1-96", "hmac-sha-1-96", n = 2 },
    { "aes-gmac", "aes-gmac", n = 2 }, { "null", "null", n = 2 },
    { "aes-cbc", "aes-cbc", n = 2 }, { "des-ede3-cbc", "des-ede3-cbc", n = 2 },
    { "aes-gcm", "aes-gcm", n = 2 }, { "esp", "esp", n = 2 }, { "ah", "ah", n = 2 },
    { "trans", "trans", n = 2 }, { "tun", "tun", n = 2 },
    { "UDP-enc-tun", "UDP-enc-tun", n = 2 }, { "ipsec-3gpp", "ipsec-3gpp", n = 2 },
    n = 13,
  })

  M.DEFAULTS = py.dict_of({
    { "ealg", "null", n = 2 }, { "prot", "esp", n = 2 }, { "mod", "trans", n = 2 },
    n = 3,
  })

  M.SA_NAMES = py.set({ "port-c", "port-s", "port1", "port2", "spi", "spi-c", "spi-s", n = 7 })

  M.SPI_MAX = 4294967295

  M.PORT_MAX = 65535

  M.LEAST_SPI = 256

  M.LEAST_PORT = 5062

  M.MARK = 10000

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

  M._BARE_BREAK = regex.compile({groups = 0, names = {}, match = {"split", 5, 13, 0, "text", "\013\010", 2, 0, "jump", 45, 0, 0, "split", 17, 41, 0, "char", 13, 0, 0, "look", 29, 0, 1, "jump", 37, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 45, 0, 0, "char", 10, 0, 0, "look", 53, 0, 1, "jump", 61, 0, 0, "set", "[\009 ]", 0, 0, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "text", "\013\010", 2, 0, "jump", 45, 0, 0, "split", 17, 41, 0, "char", 13, 0, 0, "look", 29, 0, 1, "jump", 37, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 45, 0, 0, "char", 10, 0, 0, "look", 53, 0, 1, "jump", 61, 0, 0, "set", "[\009 ]", 0, 0, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\010\013]", text = true})

  M._FOLD = regex.compile({groups = 0, names = {}, match = {"span", "^[\009 ]*", 0, 0, "split", 9, 17, 0, "text", "\013\010", 2, 0, "jump", 49, 0, 0, "split", 21, 45, 0, "char", 13, 0, 0, "look", 33, 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 49, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 1, 0, "match", 0, 0, 0}, full = {"span", "^[\009 ]*", 0, 0, "split", 9, 17, 0, "text", "\013\010", 2, 0, "jump", 49, 0, 0, "split", 21, 45, 0, "char", 13, 0, 0, "look", 33, 0, 1, "jump", 41, 0, 0, "char", 10, 0, 0, "match", 0, 0, 0, "jump", 49, 0, 0, "char", 10, 0, 0, "span", "^[\009 ]*", 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009\010\013 ]", skip = "^[\009 ]*", text = true})

  M._ESCAPE = regex.compile({groups = 1, names = {}, match = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"char", 92, 0, 0, "save", 2, 0, 0, "set", "[%z\001-\255]", 0, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\092", text = true})

  M.NUMBERED = import("usual").numbered

  M._Q = regex.compile({groups = 1, names = {}, match = {"split", 5, 33, 0, "char", 48, 0, 0, "split", 13, 29, 0, "char", 46, 0, 0, "save", 2, 0, 0, "few", "[0-9]", 0, 3, "save", 3, 1, 0, "jump", 49, 0, 0, "char", 49, 0, 0, "split", 41, 49, 0, "char", 46, 0, 0, "few", "[0]", 0, 3, "match", 0, 0, 0}, full = {"split", 5, 33, 0, "char", 48, 0, 0, "split", 13, 29, 0, "char", 46, 0, 0, "save", 2, 0, 0, "few", "[0-9]", 0, 3, "save", 3, 1, 0, "jump", 49, 0, 0, "char", 49, 0, 0, "split", 41, 49, 0, "char", 46, 0, 0, "few", "[0]", 0, 3, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[01]", text = true})

  M._D_VER = regex.compile({groups = 0, names = {}, match = {"few", "[0-9A-Fa-f]", 32, 32, "match", 0, 0, 0}, full = {"few", "[0-9A-Fa-f]", 32, 32, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[0-9A-Fa-f]", text = true})

  -- One element of a Security-* list.
  M.Mechanism = py.struct("Mechanism", { "name", "key", "raw", "row", "span", "written", "q", "q_thousandths", "alg", "ealg", "prot", "mod", "spi_c", "spi_s", "port_c", "port_s", "spi_c_text", "spi_s_text", "port_c_text", "port_s_text", "d_alg", "d_qop", "d_ver", "mediasec", "defects" })

  function M.Mechanism.make(name, key, raw, row, span, written, q, q_thousandths, alg, ealg, prot, mod, spi_c, spi_s, port_c, port_s, spi_c_text, spi_s_text, port_c_text, port_s_text, d_alg, d_qop, d_ver, mediasec, defects)
    if written == nil then
      written = { n = 0 }
    end
    if mediasec == nil then
      mediasec = false
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      name = name,
      key = key,
      raw = raw,
      row = row,
      span = span,
      written = written,
      q = q,
      q_thousandths = q_thousandths,
      alg = alg,
      ealg = ealg,
      prot = prot,
      mod = mod,
      spi_c = spi_c,
      spi_s = spi_s,
      port_c = port_c,
      port_s = port_s,
      spi_c_text = spi_c_text,
      spi_s_text = spi_s_text,
      port_c_text = port_c_text,
      port_s_text = port_s_text,
      d_alg = d_alg,
      d_qop = d_qop,
      d_ver = d_ver,
      mediasec = mediasec,
      defects = defects,
    }, M.Mechanism)
  end

  -- Every parameter in order as (name as written, value or None, quoted).
  function M.Mechanism.__get.params(self)
    local written = self.written
    return written == nil and M._element(self.raw, 0, self.span).params or written
  end

  -- The same without the parameters one by one.
  function M.Mechanism:slim()
    if self.written == nil then
      return self
    end
    return M.Mechanism.make(self.name, self.key, self.raw, self.row, self.span, nil, self.q, self.q_thousandths, self.alg, self.ealg, self.prot, self.mod, self.spi_c, self.spi_s, self.port_c, self.port_s)
  end

  -- Integrity algorithm in lower case; it has no default.
  function M.Mechanism.__get.effective_alg(self)
    return (self.alg or "") ~= "" and str.lower(self.alg) or nil
  end

  -- Encryption algorithm in lower case; absent or empty is `null`.
  function M.Mechanism.__get.effective_ealg(self)
    return str.lower((self.ealg or "") ~= "" and self.ealg or M.DEFAULTS:get("ealg"))
  end

  -- IPsec protocol in lower case; absent or empty is `esp`.
  function M.Mechanism.__get.effective_prot(self)
    return str.lower((self.prot or "") ~= "" and self.prot or M.DEFAULTS:get("prot"))
  end

  -- IPsec mode in lower case; absent or empty is `trans`.
  function M.Mechanism.__get.effective_mod(self)
    return str.lower((self.mod or "") ~= "" and self.mod or M.DEFAULTS:get("mod"))
  end

  -- Alg, both SPIs and both ports are written (TS 33.203 Annex H), legal or not.
  function M.Mechanism.__get.complete(self)
    return (self.alg or "") ~= "" and ((self.spi_c_text or "") ~= "" and ((self.spi_s_text or "") ~= "" and ((self.port_c_text or "") ~= "" and (self.port_s_text or "") ~= "")))
  end
  py.done(M.Mechanism)

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

  -- All rows of one Security-* header of a message, joined in order (RFC 3261 7.3.1).
  M.MechanismList = py.struct("MechanismList", { "rows", "text", "elements", "signalling", "media", "defects", "dialect", "to", "source", "form" })

  function M.MechanismList.make(rows, text, elements, signalling, media, defects, dialect, to, source, form)
    if defects == nil then
      defects = { n = 0 }
    end
    if dialect == nil then
      dialect = ""
    end
    if to == nil then
      to = ""
    end
    if source == nil then
      source = ""
    end
    if form == nil then
      form = ""
    end
    return setmetatable({
      rows = rows,
      text = text,
      elements = elements,
      signalling = signalling,
      media = media,
      defects = defects,
      dialect = dialect,
      to = to,
      source = source,
      form = form,
    }, M.MechanismList)
  end
  py.done(M.MechanismList)

  -- Parse the values of all rows of one header, in order, folds and all. Never raises.
  function M.parse_list(rows)
    local key = py.list(rows)
    local size = key.n == 1 and #key[1] or py.sum(py.map(py.len, key))
    return size > limits.LIST_CACHED and M._parse(key) or M._parse_cached(key)
  end

  -- Its SPIs, and its ports, are two different ones, and none of them is reserved.
  function M.draws_well(element)
    local spi_c, spi_s = element.spi_c, element.spi_s
    local port_c, port_s = element.port_c, element.port_s
    return (spi_c == nil or spi_c >= M.LEAST_SPI and spi_c ~= spi_s) and ((spi_s == nil or spi_s >= M.LEAST_SPI) and ((port_c == nil or port_c >= M.LEAST_PORT and port_c ~= port_s) and (port_s == nil or port_s >= M.LEAST_PORT)))
  end

  -- The elements, those of ipsec-3gpp without SPI and port filled from the last complete one.
  function M.with_inherited(mechanisms)
    if mechanisms.elements.n == 1 then
      return mechanisms.elements
    end
    local list1 = { n = 0 }
    for _, m in py.each(mechanisms.signalling) do
      if m.key == "ipsec-3gpp" and m.complete then
        py.append(list1, m)
      end
    end
    local complete = list1
    if complete.n == 0 then
      return mechanisms.elements
    end
    local donor = complete[complete.n]
    local list2 = { n = 0 }
    for _, m in py.each(mechanisms.elements) do
      py.append(list2, M._inherit(m, donor))
    end
    return list2
  end

  function M._inherit(mechanism, donor)
    if mechanism.key ~= donor.key or (mechanism.mediasec or M._has_sa_parameter(mechanism)) then
      return mechanism
    end
    return py.replace(mechanism, "spi_c", donor.spi_c, "spi_s", donor.spi_s, "port_c", donor.port_c, "port_s", donor.port_s, "spi_c_text", donor.spi_c_text, "spi_s_text", donor.spi_s_text, "port_c_text", donor.port_c_text, "port_s_text", donor.port_s_text)
  end

  function M._has_sa_parameter(mechanism)
    local any1 = false
    for _, item1 in py.each(mechanism.params) do
      local name = item1[1]
      if M.SA_NAMES:has(str.lower(name)) then
        any1 = true
        break
      end
    end
    return any1
  end

  -- Each fold as one SP (RFC 3261 7.3.1), white space at both ends taken off.
  function M.unfold(text)
    if str.contains(text, "\n") or str.contains(text, "\r") then
      text = M._FOLD:sub(" ", text)
    end
    return str.strip(text, M.LWS)
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
    return M.MechanismList.make(rows, str.strip(row, M.LWS), alone, alone, { n = 0 })
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
    local text = rows.n == 1 and M.unfold(rows[1]) or str.join(", ", py.map(M.unfold, rows))
    return M.MechanismList.make(rows, text, every, signalling, media, defects.n > 0 and py.list(py.fromkeys(defects)) or { n = 0 })
  end

  -- Add what one row holds; gives the count of places between commas, `most` + 1 if more.
  function M._parse_row(row, number, most, elements, defects)
    local empty = { n = 0 }
    local split_token = false
    for _, item1 in py.each(M.slices(row, most + 1)) do
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
    if (str.contains(row, "\n") or str.contains(row, "\r")) and (not split_token and M._BARE_BREAK:search(row)) then
      py.append(defects, "fold-in-token")
    end
    return empty.n
  end

  M._parse_cached = py.lru_cache(limits.LISTS_CACHED, M._parse)

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
    local raw = str.strip(piece, M.LWS)
    if raw == "" then
      return nil
    end
    start = start + (raw ~= piece and str.find(piece, string.sub(raw, 1, 1)) or 0)
    local span = { start, start + #raw, n = 2 }
    return M._by_form(raw, number, span) or M._element(raw, number, span)
  end

  -- Read an element step by step, whatever is wrong with it.
  function M._element(raw, number, span)
    local match = M._WELL_FORMED:fullmatch(raw)
    local defects = { n = 0 }
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
      if str.contains(raw, "\n") or str.contains(raw, "\r") then
        M._note_bare_break(raw, defects)
      end
    else
      local tuple1 = M._tolerant(raw, defects)
      name, params = tuple1[1], tuple1[2]
    end
    if params.n > limits.ELEMENTS then
      py.delete_slice(params, limits.ELEMENTS)
      py.append(defects, "limit")
    end
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
    return M.Mechanism.make(py.unpack(values))
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
      local tuple1 = py.contains(M.PORT_NAMES, name) and { 1, M.PORT_MAX, n = 2 } or { 0, M.SPI_MAX, n = 2 }
      local least, most = tuple1[1], tuple1[2]
      py.append(numbers, { py.index(written, mark), name, py.index(M._FIELDS, field), py.index(M._FIELDS, field .. "_text"), least, most, n = 6 })
    end
    return M._Form.make(values, py.list(found.params), numbers)
  end)

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

  function M._note_bare_break(raw, defects)
    if M._BARE_BREAK:search(raw) then
      py.append(defects, "fold-in-token")
    end
  end

  -- Name and parameters of an element that the grammar does not allow.
  function M._tolerant(raw, defects)
    local pieces = M._pieces(raw)
    local name = M._healed_name(pieces[1], M.MECHANISM_NAMES, defects)
    if M._ONE_TOKEN:fullmatch(name) == nil then
      M._add(defects, "bad-mechanism")
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
      M._add(defects, "bad-mechanism")
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
      M._add(defects, "bad-mechanism")
    end
    return { name, value, false, n = 3 }
  end

  -- The name without the line break that splits it, where that gives a known one.
  function M._healed_name(name, known, defects)
    if str.contains(name, "\n") or str.contains(name, "\r") then
      local joined = M._BREAK_IN_TOKEN:sub("", name)
      if known:has(str.lower(joined)) then
        M._add(defects, "fold-in-token")
        return joined
      end
    end
    return name
  end

  function M._without_breaks(value, defects)
    if str.contains(value, "\n") or str.contains(value, "\r") then
      M._add(defects, "fold-in-token")
      return M._BREAK_IN_TOKEN:sub("", value)
    end
    return value
  end

  function M._add(defects, defect)
    if not py.contains(defects, defect) then
      py.append(defects, defect)
    end
  end

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
        value1 = M.q_thousandths(q)
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
    return M.Mechanism.make(usual(name, name), usual(str.lower(name), str.lower(name)), raw, row, span, py.list(params), q, thousandths, usual(get("alg"), get("alg")), usual(get("ealg"), get("ealg")), usual(get("prot"), get("prot")), usual(get("mod"), get("mod")), spi_c, spi_s, M._port(port_c_text, defects), M._port(port_s_text, defects), spi_c_text, spi_s_text, port_c_text, port_s_text, get("d-alg"), get("d-qop"), get("d-ver"), values:has("mediasec"), defects.n > 0 and py.list(defects) or { n = 0 })
  end

  -- Defects of parameters that are quoted or have no value.
  function M._irregular_values(params, defects)
    for _, item1 in py.each(params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      local key = str.lower(name)
      if M.VALUED_NAMES:has(key) then
        if (value or "") == "" then
          M._add(defects, "value-missing:" .. key)
        elseif quoted and key ~= "d-ver" then
          M._add(defects, "quoted-token:" .. key)
        end
      elseif value == "" and not quoted then
        M._add(defects, "value-missing:" .. key)
      end
    end
  end

  function M._d_ver_defects(params, defects)
    for _, item1 in py.each(params) do
      local name, value, quoted = item1[1], item1[2], item1[3]
      if (value or "") ~= "" and str.lower(name) == "d-ver" then
        if not quoted or M._D_VER:fullmatch(value) == nil then
          M._add(defects, "d-ver-format")
        elseif value ~= str.lower(value) then
          M._add(defects, "d-ver-upper-case")
        end
      end
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

  function M._spi(text, defects)
    if (text or "") == "" then
      return nil
    end
    local value = M.decimal(text)
    if value == nil or value > M.SPI_MAX then
      M._add(defects, "spi-range")
      return nil
    end
    return value
  end

  function M._port(text, defects)
    if (text or "") == "" then
      return nil
    end
    local value = M.decimal(text)
    if value == nil or not (1 <= value and value <= M.PORT_MAX) then
      M._add(defects, "port-range")
    end
    return value
  end

  return M
end
