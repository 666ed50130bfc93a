-- Made from analyzer/agreement/attempt.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local regex = import("runtime.regex")
  local CHALLENGED = import("agreement.states").CHALLENGED
  local Connection = import("agreement.evidence").Connection
  local OFFERED = import("agreement.states").OFFERED
  local Sign = import("agreement.exchange").Sign
  local Signal = import("flows.datagram").Signal
  local M = {}

  M.WENT_ON = py.dict_of({
    { "secured", true, n = 2 }, { "opened", nil, n = 2 }, { "hello", nil, n = 2 },
    { "reset", false, n = 2 }, { "refused", false, n = 2 }, { "unanswered", false, n = 2 },
    { "failed", false, n = 2 },
    n = 7,
  })

  M.REG_ID = regex.compile({groups = 1, names = {}, match = {"char", 59, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Gg]", 0, 0, "char", 45, 0, 0, "set", "[Ii]", 0, 0, "set", "[Dd]", 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "span", "^[0-9]*", 1, 0, "save", 3, 1, 0, "match", 0, 0, 0}, full = {"char", 59, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "set", "[Rr]", 0, 0, "set", "[Ee]", 0, 0, "set", "[Gg]", 0, 0, "char", 45, 0, 0, "set", "[Ii]", 0, 0, "set", "[Dd]", 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "char", 61, 0, 0, "span", "^[\009-\013\028- ]*", 0, 0, "save", 2, 0, 0, "span", "^[0-9]*", 1, 0, "save", 3, 1, 0, "at", "stop", 0, 0, "match", 0, 0, 0}, prefix = ";", text = true})

  M.WEIGHT = { "secured", "failed", "hello", "refused", "unanswered", "reset", "opened", n = 7 }

  M.FINAL_ERRORS = {
    "protocol unreachable", "port unreachable", "host administratively prohibited",
    "network administratively prohibited", "administratively prohibited",
    n = 5,
  }

  -- One attempt: `went_on` is None where the capture cannot tell what became of it.
  M.Attempt = py.struct("Attempt", { "kind", "went_on", "frame", "flow" })

  function M.Attempt.make(kind, went_on, frame, flow)
    return setmetatable({ kind = kind, went_on = went_on, frame = frame, flow = flow }, M.Attempt)
  end
  py.done(M.Attempt)

  -- The attempt that says most; None where the client did nothing that was seen.
  function M.attempt(exchange)
    if exchange.state ~= CHALLENGED then
      return nil
    end
    local challenge = exchange:last("challenge")
    if challenge == nil then
      return nil
    end
    return M._connected(exchange, challenge.time) or (M._sent_esp(exchange, challenge.time) or M._quoted(exchange, challenge.time))
  end

  -- What happens only after a challenge, in a run that stands at its offer: TLS that the client
  function M.went_on_unseen(exchange)
    if exchange.state ~= OFFERED then
      return nil
    end
    local since, access = exchange.last_time, exchange.access
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Connection) and (one.src == access.ue and one.time >= since) then
        if one:link(exchange.end_time) == "secured" and not M.carries(exchange, one) then
          return Sign.make("TLS was set up after the request", py.unpack(one.frame))
        end
      end
    end
    for _, flow in access.strays:pairs() do
      if flow.direction == "to-client" and flow.first_time >= since then
        return Sign.make("ESP towards the client began after the request", py.unpack(flow.frames[1]))
      end
    end
    return nil
  end

  -- Milliseconds from a REGISTER that waits for its final response to the REGISTER with which the
  function M.began_anew(exchange)
    local asked, anew = exchange.pending, exchange.superseded_by
    if asked == nil or (anew == nil or (asked.method ~= "REGISTER" or anew.method ~= "REGISTER")) then
      return nil
    end
    if asked.final ~= nil or M._flow_of(asked) ~= M._flow_of(anew) then
      return nil
    end
    for _, one in py.each(exchange.evidence) do
      if one.time >= asked.time then
        local holds1 = py.isinstance(one, Signal)
        if not holds1 then
          local value2 = one:link(anew.time)
          holds1 = not (value2 == "opened" or value2 == "secured")
        end
        if holds1 then
          return nil
        end
      end
    end
    return math.floor((anew.time - asked.time) / 1000000)
  end

  -- reg-id of its Contact, as text.
  function M._flow_of(register)
    local found = M.REG_ID:search(register:value("contact") or "")
    return found == nil and "" or found:group(1)
  end

  -- The ICMP error that quotes the last request of a run and leaves no hope of an answer.
  function M.undeliverable(exchange)
    local step = exchange.steps.n > 0 and exchange.steps[exchange.steps.n] or nil
    if step == nil then
      return nil
    end
    local ue = exchange.access.ue
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Signal) and (one.kind == "icmp" and one.src == ue) then
        if one.time >= step.time and (py.contains(M.FINAL_ERRORS, one.detail) and M._quotes(one, step)) then
          return one
        end
      end
    end
    return nil
  end

  -- Whether the packet that an ICMP error quotes may be the one of this step.
  function M._quotes(error_, step)
    if step.place == nil then
      return step.esp ~= nil and error_.spi == step.esp.spi
    end
    local message = step.place.message
    if not message.is_request then
      return false
    end
    if error_.spi >= 0 then
      return error_.spi == message.spi
    end
    return py.equal({ error_.sport, error_.dport, n = 2 }, { message.sport, message.dport, n = 2 })
  end

  function M._connected(exchange, since)
    local ue = exchange.access.ue
    local found = { n = 0 }
    local link
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Connection) and (one.src == ue and one.time >= since) then
        link = one:link(exchange.end_time)
        if link ~= nil and not M.carries(exchange, one) then
          py.append(found, { py.index(M.WEIGHT, link), one, link, n = 3 })
        end
      end
    end
    if found.n == 0 then
      return nil
    end
    local tuple1 = py.min(found, nil, function(entry) return { entry[1], entry[2].time, n = 2 } end)
    local best = tuple1[2]
    link = tuple1[3]
    local went_on = M.WENT_ON:get(link)
    if link == "hello" and best.answer == nil then
      went_on = false
    end
    return M.Attempt.make(best.hello ~= nil and "tls" or "tcp", went_on, best.frame)
  end

  -- ESP of the client too short for a request (a SYN, as a rule), or on an SPI of no list.
  function M._sent_esp(exchange, since)
    local association = exchange.association
    local flows = association == nil and { n = 0 } or py.list(association.flows:values())
    py.extend(flows, exchange.access.strays:values())
    local list1 = { n = 0 }
    for _, flow in py.each(flows) do
      if flow.packets ~= 0 and flow.last_time >= since then
        py.append(list1, flow)
      end
    end
    local live = list1
    local list2 = { n = 0 }
    for _, flow in py.each(live) do
      if flow.direction == "to-server" then
        py.append(list2, flow)
      end
    end
    local sent = list2
    if sent.n == 0 then
      return nil
    end
    local answered = sent.n < live.n
    local value1
    if answered then
      value1 = nil
    else
      value1 = false
    end
    local list3 = sent[1].frames
    return M.Attempt.make("esp", value1, list3[list3.n], sent[1])
  end

  -- An ICMP error that quotes what the client sent: it did send.
  function M._quoted(exchange, since)
    local ue = exchange.access.ue
    for _, one in py.each(exchange.evidence) do
      if py.isinstance(one, Signal) and (one.kind == "icmp" and (one.src == ue and one.time >= since)) then
        return M.Attempt.make("icmp", false, { one.capture, one.frame, n = 2 })
      end
    end
    return nil
  end

  -- Whether messages of the run were read on this connection.
  function M.carries(exchange, connection)
    local ends = py.set({ { connection.src, connection.sport, n = 2 }, { connection.dst, connection.dport, n = 2 }, n = 2 })
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil then
        local message = step.place.message
        if py.equal(py.set({ { message.src, message.sport, n = 2 }, { message.dst, message.dport, n = 2 }, n = 2 }), ends) then
          return true
        end
      end
    end
    return false
  end

  return M
end
