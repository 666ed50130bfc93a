-- Made from analyzer/rules/subjects/message.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local AssociationFacts = import("rules.subjects.association").AssociationFacts
  local ComparisonFacts = import("rules.subjects.lists").ComparisonFacts
  local CredentialFacts = import("rules.subjects.credentials").CredentialFacts
  local Elements = import("rules.subjects.lists").Elements
  local GivenFacts = import("rules.subjects.given").GivenFacts
  local HeaderFacts = import("rules.subjects.lists").HeaderFacts
  local MediaFacts = import("rules.subjects.media").MediaFacts
  local OlderFacts = import("rules.subjects.older").OlderFacts
  local Place = import("agreement.place").Place
  local REASONS_OF_AGREEMENT = import("agreement.outcome").REASONS_OF_AGREEMENT
  local WireFacts = import("rules.subjects.wire").WireFacts
  local demanded = import("rules.subjects.older").demanded
  local forget = import("substitutes").forget
  local is_emergency = import("agreement.meaning").is_emergency
  local of_place = import("agreement.dialects").of_place
  local uri_host_port = import("sip.fields").uri_host_port
  local M = {}

  M.NO_COMPARISONS = { n = 0 }

  M.NO_MECHANISMS = { n = 0 }

  M.NO_LISTS = { n = 0 }

  M.NO_TAGS = py.set({ n = 0 })

  -- The messages that are judged together, so that request and response find one another.
  M.Cast = py.class("Cast")

  function M.Cast.make(places, dialect)
    local self = setmetatable({}, M.Cast)
    self._dialect = dialect
    self._places = py.list(places)
    self._facts = py.dict()
    self._elements = py.dict()
    return self
  end

  -- Those that it was made of, in order.
  function M.Cast.__get.members(self)
    local list1 = { n = 0 }
    for number = 0, self._places.n - 1 do
      py.append(list1, self:member(number))
    end
    return list1
  end

  -- One of them; its facts are made when somebody asks for it.
  function M.Cast:member(number)
    local place = self._places[number + 1]
    local found = self._facts:get(py.identity(place.message))
    if found == nil or found.place ~= place then
      local value1 = M.MessageFacts.make(place, self)
      found = value1
      self._facts:set(py.identity(place.message), value1)
    end
    return found
  end

  -- The facts of a message; one from elsewhere is taken to stand on the leg of `like`.
  function M.Cast:of(message, like)
    if message == nil then
      return nil
    end
    local found = self._facts:get(py.identity(message))
    if found == nil then
      local first1
      for _, one in py.each(self._places) do
        if one.message == message then
          first1 = one
          break
        end
      end
      local place = first1
      found = M.MessageFacts.make(place or M._elsewhere(message, like), self)
      self._facts:set(py.identity(message), found)
    end
    return found
  end

  -- The elements of a list, None for none; a list that is repeated is read once.
  function M.Cast:elements(listed, header, twins)
    if listed == nil then
      return nil
    end
    local key = { py.identity(listed), header, py.identity(twins), n = 3 }
    local found = self._elements:get(key)
    if found == nil then
      local value1 = Elements.make(listed, header, twins)
      found = value1
      self._elements:set(key, value1)
    end
    return found
  end

  -- Part with the messages: they and the cast refer to one another.
  function M.Cast:dismiss()
    for _, facts in self._facts:pairs() do
      forget(facts)
    end
    py.clear(self._places)
    self._facts:clear()
  end

  -- That of the exchange, or of the message alone.
  function M.Cast:dialect(place)
    return (self._dialect or "") ~= "" and self._dialect or of_place(place)
  end
  py.done(M.Cast)

  -- One message on one hop.
  M.MessageFacts = py.class("MessageFacts", WireFacts, GivenFacts, CredentialFacts, MediaFacts, OlderFacts)

  function M.MessageFacts.make(place, cast)
    local self = setmetatable({}, M.MessageFacts)
    local message = place.message
    self.place = place
    self.message = message
    self.cast = cast
    self.form = nil
    self.is_request = message.is_request
    self.method = message.method ~= "" and message.method or nil
    self.code = message.code ~= 0 and message.code or nil
    self.leg = place.leg
    self.dialect = cast:dialect(place)
    self.protection = place.protection
    self.transport = message.transport
    self.from_client = place.from_client
    self.role = place.role ~= "" and place.role or nil
    self.retransmission = message.original ~= nil
    self.truncated = place.cut
    return self
  end

  function M.MessageFacts.__get.call_id(self)
    return self.message.call_id
  end

  function M.MessageFacts.__get.cseq(self)
    return self.message.cseq
  end

  function M.MessageFacts.__get.retransmitted(self)
    return self.message.retransmissions
  end

  function M.MessageFacts.__get.via_count(self)
    return self.message.via_count
  end

  function M.MessageFacts.__get.fragmented(self)
    local message = self.message
    return message.transport == "udp" and message.frames.n > 1
  end

  -- (capture, frame), the anchor first.
  function M.MessageFacts.__get.frames(self)
    return { { self.message.capture, self.message.frame, n = 2 }, n = 1 }
  end

  function M.MessageFacts.__facts.network_mac(self)
    local exchange = self.place.exchange
    local value1
    if exchange == nil then
      value1 = nil
    else
      value1 = exchange.authentication
    end
    local found = value1
    if found == nil or found.network == nil then
      return nil
    end
    return found.network and "right" or "wrong"
  end

  function M.MessageFacts.__facts.client(self)
    return self.cast:elements(self.place.client, "client")
  end

  function M.MessageFacts.__facts.server(self)
    return self.cast:elements(self.place.server, "server")
  end

  function M.MessageFacts.__facts.verify(self)
    return self.cast:elements(self.place.verify, "verify", self.place.against)
  end

  function M.MessageFacts.__facts.mechanisms(self)
    if self.place.lists.size == 0 then
      return M.NO_MECHANISMS
    end
    local listed = self._listed
    if listed.n == 1 then
      return listed[1].made
    end
    local list1 = { n = 0 }
    for _, one in py.each(listed) do
      for _, m in py.each(one.made) do
        py.append(list1, m)
      end
    end
    return list1
  end

  -- The lists that are there.
  function M.MessageFacts.__facts._listed(self)
    local lists = self.place.lists
    local found
    local list1 = { n = 0 }
    for name in lists:pairs() do
      found = self[name]
      if found ~= nil then
        py.append(list1, found)
      end
    end
    return list1
  end

  function M.MessageFacts.__facts.flawed(self)
    if self.place.lists.size == 0 then
      return M.NO_MECHANISMS
    end
    local list1 = { n = 0 }
    for _, one in py.each(self._listed) do
      if one.flawed then
        py.append(list1, one)
      end
    end
    local flawed = list1
    local value1
    if flawed.n > 0 then
      local list3 = { n = 0 }
      for _, one in py.each(flawed) do
        for _, m in py.each(one.made) do
          if m.element.defects.n > 0 then
            py.append(list3, m)
          end
        end
      end
      value1 = list3
    else
      value1 = { n = 0 }
    end
    return value1
  end

  function M.MessageFacts.__facts.stated(self)
    if self.place.lists.size == 0 then
      return M.NO_MECHANISMS
    end
    if self.place.verify == nil then
      return self.mechanisms
    end
    local own = py.concat(self.client or { n = 0 }, self.server or { n = 0 })
    if self.verify ~= nil and not self._repeats then
      local against = self.place.against
      local value1
      if against ~= nil then
        local set2 = py.set()
        for _, e in py.each(against.elements) do
          set2:add(e.raw)
        end
        value1 = set2
      else
        value1 = { n = 0 }
      end
      local known = value1
      local list1 = { n = 0 }
      for _, m in py.each(self.verify:__iter__()) do
        if not py.contains(known, m.raw) then
          py.append(list1, m)
        end
      end
      py.extend(own, list1)
    end
    return own
  end

  function M.MessageFacts.__facts.stated_lists(self)
    local lists = self.place.lists
    if lists.size == 0 then
      return M.NO_LISTS
    end
    local list1 = { n = 0 }
    for name, listed in lists:pairs() do
      if name ~= "verify" or not self._repeats then
        py.append(list1, HeaderFacts.make(listed, name))
      end
    end
    return list1
  end

  -- Its Security-Verify has the same elements as the list of the server.
  function M.MessageFacts.__facts._repeats(self)
    local verify, against = self.place.verify, self.place.against
    return verify ~= nil and (against ~= nil and (verify == against or py.equal(verify.rows, against.rows)))
  end

  -- The list due here: an answer's, or that in force where the message is protected.
  function M.MessageFacts.__facts.against_list(self)
    local place = self.place
    if not self.is_request or not place.from_client then
      return nil
    end
    if place.role == "verify" or place.protection ~= "clear" then
      return place.against
    end
    local value1
    if place.role == "offer" or place.in_force ~= nil then
      value1 = nil
    else
      value1 = place.against
    end
    return value1
  end

  function M.MessageFacts.__facts.verify_against(self)
    return self.cast:elements(self.against_list, "server")
  end

  function M.MessageFacts.__facts.list_source(self)
    if self.verify_against == nil or self.role ~= "verify" then
      return nil
    end
    return self.challenge
  end

  function M.MessageFacts.__facts.comparison(self)
    local value1
    if self.against_list == nil then
      value1 = nil
    else
      value1 = self.place.comparison
    end
    return value1
  end

  function M.MessageFacts.__facts.verify_comparison(self)
    local whole = self.comparison
    if whole == nil or (self.against_list == nil or self.against_list.signalling.n == 0) then
      return nil
    end
    return ComparisonFacts.make(whole.signalling, whole, false)
  end

  function M.MessageFacts.__facts.comparisons(self)
    if self.place.verify == nil or self.comparison == nil then
      return M.NO_COMPARISONS
    end
    local whole = self.comparison
    local found = self.verify_comparison == nil and { n = 0 } or { self.verify_comparison, n = 1 }
    if self.against_list ~= nil and self.against_list.media.n > 0 then
      py.append(found, ComparisonFacts.make(whole.media, whole, true))
    end
    return found
  end

  function M.MessageFacts.__facts.older_list(self)
    local comparison = self.verify_comparison
    return comparison ~= nil and comparison.kind == "older list"
  end

  function M.MessageFacts.__facts.require(self)
    return self:_tags("require")
  end

  function M.MessageFacts.__facts.proxy_require(self)
    return self:_tags("proxy-require")
  end

  function M.MessageFacts.__facts.supported(self)
    return self:_tags("supported")
  end

  function M.MessageFacts.__facts.unsupported(self)
    return self:_tags("unsupported")
  end

  function M.MessageFacts:_tags(header)
    return self.message:has(header) and self.message:tokens(header) or M.NO_TAGS
  end

  function M.MessageFacts.__facts.emergency(self)
    return is_emergency(self.message)
  end

  function M.MessageFacts.__facts.exempt(self)
    if self.emergency then
      return "emergency"
    end
    if self.message.method == "REGISTER" and self.mechanisms.n == 0 then
      if self.aka == false and not self.nonce_empty then
        return "digest"
      end
      if not self.has_credentials and math.floor((self.answer_code or 0) / 100) == 2 then
        return "giba"
      end
    end
    return nil
  end

  function M.MessageFacts.__facts.expires(self)
    return self.message.expires
  end

  function M.MessageFacts.__facts.pani(self)
    return self.message:value("p-access-network-info")
  end

  function M.MessageFacts.__facts.retry_after(self)
    local text = str.strip(str.split(str.split(self.message:value("retry-after") or "", ";")[1], "(")[1])
    return str.isascii(text) and (str.isdigit(text) and #text < 10) and tonumber(text, 10) or nil
  end

  function M.MessageFacts.__facts.names_sec_agree(self)
    local texts = py.concat({ self.message.reason, n = 1 }, self.message:values("reason"))
    py.extend(texts, self.message:values("warning"))
    local any1 = false
    for _, text in py.each(texts) do
      for _, word in py.each(REASONS_OF_AGREEMENT) do
        if str.contains(str.lower(text), word) then
          any1 = true
          break
        end
      end
      if any1 then
        break
      end
    end
    return any1
  end

  function M.MessageFacts.__facts.nat(self)
    local request = self.is_request and self.message or self.message.request
    if request == nil or request.via_count ~= 1 then
      return false
    end
    local host
    if not pcall(function()
      host = str.ip_address(str.strip(uri_host_port("sip:" .. request.sent_by)[1], "[]"))
    end) then
      return false
    end
    return host.packed ~= request.src
  end

  function M.MessageFacts.__facts.aka(self)
    if self.is_request then
      local credentials = self.message.credentials
      local value1
      if credentials == nil then
        value1 = nil
      else
        value1 = credentials.aka
      end
      return value1
    end
    local challenge = self.message.challenge
    local value2
    if challenge == nil then
      value2 = nil
    else
      value2 = challenge.aka
    end
    return value2
  end

  function M.MessageFacts.__facts.algorithm(self)
    return self:_digest("algorithm")
  end

  function M.MessageFacts.__get.realm(self)
    local realm = self:_digest("realm")
    local value1
    if realm == nil then
      value1 = nil
    else
      value1 = str.lower(realm)
    end
    return value1
  end

  function M.MessageFacts.__facts.username(self)
    local value1
    if self.is_request then
      value1 = self.message.credentials
    end
    local credentials = value1
    local value2
    if credentials == nil then
      value2 = nil
    else
      value2 = credentials.username
    end
    return value2
  end

  function M.MessageFacts.__get.digest_uri(self)
    return self:_digest("uri")
  end

  function M.MessageFacts.__get.nonce_empty(self)
    local credentials = self.message.credentials
    local value1
    if credentials == nil then
      value1 = nil
    else
      value1 = (credentials.nonce or "") == ""
    end
    return value1
  end

  function M.MessageFacts.__facts.has_credentials(self)
    return self.message.credentials ~= nil
  end

  function M.MessageFacts.__get.response_empty(self)
    local credentials = self.message.credentials
    local value1
    if credentials == nil then
      value1 = nil
    else
      value1 = (credentials.response or "") == ""
    end
    return value1
  end

  function M.MessageFacts.__facts.auts(self)
    return self:_digest("auts")
  end

  function M.MessageFacts.__facts.ck(self)
    return M._masked(self:_digest("ck"))
  end

  function M.MessageFacts.__get.ik(self)
    return M._masked(self:_digest("ik"))
  end

  function M.MessageFacts.__get.integrity_protected(self)
    local flag = self:_digest("integrity_protected")
    local value1
    if flag == nil then
      value1 = nil
    else
      value1 = str.lower(flag)
    end
    return value1
  end

  function M.MessageFacts:_digest(name)
    local message = self.message
    local value1
    if self.is_request then
      value1 = message.credentials
    else
      value1 = message.challenge
    end
    local source = value1
    local value2
    if source == nil then
      value2 = nil
    else
      value2 = source[name]
    end
    return value2
  end

  function M.MessageFacts.__facts.request(self)
    return self.cast:of(self.message.request, self.place)
  end

  function M.MessageFacts.__get.response(self)
    return self.cast:of(self.message.final, self.place)
  end

  function M.MessageFacts.__facts.answer_code(self)
    local message = self.message
    for _, one in py.each({ message, message.forward, n = 2 }) do
      if one ~= nil and one.final ~= nil then
        return one.final.code
      end
    end
    return nil
  end

  function M.MessageFacts.__facts.challenge(self)
    return self.cast:of(self.challenge_message, self.place)
  end

  -- The challenge that it answers.
  function M.MessageFacts.__facts.challenge_message(self)
    local exchange = self.place.exchange
    if exchange == nil or not (self.role == "verify" or self.role == "failure-report") then
      return nil
    end
    local before = nil
    for _, step in py.each(exchange.steps) do
      if step.place == self.place then
        break
      end
      if step.role == "challenge" and step.place ~= nil then
        before = step.place.message
      end
    end
    return before
  end

  function M.MessageFacts.__facts.in_force(self)
    local association = self.place.on or self.place.in_force
    local value1
    if association == nil then
      value1 = nil
    else
      value1 = AssociationFacts.make(association, self.place.life)
    end
    return value1
  end

  function M.MessageFacts.__facts.first_protected(self)
    local exchange = self.place.exchange
    if exchange == nil or self.role ~= "verify" then
      return false
    end
    local first = exchange:first("verify")
    return first ~= nil and first.place == self.place
  end

  function M.MessageFacts.__facts.to_far_client(self)
    return self.is_request and (self.leg == "gm" and not self.from_client)
  end
  py.done(M.MessageFacts)

  -- A request and its final response on one hop.
  M.TransactionFacts = py.class("TransactionFacts")

  function M.TransactionFacts.make(request, response)
    local self = setmetatable({}, M.TransactionFacts)
    self.request = request
    self.response = response
    self.leg = request.leg
    self.dialect = request.dialect
    return self
  end

  -- (capture, frame): the response where there is one, then the request.
  function M.TransactionFacts.__get.frames(self)
    return self.response == nil and self.request.frames or py.concat(self.response.frames, self.request.frames)
  end

  function M.TransactionFacts.__facts.provisional(self)
    local list1 = { n = 0 }
    for code in self.request.message.answers:pairs() do
      if 100 < code and code < 200 then
        py.append(list1, code)
      end
    end
    local codes = list1
    return py.max(codes)
  end

  function M.TransactionFacts.__facts.forwarded(self)
    return self.request.message.forward ~= nil
  end

  function M.TransactionFacts.__facts.delay_ms(self)
    if self.response == nil then
      return nil
    end
    return math.floor((self.response.message.time - self.request.message.time) / 1000000)
  end

  function M.TransactionFacts.__facts.let_pass(self)
    local response = self.response
    if self.provisional ~= nil or response ~= nil and (response.code or 0) < 300 then
      return true
    end
    local listed = response ~= nil and response.place.server ~= nil
    return self.dialect == "rfc3329" and (self.forwarded and not listed)
  end

  function M.TransactionFacts.__get.accepted(self)
    local value1
    if self.response == nil then
      value1 = nil
    else
      value1 = self.response.code
    end
    local code = value1
    if code ~= nil then
      return code < 300
    end
    return self.provisional ~= nil or self.forwarded
  end

  function M.TransactionFacts.__facts.demanded(self)
    return demanded(self.request, self.response)
  end
  py.done(M.TransactionFacts)

  -- A request with its final response; None for what is no request, or a repeated one, and where
  function M.transaction_of(request)
    local message = request.message
    if not request.is_request or request.retransmission then
      return nil
    end
    if message.final == nil and message.provisional == nil then
      return nil
    end
    return M.TransactionFacts.make(request, request.cast:of(message.final, request.place))
  end

  function M._elsewhere(message, like)
    if like == nil then
      return Place.make(message, "unknown", "")
    end
    local from_client = like.from_client == (message.src == like.message.src)
    local place = Place.make(message, like.leg, like.evidence, like.access, from_client)
    place.exchange = like.exchange
    return place
  end

  -- Key material never leaves the message; whether it is empty does.
  function M._masked(key)
    local value1 = key
    if (value1 or "") ~= "" then
      value1 = "masked"
    end
    return value1
  end

  return M
end
