-- Made from analyzer/agreement/coverage.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local ANSWER_WAIT = import("limits").ANSWER_WAIT
  local WAITING = import("agreement.states").WAITING
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
    local open_end = WAITING:has(exchange.state)
    local quiet = exchange.end_time - exchange.last_time >= ANSWER_WAIT
    local ue = exchange.access.ue
    local up = false
    local down = false
    local repeated = false
    local read = false
    local unread = false
    local above = false
    local synthetic = false
    local src
    for _, step in py.each(exchange.steps) do
      local place = step.place
      repeated = repeated or step.role == "retransmission"
      if place == nil then
        unread = true
        src = step.esp == nil and "" or step.esp.src
      else
        src = place.message.src
        read = read or place.protection ~= "clear"
        above = above or place.protection == "ports"
        synthetic = synthetic or place.message.synthetic
      end
      if src == ue then
        up = true
      else
        down = true
      end
    end
    local part = unread and (read and "partly" or "unread") or (read and "read" or "none")
    return M.Coverage.make(exchange.start_seen, up and down or repeated, part, quiet or (not open_end or (exchange.superseded_by ~= nil or undeliverable(exchange) ~= nil)), above, synthetic, exchange.access.sealed, exchange.far.n > 0, M._keys(exchange, part), exchange.authentication ~= nil)
  end

  function M._keys(exchange, part)
    local proven = false
    local unfit = false
    for _, one in py.each({ exchange.association, exchange.under, n = 2 }) do
      if one ~= nil then
        for _, flow in one.flows:pairs() do
          proven = proven or flow.key ~= nil
          unfit = unfit or (flow.icv_bad > 0 or flow.icv_unfit > 0)
        end
      end
    end
    if part == "unread" or part == "partly" then
      return proven and "partial" or (unfit and "unfit" or "missing")
    end
    return proven and "proven" or "not-needed"
  end

  return M
end
