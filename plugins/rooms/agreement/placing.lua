-- Made from analyzer/agreement/placing.py by plugins/translate (make plugin); edit that file, not this one.

return function(import)
  local py = import("runtime.python")
  local DIRECTIONS = import("agreement.association").DIRECTIONS
  local Place = import("agreement.place").Place
  local SIP_PORTS = import("capture.scan").SIP_PORTS
  local due_lists = import("agreement.listed").due_lists
  local is_protected = import("agreement.place").is_protected
  local parse_list = import("agreement.security_list").parse_list
  local M = {}

  -- The message with what is in force for its client.
  function M.place_of(message, evidence, access, settlements)
    local place = Place.make(message, "gm", evidence, access)
    local spi = message.spi
    if spi >= 0 then
      local hit = settlements:sa(message.dst, spi)
      if hit ~= nil then
        place.on, place.sa = hit[1], hit[2].name
        place.from_client = DIRECTIONS:get(place.sa) == "to-server"
      end
    end
    if access == nil then
      return place
    end
    place.from_client = message.src == access.ue
    if spi < 0 then
      local asked = message.is_request and message or message.request
      if access.associations.n > 0 or asked ~= nil and asked.index:has("security-verify") then
        M._above_ipsec(place, access, asked)
      end
    end
    local standing = access:standing_of(message)
    if standing ~= nil then
      place.in_force = standing.association
      place.tls_port = standing.tls_port
    end
    local in_force = place.on or place.in_force
    if in_force ~= nil then
      place.life = in_force.state
    end
    return place
  end

  -- A request that answers no challenge: what it has to repeat is the list in force.
  function M.stand(place)
    local access = place.access
    if access == nil or not place.from_client then
      return
    end
    local standing = access:standing_of(place.message)
    if standing ~= nil then
      place:stand(standing)
      M.doubt(place)
    end
  end

  -- A message on the ports of a set where no ESP was ever seen: captured above IPsec. `asked` is
  function M._above_ipsec(place, access, asked)
    local message = place.message
    if message.synthetic then
      if access.associations.n > 0 and is_protected(message) then
        place.protection, place.on = "ports", access.associations[access.associations.n]
      end
      return
    end
    if access.esp_interfaces:has({ message.line, message.interface, n = 2 }) then
      return
    end
    local src, sport, dport = message.src, message.sport, message.dport
    for _, association in py.each(access.associations) do
      for _, sa in py.each(association.sas) do
        if sa.sport == sport and (sa.dport == dport and sa.src == src) then
          place.protection, place.on, place.sa = "ports", association, sa.name
          return
        end
      end
    end
    if asked ~= nil and message.protection == "clear" then
      if M._on_repeated_ports(message, asked) then
        place.protection = "ports"
      end
    end
  end

  -- Whether the server's port is one that the Security-Verify of the request names: it belongs to
  function M._on_repeated_ports(message, asked)
    local port = message == asked and message.dport or message.sport
    local holds1 = not SIP_PORTS:has(port)
    if holds1 then
      local any2 = false
      for _, one in py.each(parse_list(asked:folded_texts("security-verify")).elements) do
        if one.key == "ipsec-3gpp" and (port == one.port_c or port == one.port_s) then
          any2 = true
          break
        end
      end
      holds1 = any2
    end
    return holds1
  end

  -- The list that an answer to the run's challenge must repeat, and those before it.
  function M.due(exchange)
    local mine = due_lists(exchange)
    local before = exchange.standing == nil and { n = 0 } or exchange.standing.lists
    if mine.n == 0 then
      return { nil, before, n = 2 }
    end
    return { mine[1], (before.n > 0 or mine.n > 1) and py.concat(py.slice(mine, 1), before) or before, n = 2 }
  end

  -- A message on the very SPI that its own Security-Verify names, where the list known here does
  function M.doubt(place)
    local spi, against = place.message.spi, place.against
    if spi < 0 or (against == nil or M._names(against, spi)) then
      return
    end
    local verify = place.verify
    if verify ~= nil and M._names(verify, spi) then
      place.against = nil
    end
  end

  function M._names(listed, spi)
    for _, element in py.each(listed.elements) do
      if spi == element.spi_c or spi == element.spi_s then
        return true
      end
    end
    return false
  end

  return M
end
