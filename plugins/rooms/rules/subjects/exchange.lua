-- Made from analyzer/rules/subjects/exchange.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local AssociationFacts = import("rules.subjects.association").AssociationFacts
  local Cast = import("rules.subjects.message").Cast
  local MechanismFacts = import("rules.subjects.lists").MechanismFacts
  local SECOND = import("limits").SECOND
  local State = import("agreement.states").State
  local attempt = import("agreement.attempt").attempt
  local began_anew = import("agreement.attempt").began_anew
  local common = import("agreement.choice").common
  local listings = import("agreement.listed").listings
  local older = import("rules.subjects.older")
  local parse_list = import("agreement.security_list").parse_list
  local server_list = import("agreement.listed").server_list
  local stronger = import("agreement.strength").stronger
  local tls_of = import("rules.subjects.connection").tls_of
  local with_inherited = import("agreement.mechanism").with_inherited
  local M = {}

  M.IPSEC = py.set({ "ike", "ipsec-ike", "ipsec-man", n = 3 })

  M.DIGEST = py.set({ "digest", "digest-integrity", "edigest", n = 3 })

  -- The offer of an earlier run: its list is still known, the rest of it is absent.
  M.Offered = py.class("Offered")
  M.Offered.frames = { n = 0 }

  function M.Offered.make(past)
    local self = setmetatable({}, M.Offered)
    self.client = nil
    if past.offered.n > 0 then
      local listed = parse_list(past.offered)
      local list1 = { n = 0 }
      for _, element in py.each(listed.elements) do
        py.append(list1, MechanismFacts.make(element, "client"))
      end
      self.client = list1
    end
    return self
  end
  py.done(M.Offered)

  -- What is still known of an earlier run of the same subscriber.
  M.PastFacts = py.class("PastFacts")

  function M.PastFacts.make(past)
    local self = setmetatable({}, M.PastFacts)
    self.dialect = past.dialect
    self.kind = past.kind
    self.method = past.method
    self.code = past.code ~= 0 and past.code or nil
    self.outcome = past.outcome
    self.registered = past.registered
    self.loss = false
    self.offer = M.Offered.make(past)
    return self
  end
  py.done(M.PastFacts)

  -- One closed run of the agreement.
  M.ExchangeFacts = py.class("ExchangeFacts")
  M.ExchangeFacts.leg = "gm"
  M.ExchangeFacts.loss = false

  function M.ExchangeFacts.make(exchange)
    local self = setmetatable({}, M.ExchangeFacts)
    local found = exchange.verdict
    self.exchange = exchange
    self.verdict = found
    self.dialect = found.dialect
    self.kind = found.kind
    self.outcome = found.outcome
    self.method = exchange.method
    self._cast = nil
    self.far = exchange.far.n > 0 and Cast.make(exchange.far, self.dialect) or nil
    return self
  end

  -- Its messages, for those who ask for one.
  function M.ExchangeFacts.__get.cast(self)
    if self._cast == nil then
      local list1 = { n = 0 }
      for _, step in py.each(self.exchange.steps) do
        if step.place ~= nil then
          py.append(list1, step.place)
        end
      end
      local places = list1
      self._cast = Cast.make(places, self.dialect)
    end
    return self._cast
  end

  -- Nothing more will be asked of its messages.
  function M.ExchangeFacts:dismiss()
    if self._cast ~= nil then
      self._cast:dismiss()
    end
    if self.far ~= nil then
      self.far:dismiss()
    end
  end

  -- (capture, frame) of its steps, the last one first as the anchor of an absence.
  function M.ExchangeFacts.__get.frames(self)
    local steps = self.exchange.steps
    local list1 = { n = 0 }
    for _, step in py.each(py.concat(py.slice(steps, -1), py.slice(steps, nil, -1))) do
      py.append(list1, { step.capture, step.frame, n = 2 })
    end
    return list1
  end

  function M.ExchangeFacts.__get.registered(self)
    local registration = self.verdict.registration
    return registration ~= nil and registration.state == "registered"
  end

  function M.ExchangeFacts.__facts.offer(self)
    local first = self.exchange:first("offer")
    local value1
    if first == nil or first.place == nil then
      value1 = nil
    else
      value1 = self.cast:of(first.place.message)
    end
    return value1
  end

  function M.ExchangeFacts.__facts.challenge(self)
    return self.cast:of(self.exchange:message("challenge"))
  end

  function M.ExchangeFacts.__facts.verify(self)
    return self.cast:of(self.exchange:message("verify"))
  end

  function M.ExchangeFacts.__get.result(self)
    return self.cast:of(self.exchange:message("result"))
  end

  function M.ExchangeFacts.__facts.code(self)
    local message = self.exchange:message("result")
    local value1
    if message == nil then
      value1 = nil
    else
      value1 = message.code
    end
    return value1
  end

  function M.ExchangeFacts.__facts.association(self)
    local found = self.exchange.association
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = AssociationFacts.make(found)
    end
    return value1
  end

  function M.ExchangeFacts.__facts.tls(self)
    return tls_of(self.exchange)
  end

  function M.ExchangeFacts.__get.restart(self)
    local by = self.exchange.superseded_by
    local offer = self.exchange.offer
    local value1
    if by == nil or not by.is_request then
      value1 = nil
    else
      value1 = self.cast:of(by, offer)
    end
    return value1
  end

  function M.ExchangeFacts.__get.began_anew_ms(self)
    return began_anew(self.exchange)
  end

  function M.ExchangeFacts.__facts.granted_s(self)
    local granted = self.exchange.granted
    local value1
    if granted == nil then
      value1 = nil
    else
      value1 = granted[2]
    end
    return value1
  end

  function M.ExchangeFacts.__facts.since_granted_s(self)
    local granted = self.exchange.granted
    local value1
    if granted == nil then
      value1 = nil
    else
      value1 = math.floor((self.exchange.begun - granted[1]) / SECOND)
    end
    return value1
  end

  function M.ExchangeFacts.__get.answered(self)
    local steps = self.exchange.steps
    for _, step in py.each(py.reversed(steps)) do
      if step.role == "verify" or step.role == "challenge" then
        return step.role == "verify"
      end
    end
    return false
  end

  function M.ExchangeFacts.__get.failure_reports(self)
    local sum1 = 0
    for _, step in py.each(self.exchange.steps) do
      if step.role == "failure-report" then
        sum1 = sum1 + 1
      end
    end
    return sum1
  end

  function M.ExchangeFacts.__get.unanswered_ms(self)
    local exchange = self.exchange
    local verify = exchange:last("verify")
    if exchange.state ~= State.ANSWERED or (verify == nil or not self._failed) then
      return nil
    end
    return math.floor((exchange.end_time - verify.time) / 1000000)
  end

  function M.ExchangeFacts.__get._failed(self)
    local verdict = self.exchange.verdict
    return verdict ~= nil and verdict.failed
  end

  function M.ExchangeFacts.__facts.unanswered(self)
    local association = self.exchange.association
    local flows = association == nil and { n = 0 } or association.flows:values()
    local list1 = { n = 0 }
    for _, flow in py.each(flows) do
      if flow.name == "uc>ps" then
        py.append(list1, flow.unanswered)
      end
    end
    return py.max(list1, 0)
  end

  function M.ExchangeFacts.__facts.unusable(self)
    local place = self.exchange:place("challenge")
    local challenge = self.challenge
    if place == nil or (challenge == nil or (challenge.code ~= 401 or not challenge.aka)) then
      return false
    end
    local listed, offer = place.server, self.exchange.offer
    if listed == nil then
      local value1
      if offer == nil then
        value1 = nil
      else
        value1 = offer.client
      end
      local offered = value1
      return offered ~= nil and offered.signalling.n > 0
    end
    local any1 = false
    for _, one in py.each(listed.signalling) do
      if one.key ~= "ipsec-3gpp" or one.complete then
        any1 = true
        break
      end
    end
    if any1 then
      return false
    end
    local list1 = { n = 0 }
    for _, one in py.each(challenge.server or { n = 0 }) do
      if not one.mediasec then
        py.append(list1, one)
      end
    end
    local elements = list1
    local holds1 = elements.n > 0
    if holds1 then
      local all2 = true
      for _, one in py.each(elements) do
        if one.lacks.n == 0 then
          all2 = false
          break
        end
      end
      holds1 = all2
    end
    return holds1
  end

  function M.ExchangeFacts.__facts.passed_over(self)
    local listed = nil
    local offered = nil
    for _, item1 in py.each(listings(self.exchange.steps)) do
      local place, answered = item1[1], item1[2]
      if place.message.code == 401 then
        listed, offered = place.server, answered
      end
    end
    if listed == nil or (offered == nil or listed.signalling.n ~= 1) then
      return nil
    end
    local picked = listed.signalling[1]
    if picked.key ~= "ipsec-3gpp" or picked.effective_ealg ~= "null" then
      return nil
    end
    for _, one in py.each(offered.signalling) do
      if (one.effective_ealg == "aes-cbc" or one.effective_ealg == "aes-gcm") and stronger(one, picked) then
        return MechanismFacts.make(one, "client")
      end
    end
    return nil
  end

  function M.ExchangeFacts.__facts.previous(self)
    local past = self.exchange.previous
    local value1
    if past == nil then
      value1 = nil
    else
      value1 = M.PastFacts.make(past)
    end
    return value1
  end

  function M.ExchangeFacts.__facts.exempt(self)
    local value1
    if self.offer == nil then
      value1 = nil
    else
      value1 = self.offer.exempt
    end
    return value1
  end

  function M.ExchangeFacts.__get.response_check(self)
    local found = self.exchange.authentication
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = found.response ~= "" and found.response or nil
    end
    return value1
  end

  function M.ExchangeFacts.__facts.response_note(self)
    local found = self.exchange.authentication
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = found.response_note ~= "" and found.response_note or nil
    end
    return value1
  end

  function M.ExchangeFacts.__facts.d_ver_check(self)
    local found = self.exchange.authentication
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = found.d_ver ~= "" and found.d_ver or nil
    end
    return value1
  end

  function M.ExchangeFacts.__facts.d_ver_note(self)
    local found = self.exchange.authentication
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = found.d_ver_note ~= "" and found.d_ver_note or nil
    end
    return value1
  end

  function M.ExchangeFacts.__facts.auts_mac(self)
    local found = self.exchange.authentication
    if found == nil or found.auts == nil then
      return nil
    end
    return found.auts and "right" or "wrong"
  end

  function M.ExchangeFacts.__facts.sqn_ahead(self)
    local found = self.exchange.authentication
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = found.ahead
    end
    return value1
  end

  function M.ExchangeFacts.__facts.resync_ignored(self)
    return M._resync_ignored(self.exchange)
  end

  function M.ExchangeFacts.__facts.challenges(self)
    local list1 = { n = 0 }
    for _, step in py.each(self.exchange.steps) do
      if step.role == "challenge" then
        py.append(list1, step)
      end
    end
    return list1.n
  end

  function M.ExchangeFacts.__get.silence_ms(self)
    local exchange = self.exchange
    if exchange.state ~= State.CHALLENGED or exchange.superseded_by ~= nil then
      return nil
    end
    if attempt(exchange) ~= nil then
      return nil
    end
    local since = exchange.last_time
    return math.floor((exchange.end_time - since) / 1000000)
  end

  function M.ExchangeFacts.__facts.server_list(self)
    return server_list(self.exchange)
  end

  function M.ExchangeFacts.__facts.chosen(self)
    local found = M._on_the_wire(self.exchange, self.server_list)
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = MechanismFacts.make(found, "server")
    end
    return value1
  end

  function M.ExchangeFacts.__facts.best_common(self)
    local offer = self.exchange.offer
    local listed = self.server_list
    if listed == nil or offer == nil then
      return nil
    end
    local all1 = true
    for _, element in py.each(listed.elements) do
      if element.q ~= nil then
        all1 = false
        break
      end
    end
    if all1 then
      return nil
    end
    local client = offer.client
    local best = common(client, listed)
    if client == nil or (best.n == 0 or best[1].q_thousandths == nil) then
      return nil
    end
    return MechanismFacts.make(best[1], "server")
  end

  function M.ExchangeFacts.__facts.first_common(self)
    local found = older.first_common(self.exchange, self.server_list)
    local value1
    if found == nil then
      value1 = nil
    else
      value1 = MechanismFacts.make(found, "server")
    end
    return value1
  end

  function M.ExchangeFacts.__facts.mixed(self)
    return older.mixed(self.exchange)
  end

  function M.ExchangeFacts.__facts.far_server(self)
    return older.far_server(self.exchange, self.server_list)
  end

  function M.ExchangeFacts.__facts.tcp_port(self)
    return older.tcp_port(self.exchange)
  end
  py.done(M.ExchangeFacts)

  -- How the network passed over a report with auts (RFC 3310 3.2); None where it did not.
  function M._resync_ignored(exchange)
    if exchange:first("failure-report") == nil then
      return nil
    end
    local before = ""
    local reported = false
    local answered = false
    for _, step in py.each(exchange.steps) do
      local value1
      if step.place == nil then
        value1 = nil
      else
        value1 = step.place.message
      end
      local message = value1
      if message ~= nil then
        if step.role == "challenge" then
          local value2
          if message.challenge == nil then
            value2 = nil
          else
            value2 = message.challenge.aka_nonce
          end
          local nonce = value2
          local rand = nonce == nil and "" or str.hex(nonce.rand)
          if reported and (rand ~= "" and rand == before) then
            return "the same RAND again"
          end
          before, answered = rand, reported
        elseif step.role == "failure-report" and message.credentials ~= nil then
          if answered and (message.credentials.auts or "") ~= "" then
            return "auts again for the next challenge"
          end
          reported = (message.credentials.auts or "") ~= ""
        elseif step.role == "result" and (reported and (not answered and message.code == 403)) then
          return "403"
        end
      end
    end
    return nil
  end

  -- A subscriber over time, as of its last run.
  M.IdentityFacts = py.class("IdentityFacts")
  M.IdentityFacts.leg = "gm"
  M.IdentityFacts.loss = false

  function M.IdentityFacts.make(exchange)
    local self = setmetatable({}, M.IdentityFacts)
    self.exchange = exchange
    self.dialect = exchange.dialect
    self.exempt = exchange.exempt
    return self
  end

  -- (capture, frame) of the challenges in a row, the last one first.
  function M.IdentityFacts.__get.frames(self)
    local standing = self.exchange.exchange.standing
    local value1
    if standing == nil then
      value1 = { n = 0 }
    else
      local list2 = { n = 0 }
      for _, item2 in py.each(standing.challenged) do
        local c, f = item2[2], item2[3]
        py.append(list2, { c, f, n = 2 })
      end
      value1 = list2
    end
    local rows = value1
    local value2 = py.concat(py.slice(rows, -1), py.slice(rows, nil, -1))
    if value2.n == 0 then
      value2 = self.exchange.frames
    end
    return value2
  end

  function M.IdentityFacts.__facts.consecutive_challenges(self)
    local standing = self.exchange.exchange.standing
    return standing == nil and 0 or M.most_within(standing.challenged)
  end
  py.done(M.IdentityFacts)

  -- The most challenges within the window, of (time, capture, frame) in time order.
  function M.most_within(challenged, window)
    if window == nil then
      window = 60000000000
    end
    local most = 0
    local start = 0
    for end_, item1 in py.each_from_zero(challenged) do
      local time = item1[1]
      while time - py.at(challenged, start)[1] > window do
        start = start + 1
      end
      most = math.max(most, end_ - start + 1)
    end
    return most
  end

  -- The element that the protection seen belongs to; None where two fit, or none can be told.
  function M._on_the_wire(exchange, listed)
    if listed == nil then
      return nil
    end
    local verify = exchange:place("verify")
    local list1 = { n = 0 }
    for _, element in py.each(with_inherited(listed)) do
      if not element.mediasec then
        py.append(list1, element)
      end
    end
    local elements = list1
    local association = exchange.association
    local fits
    if association ~= nil and association.packets ~= 0 then
      local null = association.opened > 0
      local list2 = { n = 0 }
      for _, element in py.each(elements) do
        if element.key == "ipsec-3gpp" and (element.effective_ealg == "null") == null then
          py.append(list2, element)
        end
      end
      fits = list2
    elseif verify ~= nil and (verify.protection == "esp" or verify.protection == "esp-null") then
      local list3 = { n = 0 }
      for _, element in py.each(elements) do
        if M.IPSEC:has(element.key) then
          py.append(list3, element)
        end
      end
      fits = list3
    elseif verify ~= nil and verify.protection == "tls" then
      local list4 = { n = 0 }
      for _, element in py.each(elements) do
        if element.key == "tls" then
          py.append(list4, element)
        end
      end
      fits = list4
    elseif verify ~= nil and (verify.protection == "clear" and verify.message.credentials) then
      local list5 = { n = 0 }
      for _, element in py.each(elements) do
        if M.DIGEST:has(element.key) then
          py.append(list5, element)
        end
      end
      fits = list5
    else
      return nil
    end
    return fits.n == 1 and fits[1] or nil
  end

  return M
end
