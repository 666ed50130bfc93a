-- Made from analyzer/agreement/dialects.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local M = {}

  M.DRAFT_01 = py.set({ "digest-integrity", "smime", n = 2 })

  M.OBSOLETE = py.set({ "arkko-00", "arkko-01", "draft-00", "draft-01", n = 4 })

  -- That of the headers and mechanisms in it, the oldest that shows; RFC 3329 otherwise.
  function M.of_exchange(exchange)
    if exchange.association ~= nil or exchange.under ~= nil then
      return "ims"
    end
    local found = "rfc3329"
    for _, step in py.each(exchange.steps) do
      local spoken = step.place == nil and "ims" or M._spoken(step.place)
      if M.OBSOLETE:has(spoken) then
        return spoken
      end
      if spoken == "ims" then
        found = "ims"
      end
    end
    return found
  end

  -- The same for a message outside every exchange.
  function M.of_place(place)
    if place.on ~= nil or place.in_force ~= nil then
      return "ims"
    end
    local spoken = M._spoken(place)
    if spoken == "rfc3329" and (place.access ~= nil and place.access.spoken ~= "") then
      return place.access.spoken
    end
    return spoken
  end

  function M._spoken(place)
    for _, listed in place.lists:pairs() do
      local spoken = M._of_list(listed)
      if spoken ~= nil then
        return spoken
      end
    end
    local message = place.message
    if not message.is_request and message.code == 401 then
      local server = place.server
      if server ~= nil and server.signalling.n > 0 then
        return "ims"
      end
    end
    local value1
    if message.is_request then
      value1 = message.credentials
    else
      value1 = message.challenge
    end
    local asked = value1
    return asked ~= nil and asked.aka and "ims" or "rfc3329"
  end

  function M._of_list(listed)
    if listed.dialect ~= "" then
      return listed.dialect
    end
    for _, element in py.each(listed.elements) do
      if element.key == "ipsec-3gpp" then
        return "ims"
      end
      if M.DRAFT_01:has(element.key) then
        return "draft-01"
      end
    end
    return nil
  end

  return M
end
