-- Made from analyzer/report/closed.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local regex = import("runtime.regex")
  local MILLISECOND = import("limits").MILLISECOND
  local address_text = import("agreement.naming").address_text
  local again = import("report.steps").again
  local frame_name = import("report.naming").frame_name
  local iso = import("substitutes").iso
  local mechanism = import("report.steps").mechanism
  local model = import("report.model")
  local signals = import("report.evidence").signals
  local steps = import("report.steps").steps
  local M = {}

  M._IMSI = regex.compile({groups = 1, names = {}, match = {"save", 2, 0, 0, "fewer", "[0-9]", 14, 15, "save", 3, 1, 0, "split", 17, 25, 0, "char", 64, 0, 0, "jump", 29, 0, 0, "at", "end", 0, 0, "match", 0, 0, 0}, full = {"save", 2, 0, 0, "few", "[0-9]", 14, 15, "save", 3, 1, 0, "split", 17, 25, 0, "char", 64, 0, 0, "jump", 29, 0, 0, "at", "end", 0, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[0-9]", text = true})

  M._MSISDN = regex.compile({groups = 1, names = {}, match = {"text", "tel:", 4, 0, "save", 2, 0, 0, "few", "[%+]", 0, 1, "few", "[0-9]", 5, 15, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"text", "tel:", 4, 0, "save", 2, 0, 0, "few", "[%+]", 0, 1, "few", "[0-9]", 5, 15, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "tel:", text = true})

  M._IMEI = regex.compile({groups = 1, names = {}, match = {"text", "urn:gsma:imei:", 14, 0, "save", 2, 0, 0, "fewer", "[0-9]", 8, 8, "few", "[%-]", 0, 1, "fewer", "[0-9]", 6, 6, "few", "[%-]", 0, 1, "set", "[0-9]", 0, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"text", "urn:gsma:imei:", 14, 0, "save", 2, 0, 0, "fewer", "[0-9]", 8, 8, "few", "[%-]", 0, 1, "fewer", "[0-9]", 6, 6, "few", "[%-]", 0, 1, "set", "[0-9]", 0, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = "urn:gsma:imei:", text = true})

  M._CELL = regex.compile({groups = 1, names = {}, match = {"split", 5, 13, 0, "text", "utran-cell-id-3gpp", 18, 0, "jump", 17, 0, 0, "text", "cgi-3gpp", 8, 0, "char", 61, 0, 0, "few", "[\034]", 0, 1, "save", 2, 0, 0, "span", "^[0-9A-Fa-f]*", 1, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"split", 5, 13, 0, "text", "utran-cell-id-3gpp", 18, 0, "jump", 17, 0, 0, "text", "cgi-3gpp", 8, 0, "char", 61, 0, 0, "few", "[\034]", 0, 1, "save", 2, 0, 0, "span", "^[0-9A-Fa-f]*", 1, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, first = "[cu]", text = true})

  -- One closed run as the sweep keeps it, beside the messages of its steps. Addresses are raw
  M.Closed = py.struct("Closed", { "number", "key", "dialect", "kind", "method", "call_id", "ue", "first_hop", "begun", "ended", "impi", "impu", "imsi", "registration", "outcome", "stopped_at", "layer", "failed", "mediasec", "agreed", "under", "signals", "coverage", "not_checked" })

  function M.Closed.make(number, key, dialect, kind, method, call_id, ue, first_hop, begun, ended, impi, impu, imsi, registration, outcome, stopped_at, layer, failed, mediasec, agreed, under, signals, coverage, not_checked)
    return setmetatable({
      number = number,
      key = key,
      dialect = dialect,
      kind = kind,
      method = method,
      call_id = call_id,
      ue = ue,
      first_hop = first_hop,
      begun = begun,
      ended = ended,
      impi = impi,
      impu = impu,
      imsi = imsi,
      registration = registration,
      outcome = outcome,
      stopped_at = stopped_at,
      layer = layer,
      failed = failed,
      mediasec = mediasec,
      agreed = agreed,
      under = under,
      signals = signals,
      coverage = coverage,
      not_checked = not_checked,
    }, M.Closed)
  end
  py.done(M.Closed)

  -- What is kept of a run that was judged; takes its signals for it.
  function M.put_away(judged, captures)
    if captures == nil then
      captures = 1
    end
    local facts = judged.facts
    local run = facts.exchange
    local access = run.access
    local verdict = facts.verdict
    local tuple1 = M._of_steps(run)
    local ended, impi, impu, mediasec = tuple1[1], tuple1[2], tuple1[3], tuple1[4]
    return M.Closed.make(run.number, run.key, facts.dialect, facts.kind, run.method, run.call_id, access.ue, access.first_hop, run.begun, ended, impi, impu, M._found(M._IMSI, (impi or "") ~= "" and impi or str.removeprefix(impu or "", "sip:")), M.registration(verdict.registration, run, captures), facts.outcome, verdict.stopped_at, verdict.layer, verdict.failed, mediasec, M._agreed(judged), run.under == nil and 0 or run.under.number, signals(run), M._coverage(judged), judged.not_checked)
  end

  -- When its last step was; private and public identity, None where none was read; whether a list
  function M._of_steps(run)
    local steps = run.steps
    local ended = steps.n > 0 and steps[1].time or run.begun
    local impi = nil
    local impu = nil
    local mediasec = false
    for _, step in py.each(steps) do
      if step.time > ended then
        ended = step.time
      end
      local place = step.place
      if place ~= nil then
        local message = place.message
        if impi == nil and message.is_request then
          local credentials = message.credentials
          if credentials ~= nil then
            impi = (credentials.username or "") ~= "" and credentials.username or nil
          end
        end
        if impu == nil and message.cseq_method == "REGISTER" then
          impu = message.to_uri ~= "" and message.to_uri or nil
        end
        for _, listed in place.lists:pairs() do
          if listed.media.n > 0 then
            mediasec = true
          end
        end
      end
    end
    return { ended, impi, impu, mediasec, n = 4 }
  end

  -- What became of the registration, its signs with their frames; None where there is none.
  function M.registration(found, run, captures)
    if found == nil then
      return nil
    end
    local answer = found.answer
    local value1
    if answer == nil then
      value1 = nil
    else
      value1 = answer.message
    end
    local message = value1
    local value2
    if message == nil then
      value2 = nil
    else
      value2 = message.code
    end
    local value3
    if message == nil then
      value3 = nil
    else
      value3 = message.reason ~= "" and message.reason or nil
    end
    local list1 = { n = 0 }
    for _, one in py.each(found.signs) do
      py.append(list1, M._sign(one, captures))
    end
    local value4
    if message == nil then
      value4 = nil
    else
      value4 = model.Frame.make(message.capture, message.frame)
    end
    return model.Registration.make(found.state, value2, value3, found.basis, list1, M._duration(found, run), value4)
  end

  function M._sign(one, captures)
    if one.frame == 0 then
      return one.text
    end
    return one.text .. " (" .. frame_name(one.capture, one.frame, captures) .. ")"
  end

  -- From the first REGISTER to what ended the run on the access side.
  function M._duration(found, run)
    local end_ = run:last("result")
    if end_ == nil or (found.state == "unknown" or run:first("offer") == nil) then
      return nil
    end
    return (end_.time - run.begun) / MILLISECOND
  end

  function M._agreed(judged)
    local run = judged.facts.exchange
    if run.association ~= nil then
      return run.association.server
    end
    local holds1 = run.under ~= nil
    if holds1 then
      local value2 = judged.facts.kind
      holds1 = value2 == "refresh" or value2 == "deregistration"
    end
    if holds1 then
      return nil
    end
    local chosen = judged.facts.chosen
    local holds2 = chosen == nil
    if not holds2 then
      local value4 = judged.facts.outcome
      holds2 = not (value4 == "agreed" or value4 == "bypassed")
    end
    if holds2 then
      return nil
    end
    return chosen.element
  end

  function M._coverage(judged)
    local seen = judged.coverage
    local known = judged.facts.exchange.authentication
    local value1
    if known == nil then
      value1 = nil
    else
      value1 = known.network
    end
    local network = value1
    local value2
    if network == nil then
      value2 = nil
    else
      value2 = network and "right" or "wrong"
    end
    return model.Coverage.make(seen.start, seen.both_directions, seen.protected_part, seen.keys, seen.synthetic, value2)
  end

  -- The exchange of the report with its steps (`steps`), without findings.
  function M.whole(run, kept, headers, texts)
    if headers == nil then
      headers = false
    end
    if texts == nil then
      texts = false
    end
    local list1 = { n = 0 }
    for _, one in py.each(kept) do
      py.append(list1, again(one))
    end
    local read = list1
    local list2 = { n = 0 }
    for _, message in py.each(read) do
      if message ~= nil then
        py.append(list2, message)
      end
    end
    local made = M.exchange(run, list2)
    made.steps = steps(kept, headers, texts, read)
    return made
  end

  -- The exchange of the report, without its steps (`steps`) and findings; `messages` are those of
  function M.exchange(run, messages)
    local first1
    for _, m in py.each(messages) do
      if m.src == run.ue then
        first1 = m
        break
      end
    end
    local first = first1
    local value1
    if first == nil then
      value1 = nil
    else
      value1 = first.sport
    end
    local value2
    if first == nil then
      value2 = nil
    else
      value2 = first.dport
    end
    local value3
    if run.agreed == nil then
      value3 = nil
    else
      value3 = mechanism(run.agreed)
    end
    return model.Exchange.make("E" .. str.of(run.number), run.key, run.dialect, run.mediasec, run.kind, run.method, run.call_id ~= "" and run.call_id or nil, model.Endpoint.make(address_text(run.ue), value1), model.Endpoint.make(address_text(run.first_hop), value2), M._identity(run, messages), M._agent(messages, run.ue, "user-agent"), M._agent(messages, run.first_hop, "server"), run.registration, run.stopped_at ~= "" and run.stopped_at or nil, run.layer ~= "" and run.layer or nil, run.outcome, value3, run.under ~= 0 and "A" .. str.of(run.under) or nil, iso(run.begun), iso(run.ended), (run.ended - run.begun) / MILLISECOND, nil, run.failed and run.stopped_at ~= "" and { run.stopped_at, n = 1 } or { n = 0 }, run.signals, run.coverage, run.not_checked)
  end

  function M._identity(run, messages)
    local identity = model.Identity.make(run.impi, run.impu, run.imsi)
    for _, message in py.each(messages) do
      identity.imei = (identity.imei or "") ~= "" and identity.imei or M._found(M._IMEI, message:value("contact"))
      identity.cell = (identity.cell or "") ~= "" and identity.cell or M._found(M._CELL, message:value("p-access-network-info"))
      local associated = message:value("p-associated-uri")
      identity.msisdn = (identity.msisdn or "") ~= "" and identity.msisdn or M._found(M._MSISDN, associated)
    end
    return identity
  end

  function M._found(pattern, text)
    local value1
    if (text or "") ~= "" then
      value1 = pattern:search(text)
    end
    local match = value1
    local value2
    if match == nil then
      value2 = nil
    else
      value2 = match:group(1)
    end
    return value2
  end

  function M._agent(messages, source, header)
    for _, message in py.each(messages) do
      if message.src == source then
        local value1 = message:value(header)
        if (value1 or "") == "" then
          value1 = message:value("user-agent")
        end
        local agent = value1
        if (agent or "") ~= "" then
          return agent
        end
      end
    end
    return nil
  end

  return M
end
