-- Made from analyzer/report/verdict.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local Frame = import("report.model").Frame
  local M = {}

  M.ROLES = { "offer", "challenge", "verify", "result", n = 4 }

  M.PARTIES = py.dict_of({
    { "ue", "UE", n = 2 }, { "pcscf", "P-CSCF", n = 2 }, { "core", "core", n = 2 },
    { "hss", "HSS", n = 2 }, { "path", "path", n = 2 }, { "capture", "capture", n = 2 },
    { "unknown", "unknown", n = 2 },
    n = 7,
  })

  -- What is said of one exchange.
  M.Verdict = py.struct("Verdict", { "word", "headline", "brief", "stopped", "party", "succeeded" })

  function M.Verdict.make(word, headline, brief, stopped, party, succeeded)
    return setmetatable({
      word = word,
      headline = headline,
      brief = brief,
      stopped = stopped,
      party = party,
      succeeded = succeeded,
    }, M.Verdict)
  end
  py.done(M.Verdict)

  -- Whom a finding blames, and whether it explains how the exchange ended.
  M.Claim = py.struct("Claim", { "party", "explains" })

  function M.Claim.make(party, explains)
    return setmetatable({ party = party, explains = explains }, M.Claim)
  end
  py.done(M.Claim)

  M._Row = py.struct("_Row", { "state", "basis", "outcome", "stopped_at", "word", "headline", "brief", "party" })

  function M._Row.make(state, basis, outcome, stopped_at, word, headline, brief, party)
    return setmetatable({
      state = state,
      basis = basis,
      outcome = outcome,
      stopped_at = stopped_at,
      word = word,
      headline = headline,
      brief = brief,
      party = party,
    }, M._Row)
  end
  py.done(M._Row)

  M._REGISTRATIONS = { M._Row.make("registered", "inferred", "bypassed", nil, "bypassed", "REGISTERED (inferred), SECURITY AGREEMENT BYPASSED", "bypassed", "pcscf"), M._Row.make("registered", nil, "bypassed", nil, "bypassed", "REGISTERED, SECURITY AGREEMENT BYPASSED", "bypassed", "pcscf"), M._Row.make("registered", "inferred", nil, nil, "inferred", "REGISTERED (inferred)", "registered (inferred)"), M._Row.make("registered", nil, "not-used", nil, "OK", "REGISTERED, no security agreement used", "no agreement"), M._Row.make("registered", nil, nil, nil, "OK", "REGISTERED", "registered"), M._Row.make("deregistered", "inferred", nil, nil, "inferred", "DEREGISTERED (inferred)", "deregistered (inferred)"), M._Row.make("deregistered", nil, nil, nil, "OK", "DEREGISTERED", "deregistered"), M._Row.make("rejected", nil, nil, nil, "rejected", "NOT REGISTERED: {answer} {place}", "{code} {place}"), M._Row.make("no-answer", nil, nil, "challenge", "no answer", "NOT REGISTERED: no answer to the first REGISTER", "no answer to REGISTER", "path"), M._Row.make("no-answer", nil, nil, "verify", "given up", "NOT REGISTERED: {followed} the {challenge}", "{followed_brief} {challenge}", "ue"), M._Row.make("no-answer", nil, nil, nil, "no answer", "NOT REGISTERED: no answer after the {challenge}", "no answer after {challenge}{esp_out}", "pcscf"), M._Row.make("given-up", nil, nil, "verify", "given up", "NOT REGISTERED: the {client} gave up after the {challenge}", "gave up after {challenge}", "ue"), M._Row.make("given-up", nil, nil, nil, "given up", "NOT REGISTERED: the {client} gave up", "gave up", "ue"), M._Row.make(nil, nil, nil, nil, "unknown", "UNKNOWN: {gap}", "{gap_brief}", "capture"), n = 14 }

  M._REQUESTS = { M._Row.make(nil, nil, "agreed", nil, "OK", "AGREED: {method} {answer}", "{method} agreed"), M._Row.make(nil, nil, "not-used", nil, "OK", "{method} {answer}, no security agreement used", "{method}, no agreement"), M._Row.make(nil, nil, "bypassed", nil, "bypassed", "SECURITY AGREEMENT BYPASSED: {method} {answer}", "bypassed", "pcscf"), M._Row.make(nil, nil, "rejected", nil, "rejected", "REQUEST REJECTED: {method} {answer}", "{method} {code}"), M._Row.make(nil, nil, "failed", nil, "no answer", "REQUEST FAILED: {method} {answer}", "{method} failed"), M._Row.make(nil, nil, nil, nil, "unknown", "UNKNOWN: {gap}", "{gap_brief}", "capture"), n = 6 }

  M._SUCCEEDED = py.dict_of({
    { "OK", true, n = 2 }, { "inferred", true, n = 2 }, { "bypassed", true, n = 2 },
    { "no answer", false, n = 2 }, { "rejected", false, n = 2 },
    { "given up", false, n = 2 }, { "unknown", nil, n = 2 },
    n = 7,
  })

  M._LAYER_PARTY = py.dict_of({
    { "reachability", "path", n = 2 }, { "agreement", "ue", n = 2 },
    { "authentication", "hss", n = 2 }, { "protection", "pcscf", n = 2 },
    { "service", "core", n = 2 },
    n = 5,
  })

  M._NOBODY = { nil, "unknown", "capture", n = 3 }

  M._Gap = py.struct("_Gap", { "holds", "text", "brief" })

  function M._Gap.make(holds, text, brief)
    return setmetatable({ holds = holds, text = text, brief = brief }, M._Gap)
  end
  py.done(M._Gap)

  function M._hidden_answer(exchange)
    local result = M.step_of(exchange, "result")
    return result ~= nil and result.inferred
  end

  M._Followed = py.struct("_Followed", { "kind", "state", "text", "brief" })

  function M._Followed.make(kind, state, text, brief)
    return setmetatable({ kind = kind, state = state, text = text, brief = brief }, M._Followed)
  end
  py.done(M._Followed)

  M._FOLLOWED = { M._Followed.make("tls", "failed", "TLS failed after", "TLS failed after"), M._Followed.make("tls", "hello", "TLS got no answer after", "no TLS answer after"), M._Followed.make("syn", nil, "TCP got no answer after", "no TCP answer after"), M._Followed.make("rst", nil, "TCP was refused after", "TCP refused after"), M._Followed.make("icmp", nil, "an ICMP error followed", "ICMP error after"), M._Followed.make("esp", nil, "ESP got no answer after", "no ESP answer after"), n = 6 }

  M._NOTHING = M._Followed.make("", nil, "nothing followed", "nothing after")

  function M._followed(exchange)
    local list1 = { n = 0 }
    for _, one in py.each(M.attempts(exchange)) do
      py.append(list1, { one.kind, one.state, n = 2 })
    end
    local seen = list1
    for _, row in py.each(M._FOLLOWED) do
      local any1 = false
      for _, item1 in py.each(seen) do
        local kind, state = item1[1], item1[2]
        if kind == row.kind and (row.state == nil or row.state == state) then
          any1 = true
          break
        end
      end
      if any1 then
        return row
      end
    end
    return M._NOTHING
  end

  -- What was seen beside SIP since the challenge.
  function M.attempts(exchange)
    local challenge = M.step_of(exchange, "challenge")
    local value1
    if challenge == nil then
      value1 = { n = 0 }
    else
      local list2 = { n = 0 }
      for _, s in py.each(exchange.signals) do
        if not py.less(s.time, challenge.time) then
          py.append(list2, s)
        end
      end
      value1 = list2
    end
    return value1
  end

  -- Whether the run stands at its challenge, and one of these signals was seen since.
  function M._since_challenge(...)
    local states = { n = select("#", ...), ... }
    return function(exchange)
      local holds1 = exchange.stopped_at == "verify"
      if holds1 then
        local any2 = false
        for _, one in py.each(M.attempts(exchange)) do
          if py.contains(states, { one.kind, one.state, n = 2 }) then
            any2 = true
            break
          end
        end
        holds1 = any2
      end
      return holds1
    end
  end

  -- Signs say that there was more than was captured.
  function M._answer_lost(exchange)
    local registration = exchange.registration
    return registration ~= nil and registration.signs.n > 0
  end

  M._GAPS = { M._Gap.make(function(e) return not e.coverage.start end, "the capture starts inside the exchange", "start not captured"), M._Gap.make(function(e) return e.stopped_at == "result" and M._answer_lost(e) end, "the answer to the second {method} was not captured", "answer not captured"), M._Gap.make(function(e) return e.stopped_at == "challenge" and M._answer_lost(e) end, "the answer to the first {method} was not captured", "answer not captured"), M._Gap.make(function(e) return not e.coverage.both_directions end, "only one direction was captured", "one direction captured"), M._Gap.make(function(e) return e.stopped_at == "result" end, "no answer to the second {method} before the end", "no answer before the end"), M._Gap.make(M._hidden_answer, "the answer to the second {method} is in ESP, not readable", "answer not readable"), M._Gap.make(function(e)
    local value1 = e.coverage.protected_part
    return value1 == "unread" or value1 == "partly"
  end, "the ESP part is not readable", "ESP not readable"), M._Gap.make(function(e) return e.stopped_at == "challenge" end, "the capture ends after the first request", "ends after first request"), M._Gap.make(M._since_challenge({ "tls", "secured", n = 2 }), "went on in TLS after the {challenge}, not readable", "TLS after the {challenge}"), M._Gap.make(M._since_challenge({ "tls", "hello", n = 2 }, { "tls", "failed", n = 2 }), "TLS was begun after the {challenge}, not completed in the capture", "TLS after the {challenge}"), M._Gap.make(M._since_challenge({ "tcp", "opened", n = 2 }), "TCP was opened after the {challenge}, no SIP is readable in it", "after the {challenge} not readable"), M._Gap.make(M._since_challenge({ "esp", "answered", n = 2 }), "ESP went both ways after the {challenge}, no request is readable in it", "after the {challenge} not readable"), M._Gap.make(function(e) return e.stopped_at == "verify" end, "the capture ends after the {challenge}", "ends after the {challenge}"), M._Gap.make(function(e) return true end, "the capture cannot tell", "cannot tell"), n = 14 }

  -- The verdict about one exchange, given the findings that belong to it.
  function M.judge(exchange, findings)
    if findings == nil then
      findings = { n = 0 }
    end
    local row = M._row(exchange)
    local words = M._words(exchange)
    local first1
    for _, gap in py.each(M._GAPS) do
      if gap.holds(exchange) then
        first1 = gap
        break
      end
    end
    local gap = first1
    words = words:union(py.dict_of({ { "gap", py.format_map(gap.text, words), n = 2 }, { "gap_brief", py.format_map(gap.brief, words), n = 2 }, n = 2 }))
    return M.Verdict.make(row.word, str.join(" ", str.split(py.format_map(row.headline, words))), str.join(" ", str.split(py.format_map(row.brief, words))), M._stopped(exchange, row), M.party_of(M._own_party(exchange, row), py.map(M.claim, findings)), M._SUCCEEDED:get(row.word))
  end

  -- What one finding says of who has to act; what another explains says nothing.
  function M.claim(finding)
    if finding.explained_by ~= nil then
      return M.Claim.make("unknown", false)
    end
    return M.Claim.make(finding.party, finding.effect == "explains-outcome")
  end

  -- Who has to act: whom a finding blames that explains the outcome, else the table's `own`
  function M.party_of(own, claims)
    local list1 = { n = 0 }
    for _, one in py.each(claims) do
      if one.party ~= "unknown" then
        py.append(list1, one)
      end
    end
    local named = list1
    for _, one in py.each(named) do
      if one.explains then
        return one.party
      end
    end
    if (own == nil or own == "unknown") and named.n > 0 then
      return named[1].party
    end
    return own
  end

  -- The class alone: what is counted, without filling any sentence.
  function M.word(exchange)
    return M._row(exchange).word
  end

  -- The same of an exchange that is not made yet.
  function M.word_of(registration, outcome, stopped_at)
    return M._fitting(registration, outcome, stopped_at).word
  end

  -- Whether what is called so reached what it was for; None where the capture cannot tell.
  function M.succeeded(found)
    return M._SUCCEEDED:get(found)
  end

  -- `UE` in the IMS, else `client`.
  function M.client_name(exchange)
    return exchange.dialect == "ims" and "UE" or "client"
  end

  -- `P-CSCF` in the IMS, else `server`.
  function M.server_name(exchange)
    return exchange.dialect == "ims" and "P-CSCF" or "server"
  end

  -- A party in the words of the exchange's dialect.
  function M.party_name(exchange, party)
    if party == "ue" then
      return M.client_name(exchange)
    end
    return party == "pcscf" and M.server_name(exchange) or M.PARTIES:get(party)
  end

  -- Who has to act, in the words of the exchange's dialect; None where that is nobody who could,
  function M.to_act(exchange, verdict)
    local value1
    if py.contains(M._NOBODY, verdict.party) then
      value1 = nil
    else
      value1 = M.party_name(exchange, verdict.party)
    end
    return value1
  end

  -- The last step of that role: the one its round ended with.
  function M.step_of(exchange, role)
    local first1
    for _, step in py.each(py.reversed(exchange.steps)) do
      if step.role == role then
        first1 = step
        break
      end
    end
    return first1
  end

  -- The step whose list the Verify has to echo: the last one before it that carries a list.
  function M.list_step(exchange)
    local verify = M.step_of(exchange, "verify")
    for _, step in py.each(py.reversed(exchange.steps)) do
      if step.server.n > 0 and (verify == nil or py.less(step.time, verify.time)) then
        return step
      end
    end
    return nil
  end

  -- One sentence under the headline, for an agreement that was bypassed; None for any other.
  function M.explanation(exchange, frame)
    if exchange.outcome ~= "bypassed" then
      return nil
    end
    local result, verify = M.step_of(exchange, "result"), M.step_of(exchange, "verify")
    local challenge = M.list_step(exchange)
    local answer = result and (result.code or 0) ~= 0 and str.strip(str.of(result.code) .. " " .. (result.reason or "")) or "yes"
    local place = result and " (" .. frame(result) .. ")" or ""
    local head = "The " .. M.server_name(exchange) .. " said " .. answer .. place .. " to a"
    if verify == nil then
      return head .. " request without the agreement it needed."
    end
    if verify.verify.n == 0 then
      return head .. " request (" .. frame(verify) .. ") without Security-Verify."
    end
    if challenge and (verify.comparison and verify.comparison.level == "different") then
      local wrong = "Security-Verify (" .. frame(verify) .. ") that is not its list (" .. frame(challenge) .. ")"
      return head .. " " .. wrong .. "."
    end
    return head .. " request (" .. frame(verify) .. ") outside the agreed protection."
  end

  function M._row(exchange)
    return M._fitting(exchange.registration, exchange.outcome, exchange.stopped_at)
  end

  function M._fitting(registration, outcome, stopped_at)
    if registration == nil then
      return M._found(false, nil, nil, outcome, stopped_at)
    end
    return M._found(true, registration.state, registration.basis, outcome, stopped_at)
  end

  M._found = py.lru_cache(128, function(registers, state, basis, outcome, stopped_at)
    local table_ = registers and M._REGISTRATIONS or M._REQUESTS
    local facts = { state, basis, outcome, stopped_at, n = 4 }
    for _, row in py.each(table_) do
      local all1 = true
      for _, item1 in py.each(py.zip({ row.state, row.basis, row.outcome, row.stopped_at, n = 4 }, facts)) do
        local cell, fact = item1[1], item1[2]
        if not (cell == nil or cell == fact) then
          all1 = false
          break
        end
      end
      if all1 then
        return row
      end
    end
    return table_[table_.n]
  end)

  function M._words(exchange)
    local registration = exchange.registration
    local challenge = M.step_of(exchange, "challenge")
    local result = M.step_of(exchange, "result")
    local value2
    if registration then
      value2 = registration.code
    else
      local value3
      if result then
        value3 = result.code
      end
      value2 = value3
    end
    local code = value2
    local value5
    if registration then
      value5 = registration.reason
    else
      local value6
      if result then
        value6 = result.reason
      end
      value5 = value6
    end
    local reason = value5
    local numeral = code == nil and "" or str.of(code)
    local answer = str.strip(numeral .. " " .. (reason or ""))
    local refused = exchange.outcome == "rejected" or registration ~= nil
    local any1 = false
    for _, s in py.each(exchange.steps) do
      if s.protection == "esp" then
        any1 = true
        break
      end
    end
    return py.dict_of({ { "client", M.client_name(exchange), n = 2 }, { "method", exchange.method, n = 2 }, { "code", numeral ~= "" and numeral or "refused", n = 2 }, { "answer", answer ~= "" and answer or (refused and "refused" or "not answered"), n = 2 }, { "challenge", challenge and (challenge.code or 0) ~= 0 and str.of(challenge.code) or "challenge", n = 2 }, { "place", M._place(exchange), n = 2 }, { "followed", M._followed(exchange).text, n = 2 }, { "followed_brief", M._followed(exchange).brief, n = 2 }, { "esp_out", any1 and ", ESP out" or "", n = 2 }, n = 9 })
  end

  -- Where a refusal came: `at authentication`, `to the first REGISTER`.
  function M._place(exchange)
    if M.step_of(exchange, "challenge") == nil and M.step_of(exchange, "verify") == nil then
      return "to the first " .. exchange.method
    end
    if exchange.layer == nil or exchange.layer == "reachability" then
      return "to the second " .. exchange.method
    end
    return "at " .. exchange.layer
  end

  function M._stopped(exchange, row)
    if py.contains(M.ROLES, exchange.stopped_at) and M._SUCCEEDED:get(row.word) ~= true then
      return "stopped at step " .. str.of(py.index(M.ROLES, exchange.stopped_at)) .. " of " .. str.of(M.ROLES.n)
    end
    return ""
  end

  function M._own_party(exchange, row)
    if row.word == "given up" and exchange.layer == "protection" then
      return M._LAYER_PARTY:get("protection")
    end
    if row.word == "rejected" then
      if M._contradicts_itself(exchange) then
        return "pcscf"
      end
      return M._LAYER_PARTY:get(exchange.layer or "", "unknown")
    end
    return row.party
  end

  -- 420 to what the same server demanded by its own 421 or 494 (RFC 3329 2.3.1).
  function M._contradicts_itself(exchange)
    local result = M.step_of(exchange, "result")
    if result == nil or result.code ~= 420 then
      return false
    end
    local any1 = false
    for _, step in py.each(exchange.steps) do
      if step.role == "challenge" and (step.code == 421 or step.code == 494) then
        any1 = true
        break
      end
    end
    return any1
  end

  -- Where the exchange begins; None where none of its messages was read.
  function M.first_frame(exchange)
    return exchange.steps.n > 0 and M.anchor(exchange.steps[1]) or nil
  end

  -- The frame where Wireshark shows a step.
  function M.anchor(step)
    return Frame.make(step.capture, step.frame)
  end

  return M
end
