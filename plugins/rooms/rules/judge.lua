-- Made from analyzer/rules/judge.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local str = import("runtime.text")
  local ALL_MET = import("engine").ALL_MET
  local Agreement = import("agreement.items").Agreement
  local AgreementFacts = import("rules.subjects.association").AgreementFacts
  local AssociationFacts = import("rules.subjects.association").AssociationFacts
  local Cast = import("rules.subjects.message").Cast
  local Claims = import("rules.claims").Claims
  local Ending = import("rules.effects").Ending
  local ExchangeFacts = import("rules.subjects.exchange").ExchangeFacts
  local FlowFacts = import("rules.subjects.association").FlowFacts
  local Found = import("rules.conclusion").Found
  local IdentityFacts = import("rules.subjects.exchange").IdentityFacts
  local Loose = import("agreement.items").Loose
  local LooseTransaction = import("agreement.items").LooseTransaction
  local NetworkNotes = import("rules.notes").NetworkNotes
  local PairFacts = import("rules.subjects.pair").PairFacts
  local Site = import("rules.finding").Site
  local StrayFlow = import("agreement.items").StrayFlow
  local Tally = import("rules.notes").Tally
  local UNKNOWN = import("rules.effects").UNKNOWN
  local address_text = import("agreement.naming").address_text
  local conclude = import("rules.conclusion").conclude
  local coverage = import("agreement.coverage").coverage
  local finding = import("rules.finding").finding
  local merge = import("rules.folding").merge
  local moved = import("rules.finding").moved
  local nameless = import("rules.notes").nameless
  local transaction_of = import("rules.subjects.message").transaction_of
  local whom = import("rules.notes").whom
  local M = {}

  M.NOWHERE = Site.make()

  M.OUTSIDE = py.set({
    "addresses", "answer_wait", "both_directions", "gm", "list", "loss", "mw",
    "protected_part", "sets", "start", "wire",
    n = 11,
  })

  M.IN_TEXT = py.set({
    "answer_wait", "both_directions", "gm", "list", "loss", "mw", "protected_part", "sets",
    "start",
    n = 9,
  })

  -- What was found about one exchange: its facts, its findings so far, and what was not checked.
  M.Judged = py.class("Judged")

  function M.Judged.make(facts, seen, not_checked)
    local self = setmetatable({}, M.Judged)
    self.facts = facts
    self.coverage = seen
    self.not_checked = not_checked
    return self
  end
  py.done(M.Judged)

  -- Applies an engine to the items of one sweep and collects the findings.
  M.Judge = py.class("Judge")

  function M.Judge.make(engine)
    local self = setmetatable({}, M.Judge)
    self.claims = Claims.make()
    self._engine = engine
    self._notes = NetworkNotes.make()
    self._findings = { n = 0 }
    self._sites = py.dict()
    self._waiting = py.dict()
    return self
  end

  -- Judge one closed run.
  function M.Judge:exchange(exchange)
    local facts = ExchangeFacts.make(exchange)
    local seen = coverage(exchange)
    local met = M.met_by(seen)
    local peers = M._peers(exchange)
    local ending = M._ending(exchange)
    local named = peers:get("ue") ~= address_text(exchange.access.ue)
    local told = named and peers or nameless(peers)
    local tally = Tally.make(self._notes, told, ending)
    local fired = self._engine:judge_run(facts, met, tally)
    if fired == nil then
      fired = { n = 0 }
      self:_run(facts, met, fired, tally)
    end
    if facts.far ~= nil then
      self:_messages(facts.far, met, fired, tally)
      self:_pairs(facts, facts.far, met, fired)
    end
    if exchange.previous ~= nil or facts.challenges > 1 then
      py.extend(fired, self._engine:judge("identity", IdentityFacts.make(facts), met))
    end
    if exchange.association ~= nil then
      self._sites:set(exchange.number, { exchange.key, ending, n = 2 })
    end
    self.claims:learn(exchange, facts.dialect)
    local waiting = self._waiting:pop(exchange.number, { n = 0 })
    if fired.n > 0 or waiting.n > 0 then
      local site = Site.make("E" .. str.of(exchange.number), exchange.key, nil, ending, peers)
      local list1 = { n = 0 }
      for _, hit in py.each(fired) do
        py.append(list1, finding(hit, site, exchange.order))
      end
      local found = list1
      local list2 = { n = 0 }
      for _, item1 in py.each(waiting) do
        local hit, one = item1[1], item1[2]
        py.append(list2, moved(one, hit, site))
      end
      py.extend(found, list2)
      self:_keep_found(found, told)
    end
    local list3 = { n = 0 }
    for _, one in py.each(fired) do
      py.append(list3, one.rule.id)
    end
    local spoke = py.concat(tally.rules, list3)
    return M.Judged.make(facts, seen, self._engine:not_checked(met, facts.dialect, spoke))
  end

  -- How many findings were kept so far.
  function M.Judge:__len__()
    return self._findings.n
  end

  -- Those kept since there were `mark` of them, not numbered yet.
  function M.Judge:since(mark)
    return py.slice(self._findings, mark)
  end

  -- Judge what stands outside every exchange.
  function M.Judge:item(item)
    if py.isinstance(item, Loose) then
      self:_loose({ item.place, n = 1 }, item.order)
    elseif py.isinstance(item, LooseTransaction) then
      self:_loose({ item.request, item.response, n = 2 }, item.order)
    elseif py.isinstance(item, Agreement) then
      self:_agreement(item)
    elseif py.isinstance(item, StrayFlow) then
      self:_stray(item)
    end
  end

  -- All that was found, not numbered yet.
  function M.Judge:found()
    for _, waiting in self._waiting:pairs() do
      local list1 = { n = 0 }
      for _, item1 in py.each(waiting) do
        local one = item1[2]
        py.append(list1, one)
      end
      self:_keep_found(list1, py.dict())
    end
    self._waiting:clear()
    return Found.make(self._findings, self._notes:held(), py.list(self.claims:listings()))
  end

  -- All findings: merged, numbered worst first, consequences under their causes.
  function M.Judge:finish()
    return conclude({ self:found(), n = 1 }, self._engine)
  end

  -- The run itself, its messages, and the set that it announced.
  function M.Judge:_run(facts, met, fired, tally)
    py.extend(fired, self._engine:judge("exchange", facts, met, tally))
    self:_messages(facts.cast, met, fired, tally)
    local association = facts.exchange.association
    if association ~= nil then
      py.extend(fired, self._engine:judge("association", AssociationFacts.make(association), met, tally))
    end
  end

  function M.Judge:_messages(cast, met, fired, tally)
    local judge = py.bound(self._engine, "judge")
    for _, facts in py.each(cast.members) do
      local hits = judge("message", facts, met, tally)
      if hits.n > 0 then
        py.extend(fired, hits)
      end
      if facts.message.variant_of ~= nil then
        self:_variant(facts, cast, met, fired)
      end
      local transaction = transaction_of(facts)
      if transaction ~= nil then
        py.extend(fired, judge("transaction", transaction, met, tally))
      end
    end
  end

  function M.Judge:_pairs(facts, beyond, met, fired)
    for _, far in py.each(beyond.members) do
      if far.message.source ~= nil then
        local near = facts.cast:of(far.message.source)
        if near ~= nil and near.leg == "gm" then
          py.extend(fired, self._engine:judge("pair", PairFacts.make(near, far), met))
        end
      end
    end
  end

  -- The same message at two taps of one hop, with other octets.
  function M.Judge:_variant(facts, cast, met, fired)
    local first = cast:of(facts.message.variant_of, facts.place)
    if first ~= nil and (first.leg == facts.leg and facts.leg == "gm") then
      py.extend(fired, self._engine:judge("pair", PairFacts.make(first, facts), met))
    end
  end

  function M.Judge:_loose(places, order)
    local cast = Cast.make(places, self._engine.dialect)
    local fired = { n = 0 }
    local met = places[1].message.synthetic and M.IN_TEXT or M.OUTSIDE
    self:_messages(cast, met, fired)
    if fired.n > 0 then
      local site, run = self:_site_of_place(places[1]), M._open_run(places[1])
      if run == nil then
        self:_keep(fired, site, order)
      else
        local held = self._waiting:setdefault(run.number, { n = 0 })
        local list1 = { n = 0 }
        for _, hit in py.each(fired) do
          py.append(list1, { hit, finding(hit, site, order), n = 2 })
        end
        py.extend(held, list1)
      end
    end
    cast:dismiss()
  end

  function M.Judge:_agreement(agreement)
    local said = self._engine:judge_settled(agreement, M.OUTSIDE)
    for _, fired in py.each(said == nil and self:_settled(agreement) or said) do
      if fired.n > 0 then
        local site = self:_site_of_set(agreement.exchange, agreement.access)
        self:_keep(fired, site, agreement.order)
      end
    end
    if agreement.access.strays.size == 0 then
      self._sites:pop(agreement.exchange)
    end
  end

  -- What is said of a set, and of each of its flows.
  function M.Judge:_settled(agreement)
    local association, access = agreement.association, agreement.access
    if association == nil then
      return { n = 0 }
    end
    local said = { py.concat(self._engine:judge("agreement", AgreementFacts.make(agreement, association), M.OUTSIDE)), n = 1 }
    for _, flow in association.flows:pairs() do
      local facts = FlowFacts.make(flow, access, association, access.sealed)
      py.append(said, py.concat(self._engine:judge("flow", facts, M.OUTSIDE)))
    end
    return said
  end

  function M.Judge:_stray(item)
    local exchange = item.exchange
    local value1
    if exchange == nil then
      value1 = nil
    else
      value1 = exchange.association
    end
    local association = value1
    local site = M.NOWHERE
    if exchange ~= nil then
      site = self:_site_of_set(exchange.number, item.access)
    end
    local facts = FlowFacts.make(item.flow, item.access, association, item.sealed)
    self:_keep(self._engine:judge("flow", facts, M.OUTSIDE), site, item.order)
  end

  -- Where findings about a set stand whose exchange was judged before.
  function M.Judge:_site_of_set(number, access, agreement)
    local tuple1 = self._sites:get(number, { "", UNKNOWN, n = 2 })
    local key, ending = tuple1[1], tuple1[2]
    local peers = py.dict_of({ { "pcscf", address_text(access.first_hop), n = 2 }, { "ue", address_text(access.ue), n = 2 }, n = 2 })
    return Site.make("E" .. str.of(number), key, agreement, ending, peers)
  end

  -- Outside every exchange: with the agreement in force, where there is one.
  function M.Judge:_site_of_place(place)
    local association = place.on or place.in_force
    if association ~= nil and place.access ~= nil then
      local agreement = "A" .. str.of(association.number)
      return self:_site_of_set(association.exchange_number, place.access, agreement)
    end
    local message = place.message
    if place.leg == "mw" then
      local first_hop = message.is_request and message.src or message.dst
      return Site.make(nil, nil, nil, nil, py.dict_of({ { "pcscf", address_text(first_hop), n = 2 }, n = 1 }))
    end
    if place.access == nil then
      return M.NOWHERE
    end
    return Site.make(nil, nil, nil, nil, py.dict_of({ { "pcscf", address_text(place.access.first_hop), n = 2 }, n = 1 }))
  end

  function M.Judge:_keep(fired, site, order)
    local list1 = { n = 0 }
    for _, hit in py.each(fired) do
      py.append(list1, finding(hit, site, order))
    end
    self:_keep_found(list1, nameless(site.peers))
  end

  -- `told` says whom notes are about, by party.
  function M.Judge:_keep_found(found, told)
    for _, one in py.each(found.n > 1 and merge(found) or found) do
      local value1 = whom(told, one.party)
      if (value1 or "") == "" then
        value1 = one.peer
      end
      local about = value1
      if one.effect == "none" and (one.exchange ~= nil and about ~= nil) then
        self._notes:add(one, about)
      else
        py.append(self._findings, one)
      end
    end
  end
  py.done(M.Judge)

  -- The needs of the vocabulary that this coverage meets.
  M.met_by = py.lru_cache(256, function(seen)
    local hidden = seen.protected_part == "unread" or seen.protected_part == "partly"
    local unmet = (seen.secrets or (seen.keys == "partial" or seen.keys == "proven")) and py.set() or py.set({ "keys", n = 1 })
    for _, item1 in py.each({ { "start", not seen.start, n = 2 }, { "both_directions", not seen.both_directions, n = 2 }, { "protected_part", hidden, n = 2 }, { "answer_wait", not seen.waited, n = 2 }, { "list", not seen.start, n = 2 }, { "sets", seen.sealed, n = 2 }, { "wire", seen.above_ipsec or seen.synthetic, n = 2 }, { "addresses", seen.synthetic, n = 2 }, { "mw", not seen.beyond, n = 2 }, n = 9 }) do
      local need, missing = item1[1], item1[2]
      if missing then
        unmet:add(need)
      end
    end
    return ALL_MET:difference(unmet)
  end)

  function M._ending(exchange)
    local verdict = exchange.verdict
    local reached = verdict.succeeded
    if not reached and (verdict.outcome == "incomplete" or M._unknown(verdict)) then
      reached = nil
    end
    return Ending.make(reached, verdict.stopped_at ~= "" and verdict.stopped_at or nil)
  end

  function M._unknown(verdict)
    return verdict.registration ~= nil and verdict.registration.state == "unknown"
  end

  -- The first hop by its address, the handset by its model, else by its address.
  function M._peers(exchange)
    local access = exchange.access
    local value1 = M._model(exchange)
    if (value1 or "") == "" then
      value1 = address_text(access.ue)
    end
    return py.dict_of({ { "pcscf", address_text(access.first_hop), n = 2 }, { "ue", value1, n = 2 }, n = 2 })
  end

  -- What the handset calls itself in the first of its messages that says so.
  function M._model(exchange)
    for _, step in py.each(exchange.steps) do
      local place = step.place
      if place ~= nil and place.from_client then
        local agent = place.message:value("user-agent")
        if (agent or "") ~= "" then
          return agent
        end
      end
    end
    return nil
  end

  -- The run that announced the set a message travelled on, while that is open: what is found
  function M._open_run(place)
    local association = place.on or place.in_force
    local value1
    if association == nil then
      value1 = nil
    else
      value1 = association.exchange
    end
    return value1
  end

  return M
end
