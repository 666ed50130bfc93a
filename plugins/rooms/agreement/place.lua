-- Made from analyzer/agreement/place.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local compare = import("agreement.comparison").compare
  local older = import("agreement.older")
  local parse_list = import("agreement.security_list").parse_list
  local read_row = import("row_forms").read_row
  local with_uris = import("agreement.comparison").with_uris
  local M = {}

  M.HEADERS = py.dict_of({
    { "client", "security-client", n = 2 }, { "server", "security-server", n = 2 },
    { "verify", "security-verify", n = 2 },
    n = 3,
  })

  M.ROWS = {
    { "client", "security-client", n = 2 }, { "server", "security-server", n = 2 },
    { "verify", "security-verify", n = 2 },
    n = 3,
  }

  -- One message in its place.
  M.Place = py.class("Place")

  function M.Place.make(message, leg, evidence, access, from_client)
    local self = setmetatable({}, M.Place)
    if from_client == nil then
      from_client = false
    end
    self.message = message
    self.leg = leg
    self.evidence = evidence
    self.protection = message.protection
    self.from_client = from_client
    self.access = access
    self.exchange = nil
    self.in_force = nil
    self.on = nil
    self.life = ""
    self.reuses = nil
    self.sa = ""
    self.tls_port = -1
    self.against = nil
    self.older = { n = 0 }
    self.role = ""
    self.enclosed = false
    self._lists = nil
    self._comparison = nil
    return self
  end

  -- The list due outside a challenged run: that of the set it travels on, while it lives.
  function M.Place:stand(standing)
    local lists = standing.lists
    if self.on ~= nil and (self.on.rows.n > 0 and not py.equal(self.on.rows, standing.applied)) then
      self.against, self.older = parse_list(self.on.rows), lists
    elseif lists.n > 0 then
      self.against, self.older = lists[1], py.slice(lists, 1)
    end
  end

  -- The list that this answer to a challenge must repeat, and those before it.
  function M.Place:due(against, before)
    self.against, self.older = against, before
    self._comparison = nil
    if self.enclosed or older.present(self.message) then
      self._lists = nil
    end
  end

  -- The capture ends within its headers: what is not there may have been sent.
  function M.Place.__get.cut(self)
    local message = self.message
    if not message.truncated then
      return false
    end
    return not str.endswith(str.slice(message.raw, nil, message.body_start), { "\r\n\r\n", "\n\n", n = 2 })
  end

  -- Its Security-* lists by `client`, `server`, `verify`: all rows of the header joined.
  function M.Place.__get.lists(self)
    if self._lists == nil then
      local value1 = py.dict()
      self._lists = value1
      local lists = value1
      local message = self.message
      local index = message.index
      for _, item1 in py.each(M.ROWS) do
        local name, header = item1[1], item1[2]
        if index:has(header) then
          local octets = message:whole_octets(header)
          lists:set(name, octets == nil and parse_list(message:folded_texts(header)) or read_row(octets))
        end
      end
      if index:has(older.MECHANISM) or index:has(older.METHOD) then
        self:_place_older(lists, older.lists_of(message))
      end
      if message.is_request and (index:has("content-type") and not lists:has("verify")) then
        self:_read_body(lists)
      end
    end
    return self._lists
  end

  -- One header for all: a response has the list of the server; a request that of the client,
  function M.Place:_place_older(lists, found)
    if not self.message.is_request then
      lists:setdefault("server", found[1])
      return
    end
    local echo = nil
    if self.against ~= nil and self.against.dialect ~= "" then
      echo = older.echo_of(found, self.against)
    end
    if echo ~= nil then
      lists:setdefault("verify", echo)
    end
    local first1
    for _, one in py.each(found) do
      if one ~= echo then
        first1 = one
        break
      end
    end
    local own = first1
    if own ~= nil then
      lists:setdefault("client", own)
    end
  end

  function M.Place:_read_body(lists)
    local rows = older.rows_in_body(self.message)
    if rows.size == 0 then
      return
    end
    self.enclosed = true
    for _, item1 in py.each(M.ROWS) do
      local name, header = item1[1], item1[2]
      if rows:has(header) then
        lists:setdefault(name, parse_list(rows:get(header)))
      end
    end
    for _, item2 in py.each(older.DIALECTS) do
      local header, dialect = item2[1], item2[2]
      if rows:has(header) then
        self:_place_older(lists, older.read(py.list(rows:get(header)), dialect))
      end
    end
  end

  -- Its Security-Verify against the list due; None without either.
  function M.Place.__get.comparison(self)
    if self._comparison == nil and self.against ~= nil then
      local echoed = self.verify
      if echoed ~= nil then
        self._comparison = compare(echoed, self.against, self.older)
        if self.against.dialect ~= "" then
          self._comparison = with_uris(self._comparison, echoed, self.against)
        end
      end
    end
    return self._comparison
  end

  -- Security-Client, None where there is no such header.
  function M.Place.__get.client(self)
    local lists = self._lists
    return (lists == nil and self.lists or lists):get("client")
  end

  -- Security-Server, None where there is no such header.
  function M.Place.__get.server(self)
    local lists = self._lists
    return (lists == nil and self.lists or lists):get("server")
  end

  -- Security-Verify, None where there is no such header.
  function M.Place.__get.verify(self)
    local lists = self._lists
    return (lists == nil and self.lists or lists):get("verify")
  end
  py.done(M.Place)

  -- Readable, over TCP, with TLS in its top Via: captured above TLS.
  function M.above_tls(message)
    if message.transport ~= "tcp" or message.protection ~= "clear" then
      return false
    end
    local via = message:value("via")
    return via ~= nil and str.upper(string.sub(str.replace(via, " ", ""), 1, 11)) == "SIP/2.0/TLS"
  end

  -- Whether a message that stands in a text travelled on a set, once there is one: all do but for
  function M.is_protected(message)
    local asked = message.is_request and message or message.request
    local value1 = "REGISTER"
    local register = value1 == message.method or value1 == message.cseq_method
    return not register or (asked == nil or asked:has("security-verify"))
  end

  -- Whether it requires the extension of somebody (RFC 3329 2.3.1).
  function M.demands_sec_agree(message)
    return message:tokens("require"):has("sec-agree") or message:tokens("proxy-require"):has("sec-agree")
  end

  return M
end
