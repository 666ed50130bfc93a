-- Made from analyzer/rules/subjects/given.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ComparisonFacts = import("rules.subjects.lists").ComparisonFacts
  local MechanismFacts = import("rules.subjects.lists").MechanismFacts
  local common = import("agreement.choice").common
  local compare = import("agreement.comparison").compare
  local listings = import("agreement.listed").listings
  local parse_list = import("agreement.security_list").parse_list
  local shape = import("agreement.strength").shape
  local shapes = import("agreement.strength").shapes
  local stronger = import("agreement.strength").stronger
  local M = {}

  M.OFFERS = { "offer", "failure-report", n = 2 }

  -- The part of `MessageFacts` that looks back at earlier lists of the run, and of the one
  M.GivenFacts = py.class("GivenFacts")

  -- The steps of its exchange before it.
  function M.GivenFacts.__facts.before(self)
    local exchange = self.place.exchange
    local found = { n = 0 }
    for _, step in py.each(exchange == nil and { n = 0 } or exchange.steps) do
      if step.place == self.place then
        break
      end
      py.append(found, step)
    end
    return found
  end

  function M.GivenFacts.__facts.sets_offered(self)
    local listed = self.place.client
    local elements = listed == nil and { n = 0 } or listed.signalling
    local set1 = py.set()
    for _, one in py.each(elements) do
      if one.key == "ipsec-3gpp" and one.complete then
        set1:add({ one.spi_c, one.spi_s, one.port_c, one.port_s, n = 4 })
      end
    end
    return set1.size
  end

  function M.GivenFacts.__facts.refused_by(self)
    if not (self.role == "offer" or self.role == "verify") or not self.is_request then
      return nil
    end
    for _, step in py.each(py.reversed(self.before)) do
      if step.role == "challenge" then
        local value1
        if step.place == nil then
          value1 = nil
        else
          value1 = step.place.message
        end
        local found = value1
        local refusal = found ~= nil and (found.code == 421 or found.code == 494)
        local value2
        if refusal then
          value2 = self.cast:of(found, self.place)
        end
        return value2
      end
    end
    return nil
  end

  function M.GivenFacts.__facts.client_comparison(self)
    local mine, theirs = self.place.client, self.client_before
    if mine == nil or theirs == nil then
      return nil
    end
    local whole = compare(mine, theirs)
    return ComparisonFacts.make(whole.signalling, whole, false)
  end

  -- What its Security-Client has to repeat.
  function M.GivenFacts.__facts.client_before(self)
    local message = self.message
    if self.role == "verify" then
      return self._offered_last
    end
    if self.role ~= "retransmission" or message.variant_of ~= nil then
      return nil
    end
    for _, step in py.each(py.reversed(self.before)) do
      local place = step.place
      if place ~= nil and (place.message.is_request and M._same(place.message, message)) then
        return place.client
      end
    end
    return nil
  end

  function M.GivenFacts.__facts.settles_on(self)
    local listed = self.place.server
    if listed == nil then
      return nil
    end
    local best = common(self._offered, listed)
    return best.n > 0 and MechanismFacts.make(best[1], "server") or nil
  end

  function M.GivenFacts.__facts.algorithms_common(self)
    local listed, offered = self.place.server, self._offered
    if listed == nil or (offered == nil or listed.signalling.n == 0) then
      return nil
    end
    local both = py.concat(offered.signalling, listed.signalling)
    local any1 = false
    for _, one in py.each(both) do
      if one.key == "ipsec-3gpp" and (one.alg or "") == "" then
        any1 = true
        break
      end
    end
    if any1 then
      return nil
    end
    local set1 = py.set()
    for _, one in py.each(listed.signalling) do
      set1:add({ one.key, one.effective_alg, n = 2 })
    end
    local mine = set1
    local list1 = { n = 0 }
    for _, one in py.each(offered.signalling) do
      py.append(list1, { one.key, one.effective_alg, n = 2 })
    end
    return not mine:isdisjoint(list1)
  end

  -- Security-Client of the request that it answers.
  function M.GivenFacts.__get._offered(self)
    local request = self.cast:of(self.message.request, self.place)
    local value1
    if request == nil then
      value1 = nil
    else
      value1 = request.place.client
    end
    return value1
  end

  function M.GivenFacts.__facts.server_comparison(self)
    local listed, before = self.place.server, self._listed_before[1]
    if listed == nil or before == nil then
      return nil
    end
    local whole = compare(listed, before)
    return ComparisonFacts.make(whole.signalling, whole, false)
  end

  function M.GivenFacts.__facts.list_before(self)
    local before, offered = self._listed_before[1], self._listed_before[2]
    if before == nil or (self.place.server == nil or not (self.role == "challenge" or self.role == "result")) then
      return nil
    end
    if not py.equal(shapes(offered), shapes(self._offered_last)) then
      return nil
    end
    return self.cast:elements(before, "server")
  end

  function M.GivenFacts.__facts.list_moved(self)
    local listed = self.place.server
    if listed == nil or self.list_before == nil then
      return nil
    end
    local before = self._listed_before[1]
    return before ~= nil and not py.equal(M._ranked(listed), M._ranked(before))
  end

  function M.GivenFacts.__facts.strength_lost(self)
    local listed = self.place.server
    if not self.list_moved or (listed == nil or self.list_before == nil) then
      return nil
    end
    local left = listed.signalling
    local kept = py.set(shapes(listed))
    for _, one in py.each(self.list_before:__iter__()) do
      local element = one.element
      if not kept:has(shape(element)) and left.n > 0 then
        local all1 = true
        for _, other in py.each(left) do
          if not stronger(element, other) then
            all1 = false
            break
          end
        end
        if all1 then
          return one
        end
      end
    end
    return nil
  end

  -- Security-Client of the last offer before it.
  function M.GivenFacts.__facts._offered_last(self)
    for _, step in py.each(py.reversed(self.before)) do
      if py.contains(M.OFFERS, step.role) then
        local value1
        if step.place == nil then
          value1 = nil
        else
          value1 = step.place.client
        end
        return value1
      end
    end
    return nil
  end

  -- The list this client got before from this first hop, and the offer that it answered.
  function M.GivenFacts.__facts._listed_before(self)
    local exchange = self.place.exchange
    if exchange == nil or not (self.role == "challenge" or self.role == "result") then
      return { nil, nil, n = 2 }
    end
    for _, item1 in py.each(py.reversed(py.list(listings(self.before)))) do
      local place, answered = item1[1], item1[2]
      return { place.server, answered, n = 2 }
    end
    local past = exchange.previous
    if past == nil or past.listed.n == 0 then
      return { nil, nil, n = 2 }
    end
    return { parse_list(past.listed), past.listed_for.n > 0 and parse_list(past.listed_for) or nil, n = 2 }
  end

  function M.GivenFacts.make()
    return setmetatable({}, M.GivenFacts)
  end
  py.done(M.GivenFacts)

  -- The same client transaction (RFC 3261 17.1.1).
  function M._same(one, other)
    return py.equal({ one.branch, one.cseq, one.method, one.call_id, n = 4 }, { other.branch, other.cseq, other.method, other.call_id, n = 4 })
  end

  -- Mechanisms, algorithms and q in order, without numbers that a peer draws anew.
  function M._ranked(listed)
    local list1 = { n = 0 }
    for _, one in py.each(listed.signalling) do
      py.append(list1, { shape(one), one.q_thousandths, n = 2 })
    end
    return list1
  end

  return M
end
