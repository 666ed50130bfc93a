-- Made from analyzer/sip/digest.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local limits = import("limits")
  local unquote = import("sip.headers").unquote
  local M = {}

  M.RAND_OCTETS = 16

  M.SQN_OCTETS = 6

  M.AMF_OCTETS = 2

  M.MAC_OCTETS = 8

  M.AUTS_OCTETS = 14

  M._SCHEME = regex.compile({groups = 1, names = {}, match = {"span", "^[\009-\013\028- ,]*", 0, 0, "save", 2, 0, 0, "greedy", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "look", 25, 0, 0, "jump", 57, 0, 0, "split", 29, 37, 0, "set", "[\009-\013\028- ]", 0, 0, "jump", 53, 0, 0, "split", 41, 49, 0, "at", "end", 0, 0, "jump", 53, 0, 0, "char", 44, 0, 0, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"span", "^[\009-\013\028- ,]*", 0, 0, "save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "look", 25, 0, 0, "jump", 57, 0, 0, "split", 29, 37, 0, "set", "[\009-\013\028- ]", 0, 0, "jump", 53, 0, 0, "split", 41, 49, 0, "at", "end", 0, 0, "jump", 53, 0, 0, "char", 44, 0, 0, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[\009-\013\028-!%%'%*%+,%-%.0-9A-Z_-z~]", skip = "^[\009-\013\028- ,]*", text = true})

  M._SEPARATOR = regex.compile({groups = 0, names = {}, match = {"span", "^[\009-\013\028- ,]*", 0, 0, "match", 0, 0, 0}, full = {"span", "^[\009-\013\028- ,]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, skip = "^[\009-\013\028- ,]*", text = true})

  M._PARAMETER = regex.compile({groups = 1, names = {}, match = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "match", 0, 0, 0}, full = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-9A-Z_-z~]", text = true})

  M._NEXT_SCHEME = regex.compile({groups = 1, names = {}, match = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "greedy", "^[\009-\013\028- ]*", 1, 0, "look", 25, 0, 0, "jump", 41, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "match", 0, 0, 0, "match", 0, 0, 0}, full = {"save", 2, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "save", 3, 1, 0, "span", "^[\009-\013\028- ]*", 1, 0, "look", 25, 0, 0, "jump", 41, 0, 0, "span", "^[!%%'%*%+%-%.0-9A-Z_-z~]*", 1, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "match", 0, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[!%%'%*%+%-%.0-9A-Z_-z~]", text = true})

  M._QUOTED = regex.compile({groups = 1, names = {}, match = {"char", 34, 0, 0, "save", 2, 0, 0, "split", 13, 37, 0, "split", 17, 25, 0, "set", "[^\034\092]", 0, 0, "jump", 33, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "jump", 9, 0, 0, "save", 3, 1, 0, "char", 34, 0, 0, "match", 0, 0, 0}, full = {"char", 34, 0, 0, "save", 2, 0, 0, "split", 13, 37, 0, "split", 17, 25, 0, "set", "[^\034\092]", 0, 0, "jump", 33, 0, 0, "char", 92, 0, 0, "set", "[%z\001-\255]", 0, 0, "jump", 9, 0, 0, "save", 3, 1, 0, "char", 34, 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "\034", text = true})

  M._BARE = regex.compile({groups = 0, names = {}, match = {"span", "^[^\009-\013\028- \034,]*", 0, 0, "match", 0, 0, 0}, full = {"span", "^[^\009-\013\028- \034,]*", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, skip = "^[^\009-\013\028- \034,]*", text = true})

  -- What an AKA nonce carries (RFC 3310 3.2): RAND (16 octets), parts of AUTN, server data.
  M.AkaNonce = py.struct("AkaNonce", { "rand", "sqn_ak", "amf", "mac", "server_data" })

  function M.AkaNonce.make(rand, sqn_ak, amf, mac, server_data)
    return setmetatable({
      rand = rand,
      sqn_ak = sqn_ak,
      amf = amf,
      mac = mac,
      server_data = server_data,
    }, M.AkaNonce)
  end

  -- AUTN whole, 16 octets (TS 33.102 6.3.2).
  function M.AkaNonce.__get.autn(self)
    return self.sqn_ak .. self.amf .. self.mac
  end
  py.done(M.AkaNonce)

  -- What challenges and credentials have in common; values without their quotes.
  M.DigestParameters = py.struct("DigestParameters", { "scheme", "realm", "nonce", "algorithm", "qop", "opaque", "others", "quoted", "defects" })

  function M.DigestParameters.make(scheme, realm, nonce, algorithm, qop, opaque, others, quoted, defects)
    if others == nil then
      others = { n = 0 }
    end
    if quoted == nil then
      quoted = py.set()
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      scheme = scheme,
      realm = realm,
      nonce = nonce,
      algorithm = algorithm,
      qop = qop,
      opaque = opaque,
      others = others,
      quoted = quoted,
      defects = defects,
    }, M.DigestParameters)
  end

  -- The algorithm is one of Digest AKA (RFC 3310 3.1, RFC 4169).
  function M.DigestParameters.__get.aka(self)
    local algorithm = self.algorithm
    local holds1 = algorithm ~= nil
    if holds1 then
      local value2 = str.lower(string.sub(algorithm, 1, 6))
      holds1 = value2 == "akav1-" or value2 == "akav2-"
    end
    return holds1
  end

  -- The nonce read as RAND, AUTN and server data; None where it is none.
  function M.DigestParameters.__get.aka_nonce(self)
    local value1
    if (self.nonce or "") ~= "" then
      value1 = M.parse_aka_nonce(self.nonce)[1]
    end
    return value1
  end
  py.done(M.DigestParameters)

  -- One challenge of WWW-Authenticate or Proxy-Authenticate; `ck` and `ik` as on Mw
  M.Challenge = py.struct("Challenge", { "scheme", "realm", "nonce", "algorithm", "qop", "opaque", "others", "quoted", "defects", "stale", "domain", "ck", "ik" }, M.DigestParameters)

  function M.Challenge.make(scheme, realm, nonce, algorithm, qop, opaque, others, quoted, defects, stale, domain, ck, ik)
    if others == nil then
      others = { n = 0 }
    end
    if quoted == nil then
      quoted = py.set()
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      scheme = scheme,
      realm = realm,
      nonce = nonce,
      algorithm = algorithm,
      qop = qop,
      opaque = opaque,
      others = others,
      quoted = quoted,
      defects = defects,
      stale = stale,
      domain = domain,
      ck = ck,
      ik = ik,
    }, M.Challenge)
  end
  py.done(M.Challenge)

  -- Authorization or Proxy-Authorization; `integrity_protected` as of TS 24.229 7.2A.2.
  M.Credentials = py.struct("Credentials", { "scheme", "realm", "nonce", "algorithm", "qop", "opaque", "others", "quoted", "defects", "username", "uri", "response", "cnonce", "nc", "auts", "integrity_protected" }, M.DigestParameters)

  function M.Credentials.make(scheme, realm, nonce, algorithm, qop, opaque, others, quoted, defects, username, uri, response, cnonce, nc, auts, integrity_protected)
    if others == nil then
      others = { n = 0 }
    end
    if quoted == nil then
      quoted = py.set()
    end
    if defects == nil then
      defects = { n = 0 }
    end
    return setmetatable({
      scheme = scheme,
      realm = realm,
      nonce = nonce,
      algorithm = algorithm,
      qop = qop,
      opaque = opaque,
      others = others,
      quoted = quoted,
      defects = defects,
      username = username,
      uri = uri,
      response = response,
      cnonce = cnonce,
      nc = nc,
      auts = auts,
      integrity_protected = integrity_protected,
    }, M.Credentials)
  end
  py.done(M.Credentials)

  M.AGAIN = 64

  M._COMMON = { "realm", "nonce", "algorithm", "qop", "opaque", n = 5 }

  M._CHALLENGE = py.dict_of({
    { "realm", "realm", n = 2 }, { "nonce", "nonce", n = 2 },
    { "algorithm", "algorithm", n = 2 }, { "qop", "qop", n = 2 },
    { "opaque", "opaque", n = 2 }, { "stale", "stale", n = 2 },
    { "domain", "domain", n = 2 }, { "ck", "ck", n = 2 }, { "ik", "ik", n = 2 },
    n = 9,
  })

  M._CREDENTIALS = py.dict_of({
    { "realm", "realm", n = 2 }, { "nonce", "nonce", n = 2 },
    { "algorithm", "algorithm", n = 2 }, { "qop", "qop", n = 2 },
    { "opaque", "opaque", n = 2 }, { "username", "username", n = 2 },
    { "uri", "uri", n = 2 }, { "response", "response", n = 2 },
    { "cnonce", "cnonce", n = 2 }, { "nc", "nc", n = 2 }, { "auts", "auts", n = 2 },
    { "integrity-protected", "integrity_protected", n = 2 },
    n = 12,
  })

  M._FIELDS = py.dict_of({ { M.Challenge, M._CHALLENGE, n = 2 }, { M.Credentials, M._CREDENTIALS, n = 2 }, n = 2 })

  -- The challenges of one row, mostly one; shared, and not to be changed.
  M.parse_challenges = py.lru_cache(M.AGAIN, function(text)
    return M._parse(text, M.Challenge)
  end)

  -- The credentials of one row (further ones in the same row are not allowed and left
  M.parse_credentials = py.lru_cache(M.AGAIN, function(text)
    local found = M._parse(text, M.Credentials)
    return found.n > 0 and found[1] or nil
  end)

  -- Read a row by its form, where that was met before, else step by step.
  function M._parse(text, kind)
    local pieces = str.split(text, "\"")
    if pieces.n % 2 ~= 0 and not str.contains(text, "\\") then
      local form = str.join("\"", py.slice(pieces, nil, nil, 2))
      local value1
      if #form <= limits.READING then
        value1 = M._filling(form, kind)
      end
      local filling = value1
      if filling ~= nil then
        local values, places = filling[1], filling[2]
        values = py.list(values)
        for _, item1 in py.each(places) do
          local place, piece = item1[1], item1[2]
          values[place + 1] = pieces[piece + 1]
        end
        return { kind.make(py.unpack(values)), n = 1 }
      end
    end
    return M._read(text, kind)
  end

  -- How rows of one form are read: values of the fields, and which come from which piece.
  M._filling = py.lru_cache(limits.READINGS, function(form, kind)
    local outside = str.split(form, "\"")
    local list1 = { n = 0 }
    for number, piece in py.each_from_zero(py.slice(outside, 1)) do
      py.append(list1, "\"" .. str.of(2 * number + 1) .. "\"" .. piece)
    end
    local numbered = outside[1] .. str.join("", list1)
    local found = M._read(numbered, kind)
    if found.n ~= 1 or (found[1].defects.n > 0 or found[1].others.n > 0) then
      return nil
    end
    local fields = kind.__fields
    local list2 = { n = 0 }
    for _, field in py.each(fields) do
      py.append(list2, found[1][field])
    end
    local values = list2
    local list3 = { n = 0 }
    for _, name in py.each(found[1].quoted) do
      py.append(list3, py.index(fields, M._FIELDS:get(kind):get(name)))
    end
    local places = list3
    local list4 = { n = 0 }
    for _, place in py.each(places) do
      py.append(list4, { place, values[place + 1], n = 2 })
    end
    return { values, list4, n = 2 }
  end)

  -- Read a row step by step, whatever is wrong with it.
  function M._read(text, kind)
    local fields = M._FIELDS:get(kind)
    local found = { n = 0 }
    local position = 0
    local scheme = M._SCHEME:match(text)
    while scheme do
      local tuple1 = M._parameters(text, scheme:end_(), kind.make(scheme:group(1)), fields)
      local value = tuple1[1]
      position = tuple1[2]
      local following = tuple1[3]
      py.append(found, value)
      local value1
      if following then
        value1 = M._NEXT_SCHEME:match(text, position)
      end
      scheme = value1
    end
    return found
  end

  -- Fill `value` up to the end or the next scheme; where that is, and whether there is one.
  function M._parameters(text, position, value, fields)
    local defects = { n = 0 }
    local others = { n = 0 }
    local quoted = py.set()
    local seen = py.set()
    local following = false
    while true do
      local separator = M._SEPARATOR:match(text, position)
      position = separator:end_()
      if position == #text then
        break
      end
      if seen.size > 0 and not str.contains(separator:group(0), ",") then
        py.append(defects, "missing-comma")
      end
      local parameter = M._PARAMETER:match(text, position)
      if parameter == nil then
        if seen.size > 0 and M._NEXT_SCHEME:match(text, position) then
          following = true
          break
        end
        py.append(defects, "bad-auth-param")
        local comma = str.find(text, ",", position)
        position = comma > 0 and comma or #text
      else
        local name = str.lower(parameter:group(1))
        local tuple1 = M._value(text, parameter:end_(), defects)
        local content = tuple1[1]
        position = tuple1[2]
        local is_quoted = tuple1[3]
        if is_quoted then
          quoted:add(name)
        end
        if seen:has(name) then
          py.append(defects, "repeated-auth-param")
        elseif fields:has(name) then
          value[fields:get(name)] = content
        else
          py.append(others, { name, content, n = 2 })
        end
        seen:add(name)
      end
    end
    if seen.size == 0 then
      py.append(defects, "no-parameters")
    end
    value.others = py.list(others)
    value.quoted = py.set(quoted)
    value.defects = py.list(py.fromkeys(defects))
    return { value, position, following, n = 3 }
  end

  function M._value(text, position, defects)
    if str.slice(text, position, position + 1) ~= "\"" then
      local bare = M._BARE:match(text, position)
      return { bare:group(0), bare:end_(), false, n = 3 }
    end
    local quoted = M._QUOTED:match(text, position)
    if quoted == nil then
      py.append(defects, "unclosed-quote")
      return { str.slice(text, position + 1), #text, true, n = 3 }
    end
    return { unquote(quoted:group(0)), quoted:end_(), true, n = 3 }
  end

  -- Read RAND, AUTN and server data out of a nonce (RFC 3310 3.2).
  M.parse_aka_nonce = py.remembered(limits.READINGS, limits.READING, function(nonce)
    local tuple1 = M._base64(nonce, "nonce-not-base64")
    local octets, defects = tuple1[1], tuple1[2]
    if octets == nil then
      return { nil, defects, n = 2 }
    end
    local autn = M.RAND_OCTETS
    local amf = autn + M.SQN_OCTETS
    local mac = amf + M.AMF_OCTETS
    local end_ = mac + M.MAC_OCTETS
    if #octets < end_ then
      return { nil, py.concat(defects, { "nonce-short", n = 1 }), n = 2 }
    end
    return { M.AkaNonce.make(str.slice(octets, nil, autn), str.slice(octets, autn, amf), str.slice(octets, amf, mac), str.slice(octets, mac, end_), str.slice(octets, end_)), defects, n = 2 }
  end)

  -- Read AUTS (RFC 3310 3.4). Defects: `auts-not-base64`, `auts-length`, `base64-padding`.
  function M.parse_auts(auts)
    local tuple1 = M._base64(auts, "auts-not-base64")
    local octets, defects = tuple1[1], tuple1[2]
    if octets == nil then
      return { nil, defects, n = 2 }
    end
    if #octets ~= M.AUTS_OCTETS then
      return { nil, py.concat(defects, { "auts-length", n = 1 }), n = 2 }
    end
    return { octets, defects, n = 2 }
  end

  function M._base64(text, defect)
    local bare = str.rstrip(str.strip(text), "=")
    local padding = -#bare % 4
    if padding == 3 or not str.isascii(bare) then
      return { nil, { defect, n = 1 }, n = 2 }
    end
    local octets
    if not pcall(function()
      octets = str.b64decode(bare .. string.rep("=", padding))
    end) then
      return { nil, { defect, n = 1 }, n = 2 }
    end
    return { octets, #bare + padding == #str.strip(text) and { n = 0 } or { "base64-padding", n = 1 }, n = 2 }
  end

  return M
end
