-- Made from analyzer/agreement/outcome.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ANSWERED = import("agreement.states").ANSWERED
  local ANSWER_WAIT = import("limits").ANSWER_WAIT
  local CHALLENGED = import("agreement.states").CHALLENGED
  local CHALLENGES = import("agreement.states").CHALLENGES
  local CHALLENGES_KEPT = import("limits").CHALLENGES_KEPT
  local HEARD = import("agreement.states").HEARD
  local OFFERED = import("agreement.states").OFFERED
  local Past = import("agreement.exchange").Past
  local REPEATED_BY = import("limits").REPEATED_BY
  local Registration = import("agreement.exchange").Registration
  local SECOND = import("limits").SECOND
  local Sign = import("agreement.exchange").Sign
  local Signal = import("flows.datagram").Signal
  local Verdict = import("agreement.exchange").Verdict
  local WAITING = import("agreement.states").WAITING
  local attempt = import("agreement.attempt").attempt
  local choose = import("agreement.choice").choose
  local client_list = import("agreement.listed").client_list
  local demands_sec_agree = import("agreement.place").demands_sec_agree
  local is_emergency = import("agreement.meaning").is_emergency
  local listings = import("agreement.listed").listings
  local of_exchange = import("agreement.dialects").of_exchange
  local server_list = import("agreement.listed").server_list
  local undeliverable = import("agreement.attempt").undeliverable
  local went_on_unseen = import("agreement.attempt").went_on_unseen
  local M = {}

  M.TRIES = 3

  M.ON_THE_WIRE = py.set({ "ipsec-3gpp", "ipsec-ike", "ipsec-man", "tls", n = 4 })

  M.REASONS_OF_AGREEMENT = { "sec-agree", "security agree", "ipsec", "security-client", n = 4 }

  -- What a run adds up to, when it is closed; `dialect` is the one to judge it by, if given.
  function M.verdict(exchange, dialect)
    local lost = M.failed(exchange)
    local challenge = nil
    local verify = nil
    local result = nil
    for _, step in py.each(exchange.steps) do
      local role = step.role
      if role == "challenge" then
        challenge = step
      elseif role == "verify" then
        verify = step
      elseif role == "result" then
        result = step.place
      end
    end
    local registration = M._registration(exchange, result, lost)
    local outcome
    if result == nil then
      outcome = lost and "failed" or M._unread_outcome(exchange, registration)
    else
      outcome = M._outcome(exchange, challenge, verify, result)
    end
    return Verdict.make((dialect or "") ~= "" and dialect or of_exchange(exchange), M._kind(exchange, challenge), outcome, registration, M._stopped_at(exchange, challenge, result), M._layer(exchange, challenge, result, lost), lost)
  end

  -- What sort of run it is (TS 24.229 5.1.1.2, 5.1.1.4, 5.1.1.6).
  function M._kind(exchange, challenge)
    if exchange.method ~= "REGISTER" then
      local offer = exchange.offer
      return offer ~= nil and offer.message.to_tag ~= "" and "in-dialog" or "other"
    end
    if exchange.deregistration then
      return "deregistration"
    end
    if exchange.under == nil or not M._begun_protected(exchange) then
      return "initial"
    end
    return challenge ~= nil and "reauthentication" or "refresh"
  end

  -- What became of the agreement, where the result was read.
  function M._outcome(exchange, challenge, verify, result)
    if result.message.code >= 300 then
      return "rejected"
    end
    if M._cut(exchange) then
      return "incomplete"
    end
    if not M.uses_sec_agree(exchange) then
      return "not-used"
    end
    if challenge == nil then
      if verify ~= nil then
        return "incomplete"
      end
      if not M._unchallenged_offer(exchange) then
        return M._by_echo(exchange.offer)
      end
      return M._unchallenged(exchange, result)
    end
    if server_list(exchange) == nil then
      return M._unchallenged(exchange, result)
    end
    if verify == nil or verify.place == nil then
      return "incomplete"
    end
    return M._by_protection(verify.place, exchange)
  end

  -- What became of the registration; None where another method began the run.
  function M._registration(exchange, result, lost)
    if exchange.method ~= "REGISTER" then
      return nil
    end
    local good = exchange.deregistration and "deregistered" or "registered"
    local state
    if result ~= nil then
      state = result.message.code < 300 and good or "rejected"
      return Registration.make(state, "seen", result)
    end
    local core = M._core_answer(exchange)
    if exchange.state == HEARD then
      return M._heard(exchange, good, core)
    end
    local first1
    for _, one in py.each(exchange.used) do
      if 200 <= one.message.code and one.message.code < 300 then
        first1 = one
        break
      end
    end
    local answered = first1
    if answered ~= nil then
      local message = answered.message
      local text = "a later request on the set was answered " .. str.of(message.code)
      return Registration.make(good, "inferred", nil, { Sign.make(text, message.capture, message.frame), n = 1 })
    end
    local connection = M.over_tls(exchange)
    if connection ~= nil and exchange.superseded_by == nil then
      return M._beyond_tls(exchange, good, connection)
    end
    if lost then
      local gave_up = exchange.state == CHALLENGED and attempt(exchange) == nil
      local signs = core == nil and { n = 0 } or { M._core_sign(core), n = 1 }
      state = gave_up and "given-up" or "no-answer"
      return Registration.make(state, exchange.steps.n > 0 and "seen" or "none", nil, signs)
    end
    return Registration.make("unknown", "none", nil, M._unsure_signs(exchange))
  end

  -- The role that never came, "" where nothing is missing or nobody can tell.
  function M._stopped_at(exchange, challenge, result)
    if exchange.state == OFFERED then
      return "challenge"
    end
    if exchange.state == CHALLENGED then
      return "verify"
    end
    if exchange.state == ANSWERED then
      return "result"
    end
    if result == nil or result.message.code < 300 then
      return ""
    end
    return challenge ~= nil and "result" or "challenge"
  end

  -- What stopped a run that did not succeed: "" where it did, or where nobody can tell.
  function M._layer(exchange, challenge, result, lost)
    if result ~= nil then
      local answer = result.message
      if answer.code < 300 then
        return ""
      end
      local challenged = challenge ~= nil and challenge.place ~= nil
      return M._layer_of_code(answer.code, answer.reason, challenged)
    end
    if not lost then
      return ""
    end
    if exchange.state == OFFERED then
      return "reachability"
    end
    if exchange.state == CHALLENGED then
      return attempt(exchange) == nil and "agreement" or "protection"
    end
    return exchange.association ~= nil and "protection" or "reachability"
  end

  -- Whether silence means failure: it lasted, or was tried against, or was given up, or a
  function M.failed(exchange)
    if not WAITING:has(exchange.state) then
      return false
    end
    if exchange.used.n > 0 or (M._cut(exchange) or M.gap_towards(exchange, exchange.access.ue) ~= nil) then
      return false
    end
    local tried = attempt(exchange)
    if tried ~= nil and tried.went_on ~= false then
      return false
    end
    local after = exchange.superseded_by
    if after ~= nil then
      return after.is_request
    end
    local role = py.dict_of({ { OFFERED, "offer", n = 2 }, { ANSWERED, "verify", n = 2 }, n = 2 }):get(exchange.state)
    if role ~= nil and M._tries(exchange, role) >= M.TRIES then
      return true
    end
    if role ~= nil and undeliverable(exchange) ~= nil then
      return true
    end
    if exchange.end_time - exchange.last_time < ANSWER_WAIT then
      return false
    end
    return went_on_unseen(exchange) == nil and not M.left_at_one_try(exchange)
  end

  -- The answer to the challenge was sent once, over what makes a client repeat it until it hears
  function M.left_at_one_try(exchange)
    local step = exchange:last("verify")
    if exchange.state ~= ANSWERED or (step == nil or M._tries(exchange, "verify") > 1) then
      return false
    end
    if exchange.superseded_by == nil and exchange.end_time - step.time < REPEATED_BY then
      return false
    end
    return step.place == nil or step.place.message.transport == "udp"
  end

  -- Octets of TCP towards this end that were lost to the capture since the last step.
  function M.gap_towards(exchange, receiver)
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Signal) and (one.kind == "tcp-gap" and one.dst == receiver) then
        if one.time >= exchange.last_time then
          return one
        end
      end
    end
    return nil
  end

  -- Why nothing is concluded from silence: what the captures lost, or who went on.
  function M._unsure_signs(exchange)
    local signs = { n = 0 }
    local gap = M.gap_towards(exchange, exchange.access.ue)
    local text
    if gap ~= nil then
      text = "TCP towards the client: " .. gap.detail .. " in the capture"
      py.append(signs, Sign.make(text, gap.capture, gap.frame))
    end
    local unseen = went_on_unseen(exchange)
    if unseen ~= nil then
      py.append(signs, unseen)
    end
    if exchange.superseded_by == nil and M.left_at_one_try(exchange) then
      py.append(signs, Sign.make("sent once and not repeated: what was heard was not captured"))
    end
    for _, place in py.each(py.slice(exchange.used, nil, 1)) do
      local message = place.message
      local what = message.method ~= "" and message.method or "a " .. str.of(message.code)
      text = what .. " followed on the set, but no 2xx was captured"
      py.append(signs, Sign.make(text, message.capture, message.frame))
    end
    return signs
  end

  -- The capture cut messages of these two short: what looks like silence may be no silence.
  function M._cut(exchange)
    local after = exchange.superseded_by
    if exchange.access.cut or after ~= nil and after.truncated then
      return true
    end
    for _, step in py.each(exchange.steps) do
      local place = step.place
      if place ~= nil and (place.message.truncated and place.cut) then
        return true
      end
    end
    return false
  end

  -- What later runs need to know of this closed one.
  function M.past(exchange)
    local found = exchange.verdict
    local registered = found.registration ~= nil and found.registration.state == "registered"
    local code, cseq = 0, -1
    local challenge = nil
    local offer = nil
    for _, step in py.each(exchange.steps) do
      local role = step.role
      local value1
      if step.place == nil then
        value1 = nil
      else
        value1 = step.place.message
      end
      local message = value1
      if role == "challenge" then
        challenge = message
      elseif role == "result" then
        code = message == nil and 0 or message.code
      elseif role == "offer" and offer == nil then
        offer = step
      end
      if message ~= nil and (message.is_request and message.cseq > cseq) then
        cseq = message.cseq
      end
    end
    local listing = nil
    local answered = nil
    for _, item1 in py.each(listings(exchange.steps)) do
      local place, offered = item1[1], item1[2]
      listing, answered = place, offered
    end
    local value2
    if challenge == nil then
      value2 = nil
    else
      value2 = challenge.challenge
    end
    local asked = value2
    local value3
    if offer == nil or offer.place == nil then
      value3 = nil
    else
      value3 = offer.place.client
    end
    local value4
    if listing == nil then
      value4 = nil
    else
      value4 = listing.server
    end
    return Past.make(exchange.number, found.dialect, found.kind, exchange.method, found.outcome, registered, M._rows(value3), code, M._rows(value4), M._rows(answered), exchange.call_id, cseq, asked == nil and "" or (asked.nonce or ""))
  end

  function M._rows(listed)
    return listed == nil and { n = 0 } or listed.rows
  end

  -- Carry the row of challenges on: a success ends it, an AUTS report is no failure (AUTS).
  function M.challenged_in_a_row(exchange)
    local standing = exchange.standing
    if standing == nil then
      return
    end
    if exchange.state == HEARD then
      standing.challenged = { n = 0 }
      return
    end
    local value1
    if exchange.steps.n > 0 then
      value1 = exchange.steps[exchange.steps.n].place
    end
    local last = value1
    if last ~= nil and (200 <= last.message.code and last.message.code < 300) then
      standing.challenged = { n = 0 }
      return
    end
    local row = py.list(standing.challenged)
    for _, step in py.each(exchange.steps) do
      local value2
      if step.place == nil then
        value2 = nil
      else
        value2 = step.place.message
      end
      local message = value2
      if message ~= nil then
        if step.role == "failure-report" and row.n > 0 then
          py.pop(row)
        elseif CHALLENGES:has(message.code) and (step.role == "challenge" or step.role == "result") then
          py.append(row, { message.time, message.capture, message.frame, n = 3 })
        elseif 200 <= message.code and message.code < 300 then
          py.clear(row)
        end
      end
    end
    standing.challenged = py.list(py.slice(row, -CHALLENGES_KEPT))
  end

  -- Whether anybody offered, asked for or listed an agreement.
  function M.uses_sec_agree(exchange)
    for _, step in py.each(exchange.steps) do
      if step.place == nil or step.place.lists.size > 0 then
        return true
      end
      if demands_sec_agree(step.place.message) then
        return true
      end
    end
    return false
  end

  function M._begun_protected(exchange)
    local first = exchange.steps.n > 0 and exchange.steps[1] or nil
    if first == nil or first.place == nil then
      return true
    end
    return first.place.protection ~= "clear" or first.role == "challenge"
  end

  -- A clear offer that the first hop let pass (RFC 3329 2.3.1 demands a challenge).
  function M._unchallenged_offer(exchange)
    local offer = exchange.offer
    return offer ~= nil and offer.protection == "clear"
  end

  -- An offer that got its 2xx without a challenge that has a list: one that demanded none, or
  function M._unchallenged(exchange, result)
    local offer = exchange.offer
    local value1
    if offer == nil then
      value1 = nil
    else
      value1 = offer.client
    end
    local client = value1
    if offer ~= nil and is_emergency(offer.message) then
      return "not-used"
    end
    if offer == nil or (client == nil or demands_sec_agree(offer.message)) then
      return "bypassed"
    end
    if client.dialect == "" and client.signalling.n > 0 then
      return "bypassed"
    end
    return result.server == nil and "not-used" or "agreed"
  end

  -- The result was not read: a request in clear that succeeded all the same passed it by.
  function M._unread_outcome(exchange, registration)
    local verify = exchange:place("verify")
    local registered = registration ~= nil and registration.state == "registered"
    if registered and (verify ~= nil and exchange.association ~= nil) then
      if M._by_protection(verify, exchange) == "bypassed" then
        return "bypassed"
      end
    end
    return "incomplete"
  end

  function M._by_protection(verify, exchange)
    local chosen = exchange.association ~= nil and exchange.association.server.key or ""
    if M.ON_THE_WIRE:has(chosen) and verify.protection == "clear" then
      return "bypassed"
    end
    return M._by_echo(verify)
  end

  -- Whether the accepted request repeated the list that applies (RFC 3329 2.3.1).
  function M._by_echo(request)
    if request == nil or (request.against == nil or request.cut) then
      return "incomplete"
    end
    local compared = request.comparison
    return (compared == nil or compared.level == "different") and "bypassed" or "agreed"
  end

  -- How often the request with this role was sent in the last round; unread ESP counts.
  function M._tries(exchange, role)
    local sent = { role, "retransmission", n = 2 }
    local sum1 = 0
    for _, step in py.each(exchange.steps) do
      if py.contains(sent, step.role) and step.round == exchange.round then
        sum1 = sum1 + 1
      end
    end
    return sum1
  end

  -- The final answer to the protected REGISTER as the core gave it, beyond the first hop.
  function M._core_answer(exchange)
    local challenge = exchange:message("challenge")
    local floor = challenge == nil and -1 or challenge.cseq
    for _, place in py.each(exchange.far) do
      local message = place.message
      if message.code >= 200 and (message.cseq_method == "REGISTER" and message.cseq > floor) then
        return place
      end
    end
    return nil
  end

  function M._core_sign(core)
    local message = core.message
    return Sign.make("the core answered " .. str.of(message.code), message.capture, message.frame)
  end

  -- The result travelled in ESP that could not be opened.
  function M._heard(exchange, good, core)
    if core ~= nil then
      local state = core.message.code < 300 and good or "rejected"
      return Registration.make(state, "seen", core)
    end
    local heard = exchange:last("result")
    local signs = { n = 0 }
    if heard ~= nil then
      local text = "ESP from the P-CSCF on the announced SAs"
      py.append(signs, Sign.make(text, heard.capture, heard.frame))
    end
    py.extend(signs, M._later_signs(exchange))
    return M._inferred(exchange, good, signs)
  end

  -- Registered where a second sign joins: that the client left it at that for long enough.
  function M._inferred(exchange, good, signs)
    local quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    if exchange.superseded_by == nil and quiet then
      local seconds = math.floor((exchange.end_time - exchange.last_time) / SECOND)
      py.append(signs, Sign.make("no new REGISTER in clear for " .. str.of(seconds) .. " s"))
    end
    return signs.n > 1 and Registration.make(good, "inferred", nil, signs) or Registration.make("unknown", "none", nil, signs)
  end

  -- The connection on which TLS was set up after its challenge, where TLS is what the list lets
  function M.over_tls(exchange)
    local found = attempt(exchange)
    if found == nil or (found.kind ~= "tls" or not found.went_on) then
      return nil
    end
    local listed = server_list(exchange)
    local value1
    if listed == nil then
      value1 = nil
    else
      value1 = choose(client_list(exchange), listed)
    end
    local chosen = value1
    return chosen ~= nil and chosen.key == "tls" and found or nil
  end

  -- The rest of the run travelled in TLS that nothing here can open.
  function M._beyond_tls(exchange, good, found)
    return M._inferred(exchange, good, { Sign.make("TLS was set up after the challenge", py.unpack(found.frame)), n = 1 })
  end

  function M._later_signs(exchange)
    local signs = { n = 0 }
    local ue = exchange.access.ue
    local first1
    for _, esp in py.each(exchange.later) do
      if esp.src == ue then
        first1 = esp
        break
      end
    end
    local later = first1
    if later ~= nil then
      py.append(signs, Sign.make("later ESP from the UE on the same set", later.capture, later.frame))
    end
    for _, place in py.each(exchange.orphans) do
      local message = place.message
      if message.code < 300 then
        local text = "a later REGISTER was answered " .. str.of(message.code)
        py.append(signs, Sign.make(text, message.capture, message.frame))
      end
    end
    return signs
  end

  function M._layer_of_code(code, reason, challenged)
    if code < 300 then
      return ""
    end
    if code == 420 or code == 421 or code == 494 then
      return "agreement"
    end
    local any1 = false
    for _, word in py.each(M.REASONS_OF_AGREEMENT) do
      if str.contains(str.lower(reason), word) then
        any1 = true
        break
      end
    end
    if any1 then
      return "agreement"
    end
    if challenged and (code == 401 or code == 403 or code == 407) then
      return "authentication"
    end
    return "service"
  end

  return M
end
