-- Made from analyzer/agreement/listed.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  -- The list of the run's last challenge that has one.
  function M.server_list(exchange)
    for _, step in py.each(py.reversed(exchange.steps)) do
      if step.role == "challenge" and step.place ~= nil then
        local found = step.place.server
        if found ~= nil then
          return found
        end
      end
    end
    return nil
  end

  -- The lists of the run's challenges, newest first.
  function M.server_lists(exchange)
    local found = { n = 0 }
    for _, step in py.each(py.reversed(exchange.steps)) do
      if step.role == "challenge" and step.place ~= nil then
        local listed = step.place.server
        if listed ~= nil then
          py.append(found, listed)
        end
      end
    end
    return found
  end

  -- Each challenge with a list, and the Security-Client of the request that it answers, where
  function M.listings(steps)
    local given = { n = 0 }
    local offer = nil
    for _, step in py.each(steps) do
      if step.role == "offer" or step.role == "failure-report" then
        offer = step.place
      elseif step.role == "challenge" and (step.place ~= nil and offer ~= nil) then
        if step.place.server ~= nil then
          py.append(given, { step.place, offer.client, n = 2 })
        end
      end
    end
    return given
  end

  -- The lists that the client has to repeat, newest first: those of the server.
  function M.due_lists(exchange)
    local found = M.server_lists(exchange)
    if found.n == 0 then
      local result = exchange:place("result")
      if result == nil or result.server == nil then
        return found
      end
      found = { result.server, n = 1 }
    end
    if found[1].dialect == "arkko-00" then
      local offer = exchange.offer
      found = (offer == nil or offer.client == nil) and { n = 0 } or { offer.client, n = 1 }
    end
    return found
  end

  -- What the client offered: as read on the access side, else as forwarded to the core.
  function M.client_list(exchange, challenge)
    local offer = exchange.offer
    if offer ~= nil then
      return offer.client
    end
    if challenge == nil then
      return nil
    end
    for _, place in py.each(exchange.far) do
      if place.message.is_request and place.message.cseq == challenge.cseq then
        return place.client
      end
    end
    return nil
  end

  return M
end
