-- Made from analyzer/agreement/settlements.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local Agreement = import("agreement.items").Agreement
  local Aka = import("agreement.association").Aka
  local Association = import("agreement.association").Association
  local SA_MARGIN = import("limits").SA_MARGIN
  local SECOND = import("limits").SECOND
  local SETS_BEFORE = import("limits").SETS_BEFORE
  local START = import("agreement.order").START
  local SaEvent = import("agreement.items").SaEvent
  local TRAFFIC = import("limits").TRAFFIC
  local choose = import("agreement.choice").choose
  local client_list = import("agreement.listed").client_list
  local due_lists = import("agreement.listed").due_lists
  local matching = import("agreement.choice").matching
  local server_list = import("agreement.listed").server_list
  local M = {}

  -- A set of the same UE that is alive and has the same port_uc (TS 33.203 7.1), not the same
  function M._collision(association, exchange)
    local access, former = exchange.access, exchange.association
    local client = association.client
    if client == nil or (client.port_c == nil or former == nil and access.associations.n == 0) then
      return nil
    end
    local list1 = { n = 0 }
    for _, one in py.each(access.associations) do
      if one.state == "temporary" or one.state == "established" or one.state == "old" then
        py.append(list1, one)
      end
    end
    local live = list1
    if former ~= nil and not py.contains(live, former) then
      py.append(live, former)
    end
    if live.n == 0 then
      return nil
    end
    local given_up = py.set()
    if exchange.offer ~= nil and exchange.offer.protection == "clear" then
      local before = exchange.under
      while before ~= nil do
        given_up:add(before.number)
        before = before.older
      end
    end
    local first1
    for _, one in py.each(live) do
      if one.client ~= nil and (not given_up:has(one.number) and (one.client.port_c == client.port_c and not py.equal(one:spis(), association:spis()))) then
        first1 = one
        break
      end
    end
    return first1
  end

  -- Why an agreement that nothing ended goes no further: it ran out, or the captures did.
  function M.conclude(agreement)
    if agreement.end_reason ~= "" then
      return
    end
    if agreement.established == nil then
      agreement.end_reason = "not-established"
      return
    end
    local expiry = agreement.renewed + (agreement.expires or 0) * SECOND
    if agreement.expires ~= nil and expiry <= agreement.seen_until then
      agreement.ended, agreement.end_reason = expiry, "expired"
    else
      agreement.end_reason = "capture-ended"
    end
  end

  -- The sets announced and the agreements in force, of all Accesses.
  M.Settlements = py.class("Settlements")

  function M.Settlements.make()
    local self = setmetatable({}, M.Settlements)
    self.events = { n = 0 }
    self.ended = { n = 0 }
    self.order = START
    self._spis = py.dict()
    self._agreements = py.dict()
    self._associations = 0
    return self
  end

  -- The announced SA that this receiver and SPI belong to.
  function M.Settlements:sa(dst, spi)
    return self._spis:get({ dst, spi, n = 2 })
  end

  -- Receiver and SPI of every SA announced so far.
  function M.Settlements:announced()
    return self._spis
  end

  -- A challenge with an `ipsec-3gpp` list announces a set.
  function M.Settlements:announce(exchange, challenge, server)
    local offer = exchange.offer
    local value1
    if offer == nil then
      value1 = client_list(exchange, challenge)
    else
      value1 = offer.client
    end
    local client = value1
    if offer ~= nil and client == nil then
      return
    end
    local chosen = choose(client, server)
    if chosen == nil or (chosen.key ~= "ipsec-3gpp" or chosen.spi_s == nil) then
      return
    end
    local access = exchange.access
    self._associations = self._associations + 1
    local association = Association.make(self._associations, matching(client, chosen), chosen, challenge.time)
    association.exchange = exchange
    association.exchange_number = exchange.number
    association.call_id = challenge.call_id
    association.rows = server.rows
    association.announced_at = { challenge.capture, challenge.frame, n = 2 }
    association.aka = Aka.make(challenge:first_row("www-authenticate"), offer == nil and "" or offer.message:first_row("authorization"))
    association.collides = M._collision(association, exchange)
    local former = exchange.association
    association.older = former or exchange.under
    if association.older ~= nil then
      M._forget(association)
    end
    if exchange.under ~= nil and former == nil then
      exchange.under.rekeyed = challenge.time
    end
    if former ~= nil and former.established_time == nil then
      self:_end(exchange, former, challenge.time, "replaced")
    end
    local sas = association:build(access.ue, access.first_hop)
    exchange.association = association
    py.append(access.associations, association)
    for _, sa in py.each(sas) do
      self._spis:set({ sa.dst, sa.spi, n = 2 }, { association, sa, n = 2 })
    end
    self._agreements:set(association.number, Agreement.make(association.number, exchange.number, chosen.key, challenge.time, access, association, nil, nil, nil, nil, nil, nil, challenge.capture, nil, self.order))
    py.append(self.events, SaEvent.make("announced", sas))
  end

  -- The run succeeded, or its unread result makes that likely: the agreement is in force.
  function M.Settlements:settle(exchange, time, expires)
    local standing = exchange.standing
    if standing == nil then
      return
    end
    if exchange.deregistration then
      self:_end_standing(exchange, standing, time, "deregistered")
      return
    end
    local applies = due_lists(exchange)
    if applies.n > 0 then
      standing:apply(applies[1])
    end
    local association = exchange.association
    if association == nil then
      self:_settle_without_set(exchange, standing, time, expires)
      return
    end
    if not (association.state == "announced" or association.state == "temporary") then
      return
    end
    if standing.association ~= nil then
      self:_retire(exchange, standing.association, time)
    end
    association.state = "established"
    association.established_time = time
    M._prolong(association, time, expires)
    standing.association = association
    local agreement = self._agreements:get(association.number)
    if agreement ~= nil then
      agreement.established = time
      agreement.renewed = time
      agreement.expires = expires
    end
  end

  -- An agreement on digest or TLS: a list to be echoed, and no SAs of its own.
  function M.Settlements:_settle_without_set(exchange, standing, time, expires)
    local listed = server_list(exchange)
    if listed == nil or exchange.under ~= nil then
      return
    end
    local chosen = choose(client_list(exchange), listed)
    if chosen == nil or chosen.key == "ipsec-3gpp" then
      return
    end
    self:_end_agreement(exchange, standing.agreement, time, "replaced")
    self._associations = self._associations + 1
    standing.agreement = self._associations
    self._agreements:set(self._associations, Agreement.make(self._associations, exchange.number, chosen.key, time, exchange.access, nil, time, nil, nil, expires, time, nil, exchange.steps[exchange.steps.n].capture, nil, self.order))
  end

  function M.Settlements:_end_agreement(by, number, time, why)
    local agreement = self._agreements:pop(number)
    if agreement ~= nil then
      agreement.ended, agreement.end_reason = time, why
      py.append(self.ended, { agreement, by.number, n = 2 })
    end
  end

  -- A refresh without challenge prolongs the agreement (TS 24.229 5.1.1.4.2).
  function M.Settlements:extend(association, time, expires)
    M._prolong(association, time, expires)
    local agreement = self._agreements:get(association.number)
    if agreement ~= nil and expires ~= nil then
      agreement.expires, agreement.renewed = expires, time
    end
  end

  -- A later request on the agreement.
  function M.Settlements:followed(association, request)
    local agreement = self._agreements:get(association.number)
    if agreement ~= nil and agreement.traffic.n < TRAFFIC then
      py.append(agreement.traffic, request)
    end
  end

  -- The run was closed without a result: the set it announced goes no further.
  function M.Settlements:drop(exchange, association)
    if py.contains(exchange.access.associations, association) then
      py.remove(exchange.access.associations, association)
    end
    self:_hand_out(exchange, association)
  end

  -- What is still in force.
  function M.Settlements:finish()
    local left = py.list(self._agreements:values())
    self._agreements:clear()
    return left
  end

  function M.Settlements:_retire(by, association, time)
    association.state = "old"
    local verify = by:last("verify")
    association.left = verify == nil and time or verify.time
    local known = by.access.associations
    local list1 = { n = 0 }
    for _, one in py.each(known) do
      if one.state == "old" and one ~= association then
        py.append(list1, one)
      end
    end
    local live = list1
    for _, one in py.each(live) do
      self:_end(by, one, time, "replaced")
    end
    local agreement = self._agreements:get(association.number)
    if agreement ~= nil then
      agreement.ended = time
      agreement.end_reason = "replaced"
    end
  end

  function M.Settlements:_end_standing(by, standing, time, why)
    if standing.association ~= nil then
      self:_end(by, standing.association, time, why)
    end
    self:_end_agreement(by, standing.agreement, time, why)
    standing:end_()
  end

  -- Dead. Its SPIs stay known until they are announced anew: late packets are not strays.
  function M.Settlements:_end(by, association, time, why)
    association.state = "dead"
    if py.contains(by.access.associations, association) then
      py.remove(by.access.associations, association)
    end
    local agreement = self._agreements:get(association.number)
    if agreement ~= nil and agreement.ended == nil then
      agreement.ended, agreement.end_reason = time, why
    end
    self:_hand_out(by, association)
  end

  function M.Settlements:_hand_out(by, association)
    py.append(self.events, SaEvent.make("ended", association.sas))
    local agreement = self._agreements:pop(association.number)
    if agreement ~= nil then
      py.append(self.ended, { agreement, by.number, n = 2 })
    end
  end
  py.done(M.Settlements)

  function M._prolong(association, time, expires)
    if expires ~= nil then
      local until_ = time + expires * SECOND + SA_MARGIN
      if until_ > association.until_ then
        association.until_ = until_
      end
      if association.first_until == 0 then
        association.first_until = until_
      end
      association.granted = { time, expires, n = 2 }
    end
  end

  -- Of the sets before it the last few are remembered.
  function M._forget(association)
    for _ = 0, SETS_BEFORE - 1 do
      if association.older == nil then
        return
      end
      association = association.older
    end
    association.older = nil
  end

  return M
end
