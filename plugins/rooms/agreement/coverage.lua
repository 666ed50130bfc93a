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
    local any1 = false
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil and step.place.protection == "ports" then
        any1 = true
        break
      end
    end
    local any2 = false
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil and step.place.message.synthetic then
        any2 = true
        break
      end
    end
    return M.Coverage.make(exchange.start_seen, M._both_directions(exchange), M._protected_part(exchange), quiet or (not open_end or (exchange.superseded_by ~= nil or undeliverable(exchange) ~= nil)), any1, any2, exchange.access.sealed, exchange.far.n > 0, M._keys(exchange), exchange.authentication ~= nil)
  end

  function M._keys(exchange)
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
    local value1 = M._protected_part(exchange)
    if value1 == "unread" or value1 == "partly" then
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
    local sum1 = 0
    for _, step in py.each(exchange.steps) do
      if step.place == nil then
        sum1 = sum1 + 1
      end
    end
    local unread = sum1
    local sum2 = 0
    for _, step in py.each(exchange.steps) do
      if step.place ~= nil and step.place.protection ~= "clear" then
        sum2 = sum2 + 1
      end
    end
    local read = sum2
    if unread == 0 then
      return read ~= 0 and "read" or "none"
    end
    return read ~= 0 and "partly" or "unread"
  end

  return M
end
