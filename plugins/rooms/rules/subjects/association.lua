-- Made from analyzer/rules/subjects/association.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ANSWER_WAIT = import("limits").ANSWER_WAIT
  local DIRECTIONS = import("agreement.association").DIRECTIONS
  local ECHOES = import("limits").ECHOES
  local OVERLAP = import("limits").OVERLAP
  local PORT_MAX = import("agreement.parameters").PORT_MAX
  local SA_MARGIN = import("limits").SA_MARGIN
  local SECOND = import("limits").SECOND
  local address_text = import("agreement.naming").address_text
  local M = {}

  M.LOST = 2

  -- What an exchange settled. Only `ipsec-3gpp` has SAs of its own, and it is IMS.
  M.AssociationFacts = py.class("AssociationFacts")
  M.AssociationFacts.dialect = "ims"
  M.AssociationFacts.mechanism = "ipsec-3gpp"

  function M.AssociationFacts.make(association, state)
    local self = setmetatable({}, M.AssociationFacts)
    if state == nil then
      state = ""
    end
    self.association = association
    self.state = state ~= "" and state or association.state
    return self
  end

  function M.AssociationFacts.__get.alg(self)
    return self.association.alg
  end

  function M.AssociationFacts.__get.ealg(self)
    return self.association.ealg
  end

  function M.AssociationFacts.__get.spi_pc(self)
    return self.association.server.spi_c
  end

  function M.AssociationFacts.__get.spi_ps(self)
    return self.association.server.spi_s
  end

  function M.AssociationFacts.__get.port_pc(self)
    return M._port(self.association.server.port_c)
  end

  function M.AssociationFacts.__get.port_ps(self)
    return M._port(self.association.server.port_s)
  end

  function M.AssociationFacts.__get.spi_uc(self)
    local client = self.association.client
    local value1
    if client == nil then
      value1 = nil
    else
      value1 = client.spi_c
    end
    return value1
  end

  function M.AssociationFacts.__get.spi_us(self)
    local client = self.association.client
    local value1
    if client == nil then
      value1 = nil
    else
      value1 = client.spi_s
    end
    return value1
  end

  function M.AssociationFacts.__get.port_uc(self)
    local client = self.association.client
    local value1
    if client == nil then
      value1 = nil
    else
      value1 = M._port(client.port_c)
    end
    return value1
  end

  function M.AssociationFacts.__get.port_us(self)
    local client = self.association.client
    local value1
    if client == nil then
      value1 = nil
    else
      value1 = M._port(client.port_s)
    end
    return value1
  end

  -- (capture, frame) of the challenge that announced it.
  function M.AssociationFacts.__get.frames(self)
    return { M.association_frame(self.association), n = 1 }
  end

  function M.AssociationFacts.__facts.impi(self)
    local value1 = self.association.impi
    if value1 == "" then
      value1 = nil
    end
    return value1
  end

  function M.AssociationFacts.__facts.older(self)
    local older = self.association.older
    local value1
    if older == nil then
      value1 = nil
    else
      value1 = M.AssociationFacts.make(older)
    end
    return value1
  end

  function M.AssociationFacts.__get.collides(self)
    local other = self.association.collides
    local value1
    if other == nil then
      value1 = nil
    else
      value1 = M.AssociationFacts.make(other)
    end
    return value1
  end

  function M.AssociationFacts.__get.kernel_difference(self)
    local value1 = self.association.kernel
    if value1 == "" then
      value1 = nil
    end
    return value1
  end

  function M.AssociationFacts.__facts.used(self)
    return self.association.packets > 0
  end

  function M.AssociationFacts.__facts.was_established(self)
    return self.association.established_time ~= nil
  end

  function M.AssociationFacts.__facts.overlap(self)
    local older = self.association.older
    return older ~= nil and (older.state ~= "dead" and self.state ~= "dead")
  end

  function M.AssociationFacts.__get.new_keys(self)
    local older = self.association.older
    if older == nil then
      return nil
    end
    local before, now = older.rand, self.association.rand
    local value1
    if before ~= "" and now ~= "" then
      value1 = before ~= now
    end
    return value1
  end
  py.done(M.AssociationFacts)

  -- The ESP packets of one SPI one way.
  M.FlowFacts = py.class("FlowFacts")
  M.FlowFacts.dialect = "ims"
  M.FlowFacts.leg = "gm"
  M.FlowFacts.tunnel = false
  M.FlowFacts.loss = false

  function M.FlowFacts.make(flow, access, association, sealed)
    local self = setmetatable({}, M.FlowFacts)
    self.flow = flow
    self.access = access
    self.association = association
    self.sealed = sealed
    self.spi = flow.spi
    self.sa = flow.name ~= "" and flow.name or nil
    self.direction = flow.direction
    self.packets = flow.packets
    self.unanswered = flow.unanswered
    self.bound_provisionally = flow.provisional
    return self
  end

  -- (capture, frame): those from another address, the unanswered ones, else all, the last
  function M.FlowFacts.__get.frames(self)
    local flow = self.flow
    local frames = flow.moved_frames.n > 0 and flow.moved_frames or (flow.unanswered_frames.n > 0 and flow.unanswered_frames or flow.frames)
    return frames.n > 0 and py.concat({ frames[frames.n], n = 1 }, py.slice(frames, nil, -1)) or { n = 0 }
  end

  function M.FlowFacts.__get.announced(self)
    if self.flow.announced then
      return true
    end
    local value1
    if self.association == nil or self.sealed then
      value1 = nil
    else
      value1 = false
    end
    return value1
  end

  function M.FlowFacts.__facts.ports_of(self)
    local ports, association = self.flow.ports, self.association
    if ports == nil or association == nil then
      return nil
    end
    local found = nil
    for _, sa in py.each(association.sas) do
      if py.equal({ sa.sport, sa.dport, n = 2 }, ports) and DIRECTIONS:get(sa.name) == self.direction then
        if sa.name == self.sa then
          return self.sa
        end
        found = (found or "") ~= "" and found or sa.name
      end
    end
    return found
  end

  function M.FlowFacts.__facts.ports_text(self)
    local ports = self.flow.ports
    if ports == nil then
      return ""
    end
    return ", ports " .. str.of(ports[1]) .. " > " .. str.of(ports[2]) .. ((self.ports_of or "") ~= "" and " (" .. self.ports_of .. ")" or "")
  end

  function M.FlowFacts.__facts.announced_ports_text(self)
    if self.flow.ports == nil or self.association == nil then
      return ""
    end
    for _, sa in py.each(self.association.sas) do
      if sa.spi == self.announced_spi and DIRECTIONS:get(sa.name) == self.direction then
        return ", ports " .. str.of(sa.sport) .. " > " .. str.of(sa.dport) .. " (" .. sa.name .. ")"
      end
    end
    return ""
  end

  function M.FlowFacts.__facts.icv_bad(self)
    return self.flow.icv_bad
  end

  function M.FlowFacts.__get.keys_fit(self)
    if self.flow.icv_good ~= 0 then
      return true
    end
    local value1
    if self.flow.icv_bad ~= 0 then
      value1 = false
    end
    return value1
  end

  function M.FlowFacts.__get.key_variant(self)
    local key = self.flow.key
    if key == nil or (not key.proves or not key.origin.belongs) then
      return nil
    end
    return key.variant ~= "" and key.variant or nil
  end

  function M.FlowFacts.__facts.agreed_ealg(self)
    local value1
    if self.association == nil then
      value1 = nil
    else
      value1 = self.association.ealg
    end
    return value1
  end

  function M.FlowFacts.__get.wire_ealg(self)
    local key = self.flow.key
    if key ~= nil and (key.proves and key.ealg ~= "?") then
      return key.ealg
    end
    return self.flow.null_unagreed ~= 0 and "null" or nil
  end

  function M.FlowFacts.__get.restarted(self)
    return self.flow.restarted
  end

  function M.FlowFacts.__get.late(self)
    return self.flow.late
  end

  function M.FlowFacts.__get.moved(self)
    return self.flow.moved
  end

  function M.FlowFacts.__facts.moved_to(self)
    return self.flow.moved ~= 0 and address_text(self.flow.moved_to) or nil
  end

  function M.FlowFacts.__facts.home(self)
    return address_text(self.flow.src)
  end

  function M.FlowFacts.__facts.lifetime_known(self)
    local association = self.association
    local value1
    if association == nil then
      value1 = nil
    else
      value1 = association.packets == association.opened
    end
    return value1
  end

  function M.FlowFacts.__get.senders_own(self)
    local association = self.association
    if association == nil or self.flow.announced then
      return nil
    end
    local sender = self.direction == "to-client" and association.server or association.client
    return sender ~= nil and (self.spi == sender.spi_c or self.spi == sender.spi_s)
  end

  -- ESP packets the other way on any SA of the two.
  function M.FlowFacts.__get.returns(self)
    local other = self.direction == "to-server" and "to-client" or "to-server"
    local list1 = { n = 0 }
    for _, one in py.each(self.access.associations) do
      for _, flow in one.flows:pairs() do
        py.append(list1, flow)
      end
    end
    local flows = list1
    if self.association ~= nil then
      py.extend(flows, self.association.flows:values())
    end
    py.extend(flows, self.access.strays:values())
    local dict1 = py.dict()
    for _, f in py.each(flows) do
      if f.direction == other then
        dict1:set(py.identity(f), f.packets)
      end
    end
    return py.sum(dict1:values())
  end

  function M.FlowFacts.__get.after_challenge(self)
    return self.association ~= nil and self.flow.first_time >= self.association.announced_time
  end

  function M.FlowFacts.__facts.announced_spi(self)
    if self.association == nil then
      return nil
    end
    if self.direction == "to-server" then
      return self.association.server.spi_s
    end
    local client = self.association.client
    local value1
    if client == nil then
      value1 = nil
    else
      value1 = client.spi_s
    end
    return value1
  end
  py.done(M.FlowFacts)

  -- A set over its life, with what was sent on it (vocabulary: agreement).
  M.AgreementFacts = py.class("AgreementFacts")
  M.AgreementFacts.dialect = "ims"
  M.AgreementFacts.mechanism = "ipsec-3gpp"
  M.AgreementFacts.leg = "gm"

  function M.AgreementFacts.make(agreement, association)
    local self = setmetatable({}, M.AgreementFacts)
    self.agreement = agreement
    self.association = association
    self.echoed = association.echoed
    self.unechoed = association.unechoed
    return self
  end

  -- (capture, frame) of the requests that came too late or found nobody, else of those
  function M.AgreementFacts.__get.frames(self)
    local value1 = self:_after(ANSWER_WAIT)
    if value1.n == 0 then
      value1 = self._expired.n > 0 and self._expired or (self._cut_off.n > 0 and self._cut_off or self._lost)
    end
    local late = value1
    late = late.n > 0 and late or self._mute
    if late.n > 0 then
      local list1 = { n = 0 }
      for _, one in py.each(py.reversed(py.slice(late, nil, ECHOES))) do
        py.append(list1, { one.capture, one.frame, n = 2 })
      end
      return list1
    end
    local unechoed = self.association.unechoed_frames
    return unechoed.n > 0 and py.list(unechoed) or { M.association_frame(self.association), n = 1 }
  end

  function M.AgreementFacts.__facts.replaced_requests(self)
    return self:_after(ANSWER_WAIT).n
  end

  function M.AgreementFacts.__get.lingering_requests(self)
    return self:_after(OVERLAP).n
  end

  function M.AgreementFacts.__get.lingering_answers(self)
    local sum1 = 0
    for _, one in py.each(self:_after(OVERLAP)) do
      if one.code > 0 then
        sum1 = sum1 + 1
      end
    end
    return sum1
  end

  function M.AgreementFacts.__get.successor_unused(self)
    for _, one in py.each(self.agreement.access.associations) do
      if one.older == self.association and one.established_time ~= nil then
        return one.echoed + one.unechoed <= 1
      end
    end
    return nil
  end

  function M.AgreementFacts.__facts.lost_transport(self)
    local mute = self._mute
    return mute.n > 0 and mute[1].transport or nil
  end

  -- Requests over one transport, of which none was answered, while others were.
  function M.AgreementFacts.__facts._mute(self)
    if self._own.n == 0 then
      return { n = 0 }
    end
    local until_ = self.agreement.seen_until - ANSWER_WAIT
    local list1 = { n = 0 }
    for _, one in py.each(self._own) do
      if one.due and (one.code ~= 0 or one.time <= until_) then
        py.append(list1, one)
      end
    end
    local asked = list1
    for _, item1 in py.each({ { "udp", "tcp", n = 2 }, { "tcp", "udp", n = 2 }, n = 2 }) do
      local lost, other = item1[1], item1[2]
      local list2 = { n = 0 }
      for _, one in py.each(asked) do
        if one.transport == lost then
          py.append(list2, one)
        end
      end
      local mute = list2
      local holds2 = mute.n >= M.LOST
      if holds2 then
        local any4 = false
        for _, one in py.each(mute) do
          if one.code ~= 0 or one.provisional ~= 0 then
            any4 = true
            break
          end
        end
        local holds3 = not any4
        if holds3 then
          local any6 = false
          for _, one in py.each(asked) do
            if one.transport == other and one.code ~= 0 then
              any6 = true
              break
            end
          end
          holds3 = any6
        end
        holds2 = holds3
      end
      if holds2 then
        return mute
      end
    end
    return { n = 0 }
  end

  function M.AgreementFacts.__facts.expired_requests(self)
    local value1
    if self.association.until_ == 0 then
      value1 = nil
    else
      value1 = self._expired.n
    end
    return value1
  end

  function M.AgreementFacts.__facts.cut_off_tries(self)
    local sum1 = 0
    for _, one in py.each(self._cut_off) do
      sum1 = sum1 + one.tries
    end
    return sum1
  end

  function M.AgreementFacts.__facts.lost_tries(self)
    local sum1 = 0
    for _, one in py.each(self._lost) do
      sum1 = sum1 + one.tries
    end
    return sum1
  end

  function M.AgreementFacts.__facts.lost_after_refresh(self)
    local association, lost = self.association, self._lost
    if lost.n == 0 or association.first_until == association.until_ then
      return nil
    end
    return association.last_heard <= association.first_until and association.first_until < lost[1].time + SA_MARGIN
  end

  function M.AgreementFacts.__facts.lost_before_s(self)
    local lost, until_ = self._lost, self.association.until_
    return lost.n > 0 and math.floor((until_ - SA_MARGIN - lost[1].time) / SECOND) or nil
  end

  function M.AgreementFacts.__get.sets_alive(self)
    local since, older = self.association.established_time, self.association.older
    local alive = 1
    while (since or 0) ~= 0 and older ~= nil do
      local heard = older.last_heard
      alive = alive + py.bool_int(older.left ~= 0 and (heard > older.left + OVERLAP and heard > since))
      older = older.older
    end
    return alive
  end

  -- Unheard between the challenge that announced the next set and the use of that.
  function M.AgreementFacts.__get._cut_off(self)
    local association = self.association
    local rekeyed, left = association.rekeyed, association.left
    local list1 = { n = 0 }
    for _, one in py.each(self._unheard) do
      if rekeyed ~= 0 and (one.time >= rekeyed and (left == 0 or one.time < left)) then
        py.append(list1, one)
      end
    end
    return list1
  end

  -- Unheard before the registration was over, and the first hop answered a new one.
  function M.AgreementFacts.__get._lost(self)
    local association = self.association
    local list1 = { n = 0 }
    for _, one in py.each(self._unheard) do
      if one.time < association.rekeyed and one.time < association.until_ - SA_MARGIN then
        py.append(list1, one)
      end
    end
    return list1
  end

  -- Requests of the client since the last packet on it came back, unanswered for so long that
  function M.AgreementFacts.__facts._unheard(self)
    local agreement, heard = self.agreement, self.association.last_heard
    local list1 = { n = 0 }
    for _, one in py.each(self._own) do
      if heard < one.time and one.time <= agreement.seen_until - ANSWER_WAIT and (one.due and not (one.code ~= 0 or one.provisional ~= 0)) then
        py.append(list1, one)
      end
    end
    return list1
  end

  -- Requests of the client on it so long after another set took its place.
  function M.AgreementFacts:_after(wait)
    local ended = self.agreement.ended
    if ended == nil or self.agreement.end_reason ~= "replaced" then
      return { n = 0 }
    end
    local list1 = { n = 0 }
    for _, one in py.each(self._own) do
      if one.time - ended > wait then
        py.append(list1, one)
      end
    end
    return list1
  end

  function M.AgreementFacts.__get._expired(self)
    local until_ = self.association.until_
    local list1 = { n = 0 }
    for _, one in py.each(self._own) do
      if until_ ~= 0 and one.time > until_ then
        py.append(list1, one)
      end
    end
    return list1
  end

  function M.AgreementFacts.__facts._own(self)
    local names = { "uc>ps", "us>pc", n = 2 }
    local list1 = { n = 0 }
    for _, one in py.each(self.agreement.traffic) do
      if py.contains(names, one.sa) then
        py.append(list1, one)
      end
    end
    return list1
  end
  py.done(M.AgreementFacts)

  -- Whether the ports inside the ESP of an SA are those that its set gives it.
  function M.flows_as_named(flow, association)
    if association == nil then
      return false
    end
    for _, sa in py.each(association.sas) do
      if sa.name == flow.name then
        return py.equal({ sa.sport, sa.dport, n = 2 }, flow.ports)
      end
    end
    return false
  end

  -- None for a number that is no port, though a list names it.
  function M._port(number)
    return number ~= nil and (0 < number and number <= PORT_MAX) and number or nil
  end

  -- (capture, frame) of the challenge that announced a set.
  function M.association_frame(association)
    return association.announced_at
  end

  return M
end
