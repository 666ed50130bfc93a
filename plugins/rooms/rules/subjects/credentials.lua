-- Made from analyzer/rules/subjects/credentials.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local parse_auts = import("sip.digest").parse_auts
  local M = {}

  M.NC = regex.compile({groups = 0, names = {}, match = {"few", "[0-9A-Fa-f]", 8, 8, "match", 0, 0, 0}, full = {"few", "[0-9A-Fa-f]", 8, 8, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[0-9A-Fa-f]", text = true})

  M.WITHOUT_ALGORITHM = "md5"

  -- The part of `MessageFacts` that is about authentication.
  M.CredentialFacts = py.class("CredentialFacts")

  function M.CredentialFacts.__facts.algorithms(self)
    local message = self.message
    if self.is_request then
      local credentials = message.credentials
      return credentials == nil and { n = 0 } or { M._algorithm(credentials), n = 1 }
    end
    local list1 = { n = 0 }
    for _, one in py.each(message.challenges) do
      py.append(list1, M._algorithm(one))
    end
    return list1
  end

  function M.CredentialFacts.__facts.aka_nonce(self)
    local found = self.message.challenge
    if self.is_request or (found == nil or not found.aka) then
      return nil
    end
    return found.aka_nonce ~= nil
  end

  function M.CredentialFacts.__facts.qop(self)
    local found = self._own
    local value1
    if found == nil or found.qop == nil then
      value1 = nil
    else
      value1 = str.lower(found.qop)
    end
    return value1
  end

  function M.CredentialFacts.__facts.nonce_count(self)
    local credentials = self.message.credentials
    local value1
    if credentials == nil then
      value1 = nil
    else
      value1 = credentials.nc
    end
    return value1
  end

  function M.CredentialFacts.__facts.qop_complete(self)
    local credentials = self.message.credentials
    if credentials == nil or credentials.qop == nil then
      return nil
    end
    return M.is_qop_complete(credentials)
  end

  function M.CredentialFacts.__facts.auts_valid(self)
    local credentials = self.message.credentials
    if credentials == nil or credentials.auts == nil then
      return nil
    end
    return parse_auts(credentials.auts)[1] ~= nil
  end

  function M.CredentialFacts.__get._own(self)
    local value1
    if self.is_request then
      value1 = self.message.credentials
    else
      value1 = self.message.challenge
    end
    return value1
  end

  -- The challenge that its credentials answer: of several that with their nonce.
  function M.CredentialFacts.__facts._answered(self)
    local challenge, credentials = self.challenge_message, self.message.credentials
    if challenge == nil or (credentials == nil or self.role ~= "verify") then
      return nil
    end
    for _, one in py.each(challenge.challenges) do
      if one.nonce == credentials.nonce then
        return one
      end
    end
    return challenge.challenge
  end

  function M.CredentialFacts.__facts.algorithm_kept(self)
    local answered, credentials = self._answered, self.message.credentials
    if answered == nil or credentials == nil then
      return nil
    end
    if answered.aka and credentials.algorithm == nil then
      return false
    end
    return M._algorithm(answered) == M._algorithm(credentials)
  end

  function M.CredentialFacts.__facts.mismatched(self)
    local answered, credentials = self._answered, self.message.credentials
    if answered == nil or credentials == nil then
      return { n = 0 }
    end
    return M.mismatched(credentials, answered, self._first_credentials)
  end

  -- Those of the offer.
  function M.CredentialFacts.__get._first_credentials(self)
    for _, step in py.each(self.before) do
      if step.role == "offer" and step.place ~= nil then
        return step.place.message.credentials
      end
    end
    return nil
  end

  function M.CredentialFacts.__facts.nonce_repeated(self)
    local exchange, challenge = self.place.exchange, self.message.challenge
    local value1
    if challenge == nil then
      value1 = nil
    else
      value1 = challenge.aka_nonce
    end
    local nonce = value1
    if self.is_request or (exchange == nil or (nonce == nil or self.role ~= "challenge")) then
      return false
    end
    local list1 = { n = 0 }
    local list2 = { n = 0 }
    for _, step in py.each(self.before) do
      if step.role == "challenge" and step.place ~= nil then
        py.append(list2, step.place.message)
      end
    end
    for _, one in py.each(list2) do
      if one.challenge ~= nil then
        py.append(list1, one.challenge.aka_nonce)
      end
    end
    local earlier = list1
    local any1 = false
    for _, one in py.each(earlier) do
      if one ~= nil and one.rand == nonce.rand then
        any1 = true
        break
      end
    end
    if any1 then
      return true
    end
    return exchange.previous ~= nil and exchange.previous.rand == nonce.rand
  end

  function M.CredentialFacts.__facts.count_repeated(self)
    local mine = self.message.credentials
    if mine == nil or ((mine.nonce or "") == "" or (mine.nc == nil or self.role ~= "verify")) then
      return false
    end
    for _, step in py.each(self.before) do
      local value1
      if step.place == nil then
        value1 = nil
      else
        value1 = step.place.message
      end
      local message = value1
      if not (message == nil or (not message.is_request or message.branch == self.message.branch)) then
        local theirs = message.credentials
        if theirs ~= nil and py.equal({ theirs.nonce, theirs.nc, n = 2 }, { mine.nonce, mine.nc, n = 2 }) then
          return true
        end
      end
    end
    return false
  end

  function M.CredentialFacts.__facts.cseq_before(self)
    local message, exchange = self.message, self.place.exchange
    if exchange == nil or self.role == "retransmission" then
      return nil
    end
    local highest = nil
    for _, step in py.each(self.before) do
      if not (step.place == nil or not step.place.message.is_request) then
        local one = step.place.message
        if one.call_id == message.call_id and one.branch ~= message.branch then
          highest = highest == nil and one.cseq or math.max(highest, one.cseq)
        end
      end
    end
    local past = exchange.previous
    if past ~= nil and (past.call_id == message.call_id and past.cseq >= 0) then
      highest = highest == nil and past.cseq or math.max(highest, past.cseq)
    end
    return highest
  end

  function M.CredentialFacts.__facts.since_challenge_ms(self)
    local since = nil
    local challenge = self.challenge_message
    if challenge ~= nil and self.role == "verify" then
      since = challenge.time
    else
      local holds2 = self.role == "offer"
      if holds2 then
        local value4 = self.place.life
        holds2 = value4 == "announced" or value4 == "temporary"
      end
      if holds2 then
        local value5
        if self.place.on == nil then
          value5 = nil
        else
          value5 = self.place.on.announced_time
        end
        since = value5
      end
    end
    local value6
    if since == nil then
      value6 = nil
    else
      value6 = math.floor((self.message.time - since) / 1000000)
    end
    return value6
  end

  function M.CredentialFacts.__get.answers_elsewhere(self)
    local on, credentials = self.place.on, self.message.credentials
    if on == nil or (credentials == nil or ((credentials.nonce or "") == "" or self.role ~= "offer")) then
      return false
    end
    local value1 = self.place.life
    if not (value1 == "announced" or value1 == "temporary") or on.call_id == "" then
      return false
    end
    local nonce = credentials.aka_nonce
    if nonce == nil or on.call_id == self.message.call_id then
      return false
    end
    return on.nonce == nonce.rand .. nonce.autn
  end

  -- Vocabulary: message; of a failure report.
  function M.CredentialFacts.__facts.repeats_offer(self)
    local listed = self.place.client
    if self.role ~= "failure-report" or listed == nil then
      return false
    end
    local taken = py.set()
    for _, step in py.each(self.before) do
      if step.role == "offer" and (step.place ~= nil and step.place.client ~= nil) then
        for _, one in py.each(step.place.client.signalling) do
          local set1 = py.set()
          for _, spi in py.each({ one.spi_c, one.spi_s, n = 2 }) do
            if spi ~= nil then
              set1:add({ "spi", spi, n = 2 })
            end
          end
          taken:update(set1)
          local set2 = py.set()
          for _, port in py.each({ one.port_c, n = 1 }) do
            if port ~= nil then
              set2:add({ "port", port, n = 2 })
            end
          end
          taken:update(set2)
        end
      end
    end
    local any1 = false
    for _, one in py.each(listed.signalling) do
      if taken:has({ "spi", one.spi_c, n = 2 }) or (taken:has({ "spi", one.spi_s, n = 2 }) or taken:has({ "port", one.port_c, n = 2 })) then
        any1 = true
        break
      end
    end
    return any1
  end

  function M.CredentialFacts.make()
    return setmetatable({}, M.CredentialFacts)
  end
  py.done(M.CredentialFacts)

  -- What credentials have otherwise than the challenge they answer, and than those of the offer,
  function M.mismatched(mine, asked, first)
    local found = { n = 0 }
    if asked.realm ~= nil and asked.realm ~= mine.realm then
      py.append(found, "realm")
    end
    if asked.nonce ~= nil and asked.nonce ~= mine.nonce then
      py.append(found, "nonce")
    end
    if asked.opaque ~= nil and asked.opaque ~= mine.opaque then
      py.append(found, "opaque")
    end
    if first ~= nil then
      if first.username ~= nil and first.username ~= mine.username then
        py.append(found, "username")
      end
      if first.uri ~= nil and first.uri ~= mine.uri then
        py.append(found, "uri")
      end
    end
    return found
  end

  -- Count and nonce of the client are there, as its qop needs them (RFC 2617 3.2.2).
  function M.is_qop_complete(credentials)
    local counted = credentials.nc ~= nil and M.NC:fullmatch(credentials.nc) ~= nil
    return counted and credentials.cnonce ~= nil
  end

  function M._algorithm(one)
    return str.lower((one.algorithm or "") ~= "" and one.algorithm or M.WITHOUT_ALGORITHM)
  end

  return M
end
