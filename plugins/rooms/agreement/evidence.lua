-- Made from analyzer/agreement/evidence.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local Dns = import("flows.datagram").Dns
  local Flow = import("agreement.esp_flow").Flow
  local HOMELESS = import("limits").HOMELESS
  local Ike = import("flows.datagram").Ike
  local SHORTEST_T1 = import("limits").SHORTEST_T1
  local SIGNALLED = import("limits").SIGNALLED
  local SIGNALS = import("limits").SIGNALS
  local M = {}

  M.TLS_1_3 = 772

  M.SYN_WAIT = 3000000000

  M.NAME_WAIT = 5000000000

  M.IKE_WAIT = 2000000000

  M.ENCRYPTED_ALERT = 64

  -- One TCP connection; `src` began it. `frame` and `time` are those of its first packet.
  M.Connection = py.struct("Connection", { "src", "dst", "sport", "dport", "protection", "frame", "time", "tries", "tried", "accepted", "reset", "reset_by", "finished", "hello", "answer", "alert", "alert_frame", "alert_by", "secured", "client_data", "claimed" })

  function M.Connection.make(src, dst, sport, dport, protection, frame, time, tries, tried, accepted, reset, reset_by, finished, hello, answer, alert, alert_frame, alert_by, secured, client_data, claimed)
    if tries == nil then
      tries = 0
    end
    if tried == nil then
      tried = 0
    end
    if reset_by == nil then
      reset_by = ""
    end
    if finished == nil then
      finished = false
    end
    if alert_by == nil then
      alert_by = ""
    end
    if secured == nil then
      secured = false
    end
    if client_data == nil then
      client_data = false
    end
    if claimed == nil then
      claimed = false
    end
    return setmetatable({
      src = src,
      dst = dst,
      sport = sport,
      dport = dport,
      protection = protection,
      frame = frame,
      time = time,
      tries = tries,
      tried = tried,
      accepted = accepted,
      reset = reset,
      reset_by = reset_by,
      finished = finished,
      hello = hello,
      answer = answer,
      alert = alert,
      alert_frame = alert_frame,
      alert_by = alert_by,
      secured = secured,
      client_data = client_data,
      claimed = claimed,
    }, M.Connection)
  end

  -- What became of it by that time; None where that cannot be told yet.
  function M.Connection:link(until_)
    if self.secured then
      return "secured"
    end
    local ended = self.reset ~= nil or self.finished
    if self.hello ~= nil or self.answer ~= nil then
      local broken = self.alert ~= nil and self.alert.fatal
      return (broken or ended) and "failed" or "hello"
    end
    if self.accepted ~= nil then
      return self.reset ~= nil and "reset" or "opened"
    end
    if self.reset ~= nil then
      return self.tries ~= 0 and "refused" or "reset"
    end
    local waited = until_ - self.time >= M.SYN_WAIT
    return self.tries ~= 0 and waited and "unanswered" or nil
  end
  py.done(M.Connection)

  -- One name asked for: by whom, how often, and what came back (`code` -1: nothing).
  M.Lookup = py.struct("Lookup", { "client", "server", "name", "type", "frame", "time", "tries", "code", "answered", "targets", "number", "tried" })

  function M.Lookup.make(client, server, name, type_, frame, time, tries, code, answered, targets, number, tried)
    if tries == nil then
      tries = 1
    end
    if code == nil then
      code = -1
    end
    if targets == nil then
      targets = { n = 0 }
    end
    if number == nil then
      number = 0
    end
    if tried == nil then
      tried = 0
    end
    return setmetatable({
      client = client,
      server = server,
      name = name,
      type = type_,
      frame = frame,
      time = time,
      tries = tries,
      code = code,
      answered = answered,
      targets = targets,
      number = number,
      tried = tried,
    }, M.Lookup)
  end
  py.done(M.Lookup)

  -- One run of IKE: how far it came (`exchange`), and an error that it reported in clear.
  M.Tunnel = py.struct("Tunnel", { "client", "server", "exchange", "frame", "time", "tries", "answered", "error" })

  function M.Tunnel.make(client, server, exchange, frame, time, tries, answered, error_)
    if tries == nil then
      tries = 1
    end
    if answered == nil then
      answered = ""
    end
    if error_ == nil then
      error_ = ""
    end
    return setmetatable({
      client = client,
      server = server,
      exchange = exchange,
      frame = frame,
      time = time,
      tries = tries,
      answered = answered,
      error = error_,
    }, M.Tunnel)
  end
  py.done(M.Tunnel)

  -- What was heard between two ends, of each sort the newest `limits.SIGNALS`.
  M.Heard = py.class("Heard")

  function M.Heard.make()
    local self = setmetatable({}, M.Heard)
    self.connections = py.dict()
    self.past = py.deque(nil, SIGNALS)
    self.errors = py.deque(nil, SIGNALS)
    self.lookups = py.dict()
    self.tunnels = py.dict()
    self.flows = py.dict()
    return self
  end

  -- A SYN, its answer, an end, or TLS.
  function M.Heard:connected(signal, said)
    local found = self.connections:get({ signal.src, signal.sport, signal.dport, n = 3 })
    local from_client = found ~= nil
    if found == nil then
      found = self.connections:get({ signal.dst, signal.dport, signal.sport, n = 3 })
    end
    if found == nil or signal.kind == "syn" and (not from_client or M._over(found)) then
      if found ~= nil and from_client then
        self.past:append(found)
      end
      local tuple1 = self:_began(signal, said)
      found, from_client = tuple1[1], tuple1[2]
    end
    M._note(found, signal, said, from_client)
  end

  -- A connection met with its SYN, or in its middle: then who began it is a guess.
  function M.Heard:_began(signal, said)
    local answers = signal.kind == "syn-ack" or said ~= nil and said.kind == "server-hello"
    local ends = { { signal.src, signal.sport, n = 2 }, { signal.dst, signal.dport, n = 2 }, n = 2 }
    if answers then
      py.reverse(ends)
    end
    local src, sport, dst, dport
    local tuple1 = ends[1]
    src, sport = tuple1[1], tuple1[2]
    local tuple2 = ends[2]
    dst, dport = tuple2[1], tuple2[2]
    local frame = { signal.capture, signal.frame, n = 2 }
    local made = M.Connection.make(src, dst, sport, dport, signal.protection, frame, signal.time)
    M._make_room(self.connections)
    self.connections:set({ src, sport, dport, n = 3 }, made)
    return { made, not answers, n = 2 }
  end

  -- A name, or its answer.
  function M.Heard:asked(signal, said)
    local question = said.code < 0
    local tuple1 = question and { signal.src, signal.dst, n = 2 } or { signal.dst, signal.src, n = 2 }
    local client, server = tuple1[1], tuple1[2]
    local key = { client, str.lower(said.name), said.type, n = 3 }
    local found = self.lookups:get(key)
    local frame = { signal.capture, signal.frame, n = 2 }
    if found == nil then
      M._make_room(self.lookups)
      local value1 = M.Lookup.make(client, server, said.name, said.type, frame, signal.time, nil, nil, nil, nil, said.number)
      found = value1
      self.lookups:set(key, value1)
    elseif question and (said.number ~= found.number or signal.time - found.tried >= SHORTEST_T1) then
      found.tries = found.tries + 1
      found.number = said.number
    end
    if question then
      found.tried = signal.time
    end
    if not question and (found.code ~= 0 or said.code == 0) then
      found.code, found.targets, found.answered = said.code, said.targets, frame
    end
  end

  -- One message of IKE.
  function M.Heard:negotiated(signal, said)
    local found = self.tunnels:get(said.initiator)
    if found == nil then
      M._make_room(self.tunnels)
      local client, server = signal.src, signal.dst
      if said.response then
        client, server = server, client
      end
      local frame = { signal.capture, signal.frame, n = 2 }
      found = M.Tunnel.make(client, server, said.exchange, frame, signal.time, 0)
      self.tunnels:set(said.initiator, found)
    end
    if said.response then
      found.answered = said.exchange
    elseif signal.src == found.client then
      found.tries = said.exchange == found.exchange and found.tries + 1 or 1
      found.exchange = said.exchange
    end
    if said.error ~= "" then
      found.error, found.frame = said.error, { signal.capture, signal.frame, n = 2 }
    end
  end

  -- An ESP packet.
  function M.Heard:passed(esp)
    local key = { esp.src, esp.spi, n = 2 }
    local flow = self.flows:get(key)
    if flow == nil then
      if self.flows.size >= HOMELESS then
        return
      end
      local value1 = Flow.make(esp.spi, esp.src, esp.dst, "to-client", "")
      flow = value1
      self.flows:set(key, value1)
      flow.first_time = esp.time
      py.append(flow.frames, { esp.capture, esp.frame, n = 2 })
    end
    flow.packets = flow.packets + 1
  end
  py.done(M.Heard)

  -- All that was heard, by the two ends it speaks of.
  M.Evidence = py.class("Evidence")

  function M.Evidence.make()
    local self = setmetatable({}, M.Evidence)
    self._between = py.dict()
    self.dropped = 0
    self.until_ = 0
    return self
  end

  function M.Evidence:__len__()
    return self._between.size
  end

  -- Take one signal.
  function M.Evidence:hear(signal)
    local heard = self:_heard(signal.src, signal.dst)
    local said = signal.said
    if py.isinstance(said, Dns) then
      heard:asked(signal, said)
    elseif py.isinstance(said, Ike) then
      heard:negotiated(signal, said)
    elseif signal.kind == "icmp" or signal.kind == "tcp-gap" then
      heard.errors:append(signal)
    else
      heard:connected(signal, said)
    end
  end

  -- Take an ESP packet between ends that no registration was seen of.
  function M.Evidence:passed(esp)
    self:_heard(esp.src, esp.dst):passed(esp)
  end

  -- Connections and errors between two ends, from `since` to `until` (ns).
  function M.Evidence:between(one, other, since, until_)
    local value1
    if self._between.size > 0 then
      value1 = self._between:get(M._ends(one, other))
    end
    local heard = value1
    if heard == nil then
      return { n = 0 }
    end
    local entries = py.concat(heard.past, heard.connections:values(), heard.errors)
    local list1 = { n = 0 }
    for _, entry in py.each(entries) do
      if since <= entry.time and entry.time <= until_ then
        py.append(list1, entry)
      end
    end
    return list1
  end

  -- What was heard between any two ends.
  function M.Evidence:everything()
    local given = { n = 0 }
    py.extend(given, self._between:values())
    return given
  end

  function M.Evidence:_heard(one, other)
    local ends = M._ends(one, other)
    local heard = self._between:pop(ends)
    if heard == nil then
      heard = M.Heard.make()
      if self._between.size >= SIGNALLED then
        self._between:delete(self._between:first_key())
        self.dropped = self.dropped + 1
      end
    end
    self._between:set(ends, heard)
    return heard
  end
  py.done(M.Evidence)

  -- Let the oldest of as many as may be kept go.
  function M._make_room(entries)
    if entries.size >= SIGNALS then
      entries:delete(entries:first_key())
    end
  end

  function M._ends(one, other)
    return not py.less(other, one) and { one, other, n = 2 } or { other, one, n = 2 }
  end

  -- A SYN on its ports begins another one.
  function M._over(found)
    return found.finished or found.reset ~= nil
  end

  function M._note(found, signal, said, from_client)
    local frame = { signal.capture, signal.frame, n = 2 }
    if said ~= nil then
      M._secure(found, said, from_client, frame, signal.src)
    elseif signal.kind == "syn" then
      if found.tries == 0 or signal.time - found.tried >= SHORTEST_T1 then
        found.tries = found.tries + 1
        found.tried = signal.time
      end
    elseif signal.kind == "syn-ack" then
      found.accepted = found.accepted and found.accepted.n > 0 and found.accepted or frame
    elseif signal.kind == "rst" then
      if found.reset == nil then
        found.reset, found.reset_by = frame, signal.src
      end
    elseif signal.kind == "fin" then
      found.finished = true
    end
  end

  -- RFC 5246 7.3, RFC 8446 2: who sends encrypted data has seen the handshake through.
  function M._secure(found, said, from_client, frame, by)
    if said.kind == "client-hello" then
      found.hello = said
    elseif said.kind == "server-hello" then
      found.answer = said
    elseif said.kind == "alert" then
      if found.alert == nil or said.fatal then
        found.alert, found.alert_frame, found.alert_by = said, frame, by
      end
    elseif found.answer ~= nil and found.answer.version >= M.TLS_1_3 then
      if from_client then
        found.client_data = true
      elseif found.client_data and said.size > M.ENCRYPTED_ALERT then
        found.secured = true
      end
    else
      found.secured = true
    end
  end

  return M
end
