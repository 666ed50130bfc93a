-- Made from analyzer/agreement/reconstruction.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ACCESSES = import("limits").ACCESSES
  local ANSWER = import("agreement.states").ANSWER
  local ANSWERED = import("agreement.states").ANSWERED
  local ASKED_LAST = import("agreement.order").ASKED
  local Beyond = import("agreement.beyond").Beyond
  local CHALLENGE = import("agreement.states").CHALLENGE
  local CHALLENGED = import("agreement.states").CHALLENGED
  local CLOSING = import("agreement.order").CLOSING
  local DONE = import("agreement.states").DONE
  local EXCHANGES_BUFFER = import("limits").EXCHANGES_BUFFER
  local Evidence = import("agreement.evidence").Evidence
  local Exchange = import("agreement.exchange").Exchange
  local Hidden = import("agreement.hidden").Hidden
  local IN_FORCE = import("agreement.order").IN_FORCE
  local LATER = import("limits").LATER
  local Later = import("agreement.later").Later
  local Leaving = import("agreement.leaving").Leaving
  local Legs = import("agreement.legs").Legs
  local Loose = import("agreement.items").Loose
  local OPEN = import("agreement.order").OPEN
  local PROVISIONAL = import("agreement.states").PROVISIONAL
  local Place = import("agreement.place").Place
  local Problem = import("capture.packet").Problem
  local REQUEST = import("agreement.states").REQUEST
  local Runs = import("agreement.runs").Runs
  local SIGNALLED = import("limits").SIGNALLED
  local START = import("agreement.order").START
  local STRAY = import("agreement.order").STRAY
  local Settlements = import("agreement.settlements").Settlements
  local Strays = import("agreement.strays").Strays
  local above_tls = import("agreement.place").above_tls
  local answers_pending = import("agreement.meaning").answers_pending
  local challenged_in_a_row = import("agreement.outcome").challenged_in_a_row
  local doubt = import("agreement.placing").doubt
  local due = import("agreement.placing").due
  local exchange_key = import("substitutes").exchange_key
  local has_to_echo = import("agreement.meaning").has_to_echo
  local identity = import("agreement.meaning").identity
  local keys_in = import("agreement.found_keys").keys_in
  local negotiates = import("agreement.meaning").negotiates
  local older = import("agreement.older")
  local past = import("agreement.outcome").past
  local place_of = import("agreement.placing").place_of
  local repeats = import("agreement.meaning").repeats
  local request_event = import("agreement.meaning").request_event
  local response_event = import("agreement.states").response_event
  local reused = import("agreement.reuse").reused
  local sent_again = import("agreement.meaning").sent_again
  local stand = import("agreement.placing").stand
  local verdict = import("agreement.outcome").verdict
  local M = {}

  M.CONNECTED_BEFORE = 5000000000

  -- The state of `agreement/`: open exchanges, and the agreements in force.
  M.Reconstruction = py.class("Reconstruction")

  function M.Reconstruction.make()
    local self = setmetatable({}, M.Reconstruction)
    self.dialect = nil
    self.evidence = Evidence.make()
    self.known = nil
    self.legs = Legs.make()
    self._settlements = Settlements.make()
    self._runs = Runs.make()
    self._leaving = Leaving.make()
    self.events, self.items = self._settlements.events, self._leaving.items
    self._later = Later.make(self._settlements, py.bound(self, "_put"))
    self._strays = Strays.make()
    self._hidden = Hidden.make(self._settlements, py.bound(self, "_tell"))
    self._far = Beyond.make(py.bound(self._leaving, "put"))
    self._order = START
    self._clock = 0
    return self
  end

  -- What is taken in next stands here in the order of the sweep.
  function M.Reconstruction:at(order)
    self._order = order
    self._settlements.order = order
    self.legs.number = order[1]
  end

  -- Take one SIP message: new, or a retransmission (`original` is set).
  function M.Reconstruction:message(message)
    while self._runs.octets > EXCHANGES_BUFFER do
      self:_drop_oldest()
    end
    if message.truncated and not (message.call_id ~= "" and message.cseq >= 0) then
      self.legs:learn(message.src, message.dst).cut = true
      return
    end
    local tuple1 = self.legs:leg(message)
    local leg, evidence = tuple1[1], tuple1[2]
    if message.code == 401 then
      local found = keys_in(message, leg)
      if found ~= nil then
        py.append(self.events, found)
      end
    end
    if leg ~= "gm" then
      local place, run = Place.make(message, leg, evidence), self._runs:of_call(message.call_id)
      self._far:take(place, run, self._order)
    elseif message.is_request then
      self:_request(message, evidence)
    else
      self:_response(message, evidence)
    end
  end

  -- Take one ESP packet, opened or not.
  function M.Reconstruction:esp(esp)
    if esp.copy then
      return
    end
    local hit = self._settlements:sa(esp.dst, esp.spi)
    if hit == nil then
      self:_stray(esp)
      return
    end
    local association, sa = hit[1], hit[2]
    local flow = association:flow(sa)
    flow:see(esp)
    if 0 < association.until_ and association.until_ < esp.time then
      flow.late = flow.late + 1
    end
    if association.state == "announced" then
      association.state = "temporary"
    end
    local access = self.legs:access(esp.src, esp.dst)
    if esp.src ~= sa.src or flow.moved ~= 0 then
      flow:comes_from(esp, access ~= nil and access:announced(esp.spi))
    end
    if access == nil then
      return
    end
    if not access.esp_interfaces:has({ esp.line, esp.interface, n = 2 }) then
      access:esp_seen(esp.line, esp.interface)
    end
    if flow.direction == "to-client" then
      access:returned()
    end
    if esp.opened == "" then
      access.sealed = true
      self._hidden:on_set(association, flow, esp)
    end
  end

  -- Keep evidence about reachability for the exchanges it may explain.
  function M.Reconstruction:signal(signal)
    self.evidence:hear(signal)
  end

  -- This capture, one of a line of captures that continue one another, has come to `time`:
  function M.Reconstruction:advance(capture, line, time)
    self._clock = math.max(self._clock, time)
    self._leaving:advance(capture, line, time)
    self._strays:turn(time)
    self._far:advance(self._clock)
    for _, item1 in py.each(self._runs:overdue(self._clock)) do
      local looked, exchange = item1[1], item1[2]
      self:at(py.concat({ self._order[1], CLOSING, looked, n = 3 }, exchange.born))
      self:_close(exchange)
    end
  end

  -- The captures have ended, at `time`: close everything.
  function M.Reconstruction:finish(time)
    self.evidence.until_ = math.max(self._clock, time)
    local end_ = self._order[1]
    self._far:finish()
    for _, exchange in py.each(self._runs:remaining()) do
      self:at(py.concat({ end_, OPEN, n = 2 }, exchange.born))
      self:_close(exchange)
    end
    for _, item1 in py.each(self._later:finish()) do
      local order, loose = item1[1], item1[2]
      self:at(py.concat({ end_, ASKED_LAST, n = 2 }, order))
      self:_put(loose)
    end
    for _, agreement in py.each(self._settlements:finish()) do
      self:at(py.concat({ end_, IN_FORCE, n = 2 }, agreement.born))
      self._leaving:agreement(agreement, self._order)
    end
    for _, stray in py.each(self._strays:finish()) do
      self:at(py.concat({ end_, STRAY, n = 2 }, stray.order))
      self:_put(stray)
    end
  end

  -- What closed, and what stands outside every exchange, since the last call.
  function M.Reconstruction:take()
    local items = py.concat(self.items)
    py.clear(self.items)
    return items
  end

  -- How near each bound came.
  function M.Reconstruction.__get.bounds(self)
    local sum1 = 0
    for _, _ in py.each(self.legs.accesses) do
      sum1 = sum1 + 1
    end
    return self._runs.bounds:union(self._later.bounds):union(self._strays.bounds):union(py.dict_of({ { "accesses", { sum1, ACCESSES, n = 2 }, n = 2 }, { "signals", { self.evidence:__len__(), SIGNALLED, n = 2 }, n = 2 }, n = 2 }))
  end

  -- What was let go at a bound, told of the first capture whatever the capture:
  function M.Reconstruction.__get.problems(self)
    local counted = { { "exchange-dropped", self._runs.dropped, n = 2 }, { "access-dropped", self.legs.dropped, n = 2 }, n = 2 }
    local list1 = { n = 0 }
    for _, item1 in py.each(counted) do
      local kind, count = item1[1], item1[2]
      if count ~= 0 then
        py.append(list1, { 0, Problem.make(kind, nil, nil, nil, count), n = 2 })
      end
    end
    return list1
  end

  -- Receiver and SPI of every SA announced so far.
  function M.Reconstruction:announced()
    return self._settlements:announced()
  end

  -- What became of SAs since the last call.
  function M.Reconstruction:sa_events()
    local events = py.concat(self.events)
    py.clear(self.events)
    return events
  end

  -- Runs whose result came since the last call and that are still open, each with the verdict
  function M.Reconstruction:peek()
    local given = { n = 0 }
    local known = self.known
    if known and known.n > 0 then
      self.known = { n = 0 }
      for _, exchange in py.each(known) do
        if not exchange.closed then
          self:_conclude(exchange)
          py.append(given, exchange)
        end
      end
    end
    return given
  end

  function M.Reconstruction:_request(message, evidence)
    if message.method == "REGISTER" then
      local access = self.legs:learn(message.src, message.dst)
      self:_run_request(message, place_of(message, evidence, access, self._settlements))
      return
    end
    local access_or_none = self.legs:access(message.src, message.dst)
    if access_or_none == nil and message.protection == "clear" then
      access_or_none = self.legs:learn(message.src, message.dst)
    end
    local place = place_of(message, evidence, access_or_none, self._settlements)
    local exchange = self._runs:of_client(message.src, message.call_id)
    if place.from_client and (exchange ~= nil or negotiates(message)) then
      self:_run_request(message, place)
    else
      stand(place)
      self:_traffic(place)
    end
  end

  -- A request that belongs to a run, or begins one.
  function M.Reconstruction:_run_request(message, place)
    local exchange = self._runs:of_request(message)
    if exchange ~= nil and self:_joins(exchange, message, place) then
      return
    end
    stand(place)
    if message.method ~= "REGISTER" and not negotiates(message) then
      self:_traffic(place)
      return
    end
    if place.protection == "clear" and (place.access ~= nil and place.access.associations.n > 0) then
      place.reuses = reused(place.access.associations, place)
    end
    if exchange ~= nil then
      self:_supersede(exchange, message)
    end
    self:_begin(message, place)
  end

  -- Let an open run take the request, if it means something to it.
  function M.Reconstruction:_joins(exchange, message, place)
    if sent_again(exchange, message) then
      stand(place)
      self:_note(exchange, place)
      return true
    end
    local event = request_event(exchange, message)
    if event == nil or not self:_step(exchange, event, place) then
      return false
    end
    exchange.pending = message
    if event ~= ANSWER then
      stand(place)
      return true
    end
    place:due(py.unpack(due(exchange)))
    doubt(place)
    local _ = place.lists
    if place.on ~= nil then
      place.on:carry(message)
    end
    return true
  end

  function M.Reconstruction:_begin(message, place)
    local access, register = place.access, message.method == "REGISTER"
    local standing = access:standing(identity(message))
    local run, clear = standing.run, place.protection == "clear"
    if register and (clear and (run ~= nil and (run.method == "REGISTER" and not run.closed))) then
      self:_supersede(run, message)
    end
    local exchange = self:_new_exchange(access, standing, message)
    exchange.deregistration = register and message.expires == 0
    exchange.start_seen = clear or exchange.under ~= nil
    self:_step(exchange, REQUEST, place)
    exchange.pending = message
    return exchange
  end

  function M.Reconstruction:_response(message, evidence)
    local access = self.legs:access(message.src, message.dst)
    if access == nil then
      access = self.legs:learn(message.dst, message.src)
    end
    if message.dst == access.ue then
      access:returned()
    end
    local place = place_of(message, evidence, access, self._settlements)
    local exchange = self._runs:of_client(message.dst, message.call_id)
    if exchange ~= nil and self:_answers(exchange, message, place) then
      return
    end
    if self:_begins(message, place, exchange) then
      return
    end
    self:_answered(place)
  end

  -- Let an open run take the response, if it answers its pending request.
  function M.Reconstruction:_answers(exchange, message, place)
    local request = message.request
    if request == nil or (request ~= exchange.pending or message.original ~= nil) then
      if repeats(exchange, message) then
        self:_note(exchange, place)
        return true
      end
      if not answers_pending(exchange, message) then
        return false
      end
    end
    local event = response_event(message.code, exchange.state)
    if not self:_step(exchange, event, place) then
      return false
    end
    if event == CHALLENGE then
      self:_challenged(exchange, place)
    elseif event ~= PROVISIONAL then
      self:_result(exchange, message)
    end
    return true
  end

  -- A challenge whose request began no run: server-initiated, or the request was not read.
  function M.Reconstruction:_begins(message, place, exchange)
    if not (message.code == 401 or message.code == 421 or message.code == 494) then
      return false
    end
    if not message:has("security-server") and not older.present(message) then
      return false
    end
    local access = place.access
    local request = message.request
    local begun
    if request ~= nil then
      if exchange ~= nil then
        self:_supersede(exchange, message)
      end
      local asked_place = self._later:take(request)
      if asked_place == nil or asked_place.access == nil then
        asked_place = place_of(request, place.evidence, access, self._settlements)
        stand(asked_place)
      end
      begun = self:_begin(request, asked_place)
    else
      begun = self:_begin_unread(message, access, exchange)
      if exchange ~= nil then
        self:_supersede(exchange, message)
      end
    end
    self:_step(begun, CHALLENGE, place)
    self:_challenged(begun, place)
    return true
  end

  -- A run whose request travelled in unread ESP, or before the capture.
  function M.Reconstruction:_begin_unread(challenge, access, before)
    local standing = access:standing(identity(challenge))
    local begun = self:_new_exchange(access, standing, challenge)
    begun.start_seen = begun.under ~= nil
    if before ~= nil then
      local unread = M._last_from(before, access.ue)
      if unread ~= nil then
        begun:apply(REQUEST, unread, "uc>ps")
        begun.begun = unread.time
      end
      local list1 = { n = 0 }
      for _, one in py.each(before.far) do
        if one.message.cseq >= challenge.cseq then
          py.append(list1, one)
        end
      end
      local forwards = list1
      for _, place in py.each(forwards) do
        py.remove(before.far, place)
        place.exchange = begun
      end
      py.extend(begun.far, forwards)
    end
    return begun
  end

  function M.Reconstruction:_challenged(exchange, place)
    local message = place.message
    exchange.pending = nil
    local access, server = exchange.access, place.server
    if server ~= nil then
      self._settlements:announce(exchange, message, server)
      if server.dialect ~= "" then
        access.spoken = server.dialect
      end
    end
    if exchange.association ~= nil then
      for _, esp in py.each(self._strays:announced(exchange.association, message)) do
        self:esp(esp)
      end
    end
    if message.code == 421 or message.code == 494 then
      access.demands = true
      self._runs:refuse(exchange, identity(message))
    end
  end

  function M.Reconstruction:_tell(exchange)
    if self.known ~= nil then
      py.append(self.known, exchange)
    end
  end

  function M.Reconstruction:_result(exchange, message)
    if self.known ~= nil then
      py.append(self.known, exchange)
    end
    if message.code < 300 then
      local expires = message.expires
      self._settlements:settle(exchange, message.time, expires)
      M._settle_in_tls(exchange, message)
      if exchange.association == nil and exchange.under ~= nil then
        self._settlements:extend(exchange.under, message.time, expires)
      end
    end
  end

  function M.Reconstruction:_stray(esp)
    self._strays:keep(esp)
    local access = self.legs:access(esp.src, esp.dst)
    if access == nil then
      self.evidence:passed(esp)
      return
    end
    access:esp_seen(esp.line, esp.interface)
    local flow = self._strays:see(esp, access, self._order)
    if flow == nil then
      return
    end
    if flow.direction == "to-client" then
      access:returned()
    end
    if esp.opened == "" then
      self._hidden:on_stray(access, flow, esp)
    end
  end

  -- Registrations met beyond the first hop, outside the runs on the access side.
  function M.Reconstruction.__get.beyond(self)
    return self._far.registrations
  end

  -- A request outside every run.
  function M.Reconstruction:_traffic(place)
    local message = place.message
    if message.original == nil and message.method ~= "ACK" then
      self:_shows_use(place)
      if place.on ~= nil and (place.from_client and has_to_echo(message)) then
        place.on:carry(message)
      end
    end
    self._later:request(place, self._order)
  end

  -- A response outside every run.
  function M.Reconstruction:_answered(place)
    if self._later:response(place) then
      self:_shows_use(place)
      return
    end
    self:_put(Loose.make(place))
    self:_orphan(place)
  end

  -- Traffic on the set of a run whose result was not captured: a sign that there was one.
  function M.Reconstruction:_shows_use(place)
    local value1
    if place.on == nil then
      value1 = nil
    else
      value1 = place.on.exchange
    end
    local exchange = value1
    if exchange == nil or not (exchange.state == CHALLENGED or exchange.state == ANSWERED) then
      return
    end
    if exchange.used.n < LATER then
      py.append(exchange.used, place)
    end
  end

  -- An answer to a REGISTER that was not read: a sign for the run before it.
  function M.Reconstruction:_orphan(place)
    local message = place.message
    local exchange = self._runs:of_client(message.dst, message.call_id)
    if exchange ~= nil and (message.cseq_method == "REGISTER" and message.request == nil) then
      py.append(exchange.orphans, place)
    end
  end

  function M.Reconstruction:_new_exchange(access, standing, message)
    if self._runs.full then
      self:_drop_oldest()
    end
    local method = message.method ~= "" and message.method or message.cseq_method
    local exchange = Exchange.make(self._runs.begun + 1, access, message.call_id, method, message.time, self._order)
    exchange.standing = standing
    standing.run = exchange
    exchange.under = standing.association
    if exchange.under ~= nil then
      exchange.granted = exchange.under.granted
    end
    exchange.previous = standing.past
    self._runs:add(exchange)
    self._far:begun(exchange)
    return exchange
  end

  function M.Reconstruction:_drop_oldest()
    self._runs.dropped = self._runs.dropped + 1
    self:_close(self._runs.oldest)
  end

  function M.Reconstruction:_supersede(exchange, by)
    if exchange.state ~= DONE then
      exchange.superseded_by = by
    end
    self:_close(exchange)
  end

  function M.Reconstruction:_close(exchange)
    if exchange.closed then
      return
    end
    exchange.closed = true
    self:_conclude(exchange)
    self:_put(exchange)
    if exchange.standing ~= nil then
      if exchange.standing.run == exchange then
        exchange.standing.run = nil
      end
      exchange.standing.past = past(exchange)
      challenged_in_a_row(exchange)
    end
    local association = exchange.association
    if association ~= nil then
      association.exchange = nil
      if association.established_time == nil then
        self._settlements:drop(exchange, association)
      end
    end
    local ended = self._settlements.ended
    for _, item1 in py.each(ended) do
      local agreement, by = item1[1], item1[2]
      self._leaving:ended(agreement, by, self._runs, self._order)
    end
    py.clear(ended)
    self._runs:remove(exchange)
    self._leaving:closed(exchange.number, self._runs, self._order)
  end

  -- What the run adds up to, as far as the captures have come.
  function M.Reconstruction:_conclude(exchange)
    local capture = exchange.steps.n > 0 and exchange.steps[exchange.steps.n].capture or 0
    exchange.end_time = math.max(self._leaving:reached(capture), exchange.last_time)
    local access = exchange.access
    exchange.evidence = self.evidence:between(access.ue, access.first_hop, exchange.begun - M.CONNECTED_BEFORE, exchange.end_time)
    exchange.verdict = verdict(exchange, self.dialect)
    exchange.key = exchange_key(exchange)
  end

  function M.Reconstruction:_put(item)
    self._leaving:put(item, self._order)
  end

  -- Move a run on by a message, where that means something to it as it stands.
  function M.Reconstruction:_step(exchange, event, place)
    local before = exchange.octets
    local role = exchange:apply(event, place, place.sa)
    if role == "" then
      return false
    end
    place.exchange, place.role = exchange, role
    self._runs.octets = self._runs.octets + (exchange.octets - before)
    return true
  end

  function M.Reconstruction:_note(exchange, place)
    place.exchange = exchange
    place.role = "retransmission"
    local before = exchange.octets
    exchange:note(place)
    self._runs.octets = self._runs.octets + (exchange.octets - before)
  end
  py.done(M.Reconstruction)

  -- Remember the connection of an agreement on TLS; one that was made otherwise replaces it.
  function M._settle_in_tls(exchange, result)
    local standing = exchange.standing
    if standing == nil or exchange.deregistration then
      return
    end
    local above = result.protection == "tls" or result.transport == "tcp" and above_tls(result)
    if not above and standing.tls_port < 0 then
      return
    end
    local challenge = exchange:place("challenge")
    if challenge == nil then
      return
    end
    standing.tls_port = -1
    if above then
      local listed = challenge.server
      local holds1 = listed ~= nil
      if holds1 then
        local any2 = false
        for _, one in py.each(listed.signalling) do
          if one.key == "tls" then
            any2 = true
            break
          end
        end
        holds1 = any2
      end
      if holds1 then
        standing.tls_port = result.dport
      end
    end
  end

  -- The last unread ESP packet of the client: what a challenge out of the blue answers.
  function M._last_from(exchange, ue)
    local first1
    for _, esp in py.each(py.reversed(exchange.later)) do
      if esp.src == ue then
        first1 = esp
        break
      end
    end
    return first1
  end

  return M
end
