-- Made from analyzer/agreement/coverage.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ANSWER_WAIT = import("limits").ANSWER_WAIT
  local State = import("agreement.states").State
  local undeliverable = import("agreement.attempt").undeliverable
  local M = {}

  -- Of one exchange.
  M.Coverage = py.struct("Coverage", { "start", "both_directions", "protected_part", "waited", "above_ipsec", "synthetic", "sealed", "beyond", "keys", "secrets" })

  function M.Coverage.make(start, both_directions, protected_part, waited, above_ipsec, synthetic, sealed, beyond, keys, secrets)
    if keys == nil then
      keys = "not-needed"
    end
    if secrets == nil then
      secrets = false
    end
    return setmetatable({
      start = start,
      both_directions = both_directions,
      protected_part = protected_part,
      waited = waited,
      above_ipsec = above_ipsec,
      synthetic = synthetic,
      sealed = sealed,
      beyond = beyond,
      keys = keys,
      secrets = secrets,
    }, M.Coverage)
  end
  py.done(M.Coverage)

  -- What of this run was captured and could be read.
  function M.coverage(exchange)
    local open_end = exchange.state == State.OFFERED or exchange.state == State.CHALLENGED or exchange.state == State.ANSWERED
    local quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    local part = M._protected_part(exchange)
    local list1 = { n = 0 }
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil then
        py.append(list1, step.place)
      end
    end
    local places = list1
    local list2 = { n = 0 }
    for _, place in py.each(places) do
      py.append(list2, place.protection)
    end
    local list3 = { n = 0 }
    for _, place in py.each(places) do
      py.append(list3, place.message.synthetic)
    end
    return M.Coverage.make(exchange.start_seen, M._both_directions(exchange), part, quiet or (not open_end or (exchange.superseded_by ~= nil or undeliverable(exchange) ~= nil)), py.contains(list2, "ports"), py.contains(list3, true), exchange.access.sealed, exchange.far.n > 0, M._keys(exchange, part), exchange.authentication ~= nil)
  end

  function M._keys(exchange, part)
    local list1 = { n = 0 }
    for _, one in py.each({ exchange.association, exchange.under, n = 2 }) do
      if one ~= nil then
        py.append(list1, one)
      end
    end
    local sets = list1
    local any1 = false
    for _, one in py.each(sets) do
      if one.key ~= nil then
        any1 = true
        break
      end
    end
    local proven = any1
    if part == "unread" or part == "partly" then
      local any2 = false
      for _, one in py.each(sets) do
        for _, flow in one.flows:pairs() do
          if flow.icv_bad ~= 0 or flow.icv_unfit ~= 0 then
            any2 = true
            break
          end
        end
        if any2 then
          break
        end
      end
      local unfit = any2
      return proven and "partial" or (unfit and "unfit" or "missing")
    end
    return proven and "proven" or "not-needed"
  end

  -- Something went each way, or the client's own repeats show that nothing came back.
  function M._both_directions(exchange)
    local ue = exchange.access.ue
    local set1 = py.set()
    for _, step in py.each(exchange.steps) do
      set1:add(M._source(step) == ue)
    end
    local ways = set1
    local holds1 = ways.size > 1
    if not holds1 then
      local any2 = false
      for _, step in py.each(exchange.steps) do
        if step.role == "retransmission" then
          any2 = true
          break
        end
      end
      holds1 = any2
    end
    return holds1
  end

  function M._source(step)
    if step.place ~= nil then
      return step.place.message.src
    end
    return step.esp == nil and "" or step.esp.src
  end

  function M._protected_part(exchange)
    local list1 = { n = 0 }
    for _, step in py.each(exchange.steps) do
      py.append(list1, step.place)
    end
    local places = list1
    local list2 = { n = 0 }
    for _, place in py.each(places) do
      if place ~= nil and place.protection ~= "clear" then
        py.append(list2, place)
      end
    end
    local read = list2
    if not py.contains(places) then
      return read.n > 0 and "read" or "none"
    end
    return read.n > 0 and "partly" or "unread"
  end

  return M
end
